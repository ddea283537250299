"""An appeal is closed only with its number in the archive: the example, on both databases."""

from __future__ import annotations

import pytest
import small_decide
from served import BEARER, NOW, an_app, calling
from small_queries import after

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.commands.rule_sets import OpenRules
from connectors.reply_leave import closing_by
from dialogue.closing import read_archive_reference
from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.messages import Numbered
from dialogue.store.store import Store


async def open_case(store: Store, kind: str) -> str:
    def decide(conversation: Conversation, message: Numbered) -> Decision:
        facts = {"kind": kind, "service": "byggesak"}
        made = small_decide.ticket(f"S{message.number}", unit="byggplan", facts=facts, rules=())
        return Decision(conversation=conversation, effects=(made,))

    [number] = await store.receive(small_decide.incoming("ticket", f"m-{kind}"), NOW)
    await store.run_batch(decide, NOW)
    return f"S{number}"


async def test_an_appeal_is_closed_only_with_its_number_in_the_archive(store: Store) -> None:
    rules = OpenRules(None)
    appeal, complaint = await open_case(store, "appeal"), await open_case(store, "complaint")
    close = closing_by(lambda: rules)
    app = an_app([SimulatedPhone("sms")], store=store, ask_to_close=close)
    said = {"text": "Klaga er sendt til arkivet.", "author": "byggplan"}
    async with calling(app) as call:
        path = f"/api/tickets/{appeal}/close"
        refused = await call("POST", path, json=said, headers=BEARER)
        assert (refused.status, refused.json["code"]) == (409, "archive-first")
        for told in ("K1", "forvaltningsloven § 33", "arkivlova", "archive_reference"):
            assert told in refused.json["detail"]
        assert (await store.get_ticket(appeal)).status == "open"
        wrong = {"archive_reference": "hos meg"}
        invalid = await call("POST", path, json=said | wrong, headers=BEARER)
        assert (invalid.status, invalid.json["errors"][0]["field"]) == (422, "archive_reference")
        number = {"archive_reference": " 2026/1234 "}
        headers = BEARER | {"Idempotency-Key": "k1"}
        done = await call("POST", path, json=said | number, headers=headers)
        assert (done.status, done.json["archive_reference"]) == (201, "2026/1234")
        assert [(e["kind"], e["text"]) for e in done.json["history"]][-2:] == [
            ("archived", "2026/1234"),
            ("closed", said["text"]),
        ]
        assert (await call("POST", path, json=said | number, headers=headers)).status == 200
        others = await call("POST", f"/api/tickets/{complaint}/close", json=said, headers=BEARER)
        assert (others.status, others.json["archive_reference"]) == (201, None)
    kept = [e for e in (await store.get_ticket(appeal)).history if e.kind == "archived"]
    assert len(kept) == 1


async def test_a_number_that_is_known_already_is_not_asked_for_again(store: Store) -> None:
    rules = OpenRules(None)
    appeal = await open_case(store, "appeal")
    await store.close_ticket(appeal, "x", "byggplan", after(hours=1), archive_reference="2026/1")
    assert closing_by(lambda: rules)(await store.get_ticket(appeal), None) is None


@pytest.mark.parametrize("wrong", ["", "arkivet", "/ 2026", "26050512345", "1" * 61, "2026\x00/1"])
def test_what_is_no_number_in_an_archive_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"must be|is a person's"):
        read_archive_reference(wrong)


@pytest.mark.parametrize(
    "good", ["2026/1234", "26/1234-5", "2026001234", "ePhorte 2026/77", "Ås 12:3"]
)
def test_the_numbers_of_common_archives_are_taken(good: str) -> None:
    assert read_archive_reference(good) == good
