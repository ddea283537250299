"""Tickets as the person sees them: the unit's answer, the closing, «how is my case»."""
