"""The channels: the ways in which people are reached.

A new one is a file here with its settings, one line in `make_channels`, and
`tests/contracts/channels/<name>.yml`. Channels from elsewhere come in by the
entry-point group `samsvar.channels`: a callable that takes the settings and
returns a channel, or None where it is off.
"""
