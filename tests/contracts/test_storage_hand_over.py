"""Handing a ticket over, on both databases: done once, history kept, the person's state told."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from small_decide import incoming
from small_queries import NOW, after, handle_all, send_all

from dialogue.hand_over import HandOver
from dialogue.messages import ServiceEvent
from dialogue.store.errors import AlreadyClosedError, NotFoundError
from dialogue.store.store import Store
from dialogue.store.tables import inbox, timers

PLAN = HandOver(unit="torg", due_at=None, recused=("kdir.lead",), told=("torg.lead",))


async def _open(store: Store) -> str:
    numbers = await store.receive(incoming("ticket", "m1"), NOW)
    await handle_all(store)
    await send_all(store)
    return f"S{numbers[0]}"


async def _column(store: Store, column: sa.Column[bytes]) -> list[bytes]:
    async with store.database.read() as connection:
        return list((await connection.execute(sa.select(column))).scalars())


async def test_another_unit_has_it_and_the_history_says_who_did_it(store: Store) -> None:
    ticket = await _open(store)
    was = await store.get_ticket(ticket)
    key = {"key": f"escalate:{ticket}:0", "name": "ticket_overdue", "due_at": after(days=1)}
    data = msgspec.json.encode({"ticket": ticket, "to": "old.lead", "asks": "answer"})
    async with store.database.write() as connection:
        await connection.execute(sa.insert(timers).values(**key, data=data))
    author, note = "x.lead", "ring +47"
    assert await store.hand_over_ticket(ticket, PLAN, author, after(hours=1), note, "k1") is True
    assert await store.hand_over_ticket(ticket, PLAN, author, after(hours=1), note, "k1") is False
    now = await store.get_ticket(ticket)
    assert (now.unit, now.recused, now.status) == ("torg", ("kdir.lead",), was.status)
    entry = now.history[-1]
    assert (entry.kind, entry.author) == ("handed_over", author)
    assert entry.text == f"{was.unit} > torg: {note}"
    told = [msgspec.json.decode(data) for data in await _column(store, timers.c.data)]
    assert [each["to"] for each in told if each.get("ticket") == ticket] == ["torg.lead"]
    events = [msgspec.json.decode(body) for body in await _column(store, inbox.c.body)]
    moved = [each for each in events if each.get("name") == "ticket_moved"]
    assert [each["data"]["unit"] for each in moved] == ["torg"]
    assert ServiceEvent(name="ticket_moved", data=moved[0]["data"]).data["ticket"] == ticket


async def test_a_closed_or_unknown_ticket_is_handed_to_nobody(store: Store) -> None:
    ticket = await _open(store)
    await store.close_ticket(ticket, "Ferdig.", "x", after(hours=1))
    with pytest.raises(AlreadyClosedError):
        await store.hand_over_ticket(ticket, PLAN, "x", after(hours=2))
    with pytest.raises(NotFoundError):
        await store.hand_over_ticket("S999", PLAN, "x", NOW)
