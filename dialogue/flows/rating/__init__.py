"""Ratings: asked for after an encounter, understood in every form, a low one offers contact."""
