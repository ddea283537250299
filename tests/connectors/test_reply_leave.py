"""The HTTP API asks the rules before a text goes to a person."""

from __future__ import annotations

import pytest
import small_decide
from served import BEARER, NOW, an_app, calling

from connectors.channels.simulated_phone import SimulatedPhone
from dialogue.reply_check import Notice
from dialogue.store.store import Store
from dialogue.store.tickets import Ticket


@pytest.mark.parametrize("operation", ["reply", "close"])
async def test_what_the_rules_refuse_is_told_and_not_sent(operation: str, store: Store) -> None:
    asked: list[tuple[str, str, str, bool]] = []

    def ask_leave(ticket: Ticket, text: str, author: str, confirmed: bool) -> Notice | None:
        asked.append((ticket.id, text, author, confirmed))
        return None if confirmed else Notice("confirm-general", "Y2: only general.")

    [number] = await store.receive(small_decide.incoming("ticket", "m1"), NOW)
    await store.run_batch(small_decide.decide, NOW)
    app = an_app([SimulatedPhone("sms")], store=store, ask_leave=ask_leave)
    async with calling(app) as call:
        path = f"/api/tickets/S{number}/{operation}"
        body = {"text": "Mor di har det bra.", "author": "heime"}
        refused = await call("POST", path, json=body, headers=BEARER)
        assert (refused.status, refused.json["code"]) == (409, "confirm-general")
        assert (await store.get_ticket(f"S{number}")).status == "open"
        sent = await call("POST", path, json=body | {"confirm_general": True}, headers=BEARER)
        assert sent.status == 201
        missing = await call("POST", f"/api/tickets/S99/{operation}", json=body, headers=BEARER)
        assert missing.status == 404
    text = body["text"]
    assert asked == [(f"S{number}", text, "heime", each) for each in (False, True)]
