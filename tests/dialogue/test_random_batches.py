"""Random conversations of several people come to the same in batches of 1 and of 64."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import postgres
import pytest
from held import Held
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_queries import NOW, rows

from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition
from dialogue.messages import Attachment, Body, Incoming, PersonMessage
from dialogue.store.store import Store
from dialogue.store.tables import conversations, outbox, tickets, timers
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")
PHONES = [("sms", f"+479000000{n}") for n in range(3)] + [("telegram", f"100{n}") for n in range(2)]
SAID = (
    "kor tid bler boss henta på tau", "barnehage", "hva koster det?", "takk!", "nynorsk", "STOPP",
    "START", "slett meg", "glem det", "angre", "feil svar", "eg vil snakke med eit menneske",
    "korleis går det med saka mi?", "vurdering 4", "nei takk", "det brenn i huset", "idiot",
    "eg er uroa for nabojenta, ho blir slått", "rektor er inhabil, han er broren min",
    "Når er kommunehuset ope? Kor leverer eg hageavfall?", "Jeg vil klage på vedtaket", "", "🙂",
)  # fmt: skip
OPENS_CASES = (  # so that the random ones file something, too
    "mor fekk ikkje middag før klokka fire i går på sjukeheimen", "ja", "ja", "send", "1", "2",
    "Jeg vil klage på at hjemmehjelpen ikke kom på mandag", "nei", "og gatelyset er borte",
)  # fmt: skip
Written = Sequence[tuple[int, Body, int]]  # who, what, and how many messages later than the last

texts = st.sampled_from((*OPENS_CASES, *OPENS_CASES, *SAID))
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(PersonMessage, text=texts),
    st.builds(PersonMessage, text=texts),
    st.builds(
        PersonMessage,
        kind=st.just("button"),
        text=st.just("Ja"),
        payload=st.builds("p{}:{}".format, st.integers(1, 6), st.integers(0, 2)),
    ),
    st.builds(PersonMessage, text=texts, attachments=st.just((Attachment(kind="photo"),))),
)
written = st.lists(
    st.tuples(st.integers(0, len(PHONES) - 1), bodies, st.integers(0, 90)), min_size=12, max_size=32
)
RANDOM = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def handled(edition: Edition, url: str, said: Written, limit: int) -> dict[str, Any]:
    """All that the database holds after everything was handled in batches of `limit`."""
    at = NOW
    async with await Store.open(url, VAULT) as store:
        for number, (who, body, pause) in enumerate(said):
            at += timedelta(minutes=pause)
            channel, address = PHONES[who]
            incoming = Incoming(
                channel=channel, address=address, message_id=f"M{number}", body=body
            )
            await store.receive(incoming, at)
        while (
            result := await store.run_batch(
                partial(decide, edition), at, limit=limit,
                on_failure=partial(decide_failure, edition),
            )
        ).count:  # fmt: skip
            assert not result.dead
            assert result.count <= limit
        return {
            "states": sorted(
                await rows(store, conversations, "id", "standard", "state", "opted_out")
            ),
            # of one person in their order: whose answer lies first in the outbox is chance
            "replies": sorted(
                await rows(store, outbox, "conversation_id", "channel", "purpose", "body"),
                key=lambda row: row[0],
            ),
            "tickets": sorted(
                await rows(store, tickets, "id", "conversation_id", "unit", "kind", "due_at"),
                key=repr,
            ),
            "timers": sorted(
                await rows(store, timers, "conversation_id", "key", "name", "due_at"), key=repr
            ),
        }


@settings(RANDOM, max_examples=5)
@given(said=written)
def test_random_conversations_are_the_same_in_batches_of_one_and_sixty_four(
    held: Held,
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    said: Written,
) -> None:
    folder = tmp_path_factory.mktemp("batches")
    results = []
    for limit in (1, 64):
        path = folder / f"{limit}.db"
        shutil.copyfile(sqlite_template, path)
        results.append(asyncio.run(handled(held.edition, f"sqlite:///{path}", said, limit)))
    assert results[0]["replies"]
    assert results[0] == results[1]


@settings(RANDOM, max_examples=2)
@given(said=written)
def test_random_conversations_are_the_same_in_batches_on_postgresql(
    held: Held, postgres_server: postgres.Server, postgres_template: str, said: Written
) -> None:
    async def on_a_copy(limit: int) -> dict[str, Any]:
        url = await postgres_server.create(postgres_template)
        try:
            address = url.render_as_string(hide_password=False)
            return await handled(held.edition, address, said, limit)
        finally:
            await postgres_server.drop(url)

    one_by_one, together = (asyncio.run(on_a_copy(limit)) for limit in (1, 64))
    assert one_by_one["replies"]
    assert one_by_one == together
