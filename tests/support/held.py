"""What hypothesis writes out when an example fails is kept short."""

from __future__ import annotations

from dialogue.edition import Edition


class Held:
    """The edition; hypothesis writes out what it is given, and this is short."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
