"""Danger: the right number at once, before anything else; no form and no queue."""
