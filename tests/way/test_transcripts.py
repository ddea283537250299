"""The golden transcripts, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from transcripts import Transcript, play, read_transcripts

from connectors.simulation import open_simulation
from dialogue.edition import Edition

TRANSCRIPTS = read_transcripts()


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda t: f"{t.file.stem}: {t.about}")
async def test_the_conversation_goes_as_written(
    transcript: Transcript, edition: Edition, database_url: str
) -> None:
    now = transcript.now.replace(tzinfo=edition.timezone)
    async with open_simulation(edition, database_url, now) as simulation:
        await play(transcript, simulation)
