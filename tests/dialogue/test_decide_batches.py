"""How messages are batched changes nothing of what is decided, said or filed."""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

from small_queries import NOW, rows

from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition
from dialogue.messages import Attachment, Incoming, PersonMessage
from dialogue.store.store import Store
from dialogue.store.tables import conversations, outbox, tickets, timers
from dialogue.store.vault import Vault

PEOPLE = 24
SAID = (
    "kor tid bler boss henta på tau", "barnehage", "1", "takk",
    "mor fekk ikkje middag før klokka fire i går på sjukeheimen", "ja", "ja", "1",
    "Når er kommunehuset ope? Og kor leverer eg hageavfall?", "glem det",
    "eg vil snakke med eit menneske", "Kva tid kjem nokon og ser på bekken?", "det brenn i huset",
    "slett meg", "nei", "STOPP", "Når er biblioteket åpent?", "START", "nynorsk", "5",
)  # fmt: skip


def written() -> list[Incoming]:
    """What they write: each begins at another place, and their messages are mixed."""
    texts = {who: cycle(SAID[who % len(SAID) :] + SAID[: who % len(SAID)]) for who in range(PEOPLE)}
    numbers = count(1)
    return [
        Incoming(
            channel="sms" if who % 2 else "telegram",
            address=f"+47900000{who:02}" if who % 2 else str(1000 + who),
            message_id=f"M{next(numbers)}",
            body=PersonMessage(
                text=next(texts[who]),
                attachments=(Attachment(kind="photo"),) if who == 3 else (),
            ),
        )
        for turn in range(14)
        for who in range(PEOPLE)
        if (who + turn) % 5
    ]


async def handled(edition: Edition, url: str, limit: int) -> dict[str, list[Any]]:
    """All that is in the database after everything was handled in batches of `limit`."""
    async with await Store.open(url, Vault("a secret for tests only")) as store:
        for minute, incoming in enumerate(written()):
            await store.receive(incoming, NOW + timedelta(minutes=minute))
        at = NOW + timedelta(days=1)
        while (
            result := await store.run_batch(
                partial(decide, edition), at, limit=limit,
                on_failure=partial(decide_failure, edition),
            )
        ).count:  # fmt: skip
            assert not result.dead
            assert result.count <= limit
        found = {
            "states": await rows(store, conversations, "id", "standard", "state", "opted_out"),
            "said": await rows(store, outbox, "conversation_id", "channel", "purpose", "body"),
            "filed": await rows(store, tickets, "id", "conversation_id", "unit", "kind", "due_at"),
            "timers": await rows(store, timers, "conversation_id", "key", "name", "due_at"),
        }
    by_conversation = {name: sorted(them, key=lambda row: row[0]) for name, them in found.items()}
    by_conversation["timers"] = sorted(found["timers"], key=repr)  # replaced ones change places
    by_conversation["filed"] = sorted(found["filed"], key=repr)
    return by_conversation


async def test_batches_of_one_and_of_sixty_four_come_to_the_same(
    edition: Edition, sqlite_template: Path, tmp_path: Path
) -> None:
    results = []
    for limit in (1, 64):
        path = tmp_path / f"{limit}.db"
        shutil.copyfile(sqlite_template, path)
        results.append(await handled(edition, f"sqlite:///{path}", limit))
    one_by_one, together = results
    assert len(one_by_one["states"]) == PEOPLE
    assert len(one_by_one["filed"]) >= PEOPLE // 2
    assert together == one_by_one
