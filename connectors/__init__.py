"""The outside world: channels, units, HTTP, the command line, the composition root."""
