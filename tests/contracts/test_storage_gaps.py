"""What the store keeps of questions without an answer."""

from __future__ import annotations

import msgspec
from small_decide import incoming
from small_queries import NOW, after, handle_all, rows, send_all

from dialogue.messages import Incoming, PersonMessage
from dialogue.store.store import Store
from dialogue.store.tables import inbox, unanswered

ANNA, OLA = "+4790000001", "+4790000002"


async def say(store: Store, who: str, *words: str) -> None:
    before = len(await rows(store, unanswered))
    messages = [incoming(text, f"{who}{before}{n}{text}", who) for n, text in enumerate(words)]
    await store.receive(messages, NOW)
    await handle_all(store)


async def test_the_same_words_of_one_person_are_one_and_counted(store: Store) -> None:
    await say(store, ANNA, *["unanswered hest"] * 20)
    await say(store, OLA, "unanswered hest", "unanswered ku")
    found = await store.gaps.asked()
    assert [(one.text, one.count) for one in found] == [("hest", 20), ("hest", 1), ("ku", 1)]
    assert len({one.person for one in found}) == 2
    assert (found[0].reason, found[0].channel, found[0].first_at) == ("handover", "sms", NOW)


async def test_what_was_asked_back_is_a_gap_until_one_is_chosen(store: Store) -> None:
    await say(store, ANNA, "asked barnehage", "asked skule", "asked buss")
    await say(store, OLA, "asked barnehage")
    assert len(await store.gaps.asked(before=after(days=-1))) == 0
    await say(store, ANNA, "chose barnehage", "none skule")
    found = {(one.text, one.reason) for one in await store.gaps.asked()}
    assert found == {("barnehage", "asked_back"), ("skule", "unclear"), ("buss", "asked_back")}
    chosen = [one for one in await store.gaps.asked(closed=True) if one.answered_by]
    assert [(one.text, one.answered_by, one.closed_at) for one in chosen] == [
        ("barnehage", "b", NOW)
    ]


async def test_a_choice_in_the_same_batch_counts(store: Store) -> None:
    await say(store, ANNA, "asked barnehage", "chose barnehage")
    assert await store.gaps.asked() == []


async def test_what_is_closed_is_listed_no_more_until_it_is_asked_again(store: Store) -> None:
    await say(store, ANNA, "unanswered hest", "unanswered hest")
    await say(store, OLA, "unanswered hest")
    [hers, his] = await store.gaps.asked()
    assert await store.gaps.draft([hers], "hest-i-sentrum") == 2
    [hers, his] = await store.gaps.asked()
    assert (hers.draft, his.draft) == ("hest-i-sentrum", None)
    assert await store.gaps.close([hers, his], "hest-i-sentrum", after(days=1)) == 3
    assert await store.gaps.asked() == []
    await say(store, OLA, "unanswered hest")
    assert [one.count for one in await store.gaps.asked()] == [1]
    assert len(await store.gaps.asked(since=after(days=1), closed=True)) == 0


async def test_the_forgotten_are_gone_from_the_gaps(store: Store) -> None:
    await say(store, ANNA, "unanswered hest")
    await say(store, OLA, "unanswered hest", "hei")
    await store.upkeep.forget_person("sms", OLA, NOW)
    assert [one.count for one in await store.gaps.asked()] == [1]
    await say(store, ANNA, "forget")
    assert await store.gaps.asked() == []
    assert await rows(store, unanswered) == []
    await say(store, ANNA, "unanswered ku")  # before the address is gone
    await send_all(store)
    await store.tidy(after(hours=2))
    assert await rows(store, unanswered) == []


async def test_words_go_after_their_time_and_figures_stay(store: Store) -> None:
    await say(store, ANNA, "unanswered hest", "unanswered hest")
    await store.gaps.close(await store.gaps.asked(), "hest-i-sentrum", NOW)
    await say(store, ANNA, "unanswered ku")
    for step in range(20):
        await store.tidy(after(days=91, seconds=15 * step))
    kept = await rows(store, unanswered, "text", "conversation_id", "answered_by")
    assert kept == [("", None, "hest-i-sentrum")] * 2 + [("", None, None)]
    assert await store.gaps.asked(closed=True) == []
    [month] = await store.gaps.months()
    assert (month.month, month.reason, month.count, month.closed) == ("2026-11", "handover", 3, 2)


async def test_a_reaction_finds_the_message_that_was_answered(store: Store) -> None:
    await say(store, ANNA, "hei")
    [sent] = await send_all(store)
    for about in (f"P{sent.outbox_id}", "unknown"):
        body = PersonMessage(kind="reaction", text="👎", about=about)
        one = Incoming(channel="sms", address=ANNA, message_id=about, body=body)
        await store.receive(one, NOW)
    bodies = [msgspec.json.decode(body) for body in await rows(store, inbox, "body")]
    assert [body["about"] for body in bodies] == [None, "1", None]
