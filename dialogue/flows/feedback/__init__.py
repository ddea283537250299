"""Feedback about a service: ask only for what is lacking, show it, let it be changed, file it."""
