"""Deciders without processes: what goes to them and comes back is packed all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dialogue.decision import Decide
from dialogue.store.decider_process import (
    decode_chunk,
    decode_verdicts,
    encode_chunk,
    encode_verdicts,
)
from dialogue.store.deciders import DeciderLostError, Deciders
from dialogue.store.verdicts import Claimed, OnFailure, Verdict, decide_waiting


class NearDeciders(Deciders):
    """Take each batch of `least` messages or more; `lost`: so many of them are lost first."""

    def __init__(
        self, decide: Decide, on_failure: OnFailure | None, *, least: int = 1, lost: int = 0
    ) -> None:
        super().__init__(decide, on_failure, 1, least=least)
        self._lost = lost
        self.decided = 0

    @property
    def is_closed(self) -> bool:
        return self._closed

    @property
    def has_any(self) -> bool:
        return not self._closed

    def start_soon(self) -> None:
        self._ready.set()

    async def start(self, within: float = 0.0) -> bool:
        return True

    async def decide(self, claimed: Sequence[Claimed]) -> list[list[Verdict]]:
        chunk = decode_chunk(encode_chunk(list(claimed)))
        for _ in range(3):
            await asyncio.sleep(0)
        if self._lost:
            self._lost -= 1
            raise DeciderLostError
        decide, on_failure = self._way
        self.decided += sum(len(one.messages) for one in chunk)
        verdicts = [decide_waiting(one, decide, on_failure) for one in chunk]
        await asyncio.sleep(0)
        return decode_verdicts(encode_verdicts(verdicts))
