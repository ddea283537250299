"""The statements of a batch. Parameters that are no column's new value are called `the_…`.

Compiled once and kept: the same statement objects are used for every batch.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dialogue.store.consent_tables import consents
from dialogue.store.statements import among, insert_into, one_of
from dialogue.store.tables import (
    conversations,
    encounters,
    inbox,
    outbox,
    ratings,
    ticket_history,
    tickets,
    timers,
    unanswered,
)
from dialogue.store.utc_time import UtcTime
from dialogue.store.writes import COPIED, DEADLINE_TIMER, RATING_TIMERS


def _forget_statements(*, on_sqlite: bool) -> list[Any]:
    """Unlink what the archive keeps, wipe the words, and ask for the address to be deleted.

    The rows themselves, and the address, go once the last answer has been sent
    (`forgetting.py`). Deadlines of tickets live on, without a conversation: they belong
    to the unit (`deadlines.py`).
    """

    def its(table: sa.Table) -> sa.ColumnElement[bool]:
        return among(table.c.conversation_id, on_sqlite=on_sqlite)

    queued = outbox.c.status == "queued"
    told = consents.c.ticket_id.in_(sa.select(tickets.c.id).where(its(tickets)))
    ended = sa.case((consents.c.status == "given", "withdrawn"), else_="refused")
    unfinished = one_of(consents.c.status, "asked", "given")
    time = sa.bindparam("now", type_=UtcTime)
    return [
        sa.update(consents)
        .where(sa.or_(its(consents), told), unfinished)
        .values(status=ended, changed_at=time),
        sa.update(consents).where(its(consents)).values(conversation_id=None, relative=""),
        sa.update(consents).where(told).values(relative=""),
        sa.update(tickets).where(its(tickets)).values(conversation_id=None),
        sa.update(ratings).where(its(ratings)).values(conversation_id=None),
        sa.update(encounters).where(its(encounters)).values(conversation_id=None),
        sa.update(timers)
        .where(its(timers), timers.c.name == DEADLINE_TIMER)
        .values(conversation_id=None),
        sa.delete(timers).where(its(timers)),
        sa.delete(unanswered).where(its(unanswered)),
        sa.update(inbox).where(its(inbox), inbox.c.status != "new").values(body=b"", status="done"),
        sa.update(outbox)
        .where(its(outbox), queued, outbox.c.priority > 0)
        .values(status="cancelled", error_code="forgotten"),
        sa.update(outbox)
        .where(its(outbox), outbox.c.status.not_in(("queued", "sending", "in_doubt")))
        .values(body=b""),
        sa.update(conversations)
        .where(among(conversations.c.id, on_sqlite=on_sqlite))
        .values(state=None, standard=None, forget_requested_at=sa.bindparam("now", type_=UtcTime)),
    ]


def _dropped_rows(*, on_sqlite: bool) -> Any:
    return (
        sa.update(outbox)
        .where(
            among(outbox.c.conversation_id, on_sqlite=on_sqlite),
            outbox.c.status == "queued",
            outbox.c.purpose != "opt_out",
        )
        .values(status="cancelled", error_code="opted_out")
    )


def _set_timer(*, on_sqlite: bool) -> Any:
    insert = insert_into(timers, on_sqlite=on_sqlite)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["conversation_id", "key"],
        set_={"name": new.name, "data": new.data, "due_at": new.due_at},
    )


def _value(name: str, column: sa.Column[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=column.type)


_KINDS = (True, False)  # on SQLite, on PostgreSQL
_of_ticket = tickets.c.id == sa.bindparam("the_ticket", type_=sa.Text)
_its_own = sa.and_(
    _of_ticket, tickets.c.conversation_id == sa.bindparam("the_conversation", type_=sa.BigInteger)
)
_is_open = one_of(tickets.c.status, "open", "answered")

DONE = {
    kind: sa.update(inbox)
    .where(among(inbox.c.id, on_sqlite=kind), inbox.c.status == "new")
    .values(
        status="done",
        handled_at=sa.bindparam("now", type_=UtcTime),
        edition=sa.bindparam("the_edition"),
    )
    for kind in _KINDS
}
DEAD = (
    sa.update(inbox)
    .where(inbox.c.id == sa.bindparam("the_id"), inbox.c.status == "new")
    .values(
        status="dead",
        handled_at=sa.bindparam("now", type_=UtcTime),
        error=sa.bindparam("the_error"),
    )
)
STATE = sa.update(conversations).where(conversations.c.id == sa.bindparam("the_id"))
OPTED_OUT = {
    kind: sa.update(conversations)
    .where(among(conversations.c.id, on_sqlite=kind))
    .values(opted_out=sa.bindparam("value"))
    for kind in _KINDS
}
UNBLOCK = {
    kind: sa.update(conversations)
    .where(among(conversations.c.id, on_sqlite=kind))
    .values(blocked_reason=None)
    for kind in _KINDS
}
DROP_QUEUED = {kind: _dropped_rows(on_sqlite=kind) for kind in _KINDS}
DROP_RATING_TIMERS = {
    kind: sa.delete(timers).where(
        among(timers.c.conversation_id, on_sqlite=kind), one_of(timers.c.name, *RATING_TIMERS)
    )
    for kind in _KINDS
}
_entry = [
    tickets.c.id,
    _value("the_kind", ticket_history.c.kind),
    _value("the_author", ticket_history.c.author),
    _value("the_text", ticket_history.c.text),
    _value("the_time", ticket_history.c.happened_at),
]
_entry_columns = ["ticket_id", "kind", "author", "text", "happened_at"]
HISTORY = sa.insert(ticket_history).from_select(_entry_columns, sa.select(*_entry).where(_its_own))
ESCALATION_HISTORY = sa.insert(ticket_history).from_select(
    _entry_columns, sa.select(*_entry).where(_of_ticket)
)
WITHDRAW = (
    sa.update(tickets)
    .where(_its_own, _is_open)
    .values(status="withdrawn", closed_at=sa.bindparam("the_time", type_=UtcTime))
)
OVERDUE = (
    sa.update(tickets)
    .where(_of_ticket, tickets.c.overdue_at.is_(None))
    .values(overdue_at=sa.bindparam("the_time", type_=UtcTime))
)
LETTERS = sa.insert(outbox).from_select(
    ["unit", "recipient", *COPIED],
    sa.select(
        tickets.c.unit,
        sa.literal_column("'unit:'") + tickets.c.unit,
        *(_value(f"the_{name}", outbox.c[name]) for name in COPIED),
    ).where(_its_own),
)
_its_encounter = sa.and_(
    encounters.c.id == sa.bindparam("the_encounter", type_=sa.BigInteger),
    encounters.c.conversation_id == sa.bindparam("the_conversation", type_=sa.BigInteger),
)
RATING = sa.insert(ratings).values(
    encounter_id=sa.select(encounters.c.id).where(_its_encounter).scalar_subquery(),
    ticket_id=sa.select(tickets.c.id).where(_its_own).scalar_subquery(),
)
_comment = sa.bindparam("the_comment", type_=sa.Text)
COMMENTED = (
    sa.update(ratings)
    .where(
        ratings.c.conversation_id == sa.bindparam("the_conversation", type_=sa.BigInteger),
        ratings.c.message_number == sa.bindparam("the_message", type_=sa.BigInteger),
    )
    .values(
        comment=sa.case(
            (ratings.c.comment.is_(None), _comment), else_=ratings.c.comment + "\n" + _comment
        )
    )
)
ANSWERED = sa.update(encounters).where(_its_encounter)
_own_encounter = sa.and_(
    encounters.c.id == sa.bindparam("the_id"),
    encounters.c.conversation_id == sa.bindparam("the_conversation"),
)
ASKED = sa.update(encounters).where(_own_encounter, encounters.c.asked_at.is_(None))
DECLINED = sa.update(encounters).where(_own_encounter)
CANCEL_TIMER = sa.delete(timers).where(
    timers.c.conversation_id == sa.bindparam("the_conversation"),
    timers.c.key == sa.bindparam("the_key"),
)
_asked_back = sa.and_(
    unanswered.c.conversation_id == sa.bindparam("the_conversation", type_=sa.BigInteger),
    unanswered.c.text == sa.bindparam("the_text", type_=sa.Text),
    one_of(unanswered.c.reason, "asked_back"),
    unanswered.c.closed_at.is_(None),
)
CHOSEN = sa.update(unanswered).where(_asked_back)
REPLACED = sa.delete(unanswered).where(_asked_back)
SET_TIMER = {kind: _set_timer(on_sqlite=kind) for kind in _KINDS}
FORGET = {kind: _forget_statements(on_sqlite=kind) for kind in _KINDS}
