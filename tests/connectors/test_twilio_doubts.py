"""A message whose sending was cut: Twilio is asked before it is sent again, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import small_decide
from channel_contracts import PUBLIC_URL, NoIntake, twilio_settings
from served import NOW
from twilio_stand_in import TwilioStandIn

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.channels.twilio_sms import TwilioSms
from connectors.doubts import LOOK_AFTER, CanBeAsked, Doubts
from connectors.sender import Sender
from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.messages import Numbered
from dialogue.replies import Reply
from dialogue.store.store import Store

LATER = NOW + LOOK_AFTER


@pytest.fixture
async def peer() -> AsyncIterator[TwilioStandIn]:
    async with TwilioStandIn() as made:
        yield made


@pytest.fixture
async def channel(peer: TwilioStandIn) -> AsyncIterator[TwilioSms]:
    made = TwilioSms(twilio_settings(peer.url), PUBLIC_URL, send_within=2.0)
    await made.start(NoIntake())
    yield made
    await made.stop()


async def cut_sending(store: Store, channel: TwilioSms) -> None:
    await store.receive(small_decide.incoming("hei", "m1"), NOW)
    await store.run_batch(small_decide.decide, NOW)
    await Sender(store, [channel]).run_once(NOW)
    assert (await store.depth(NOW)).in_doubt == 1


async def test_what_twilio_has_is_not_sent_again(
    store: Store, channel: TwilioSms, peer: TwilioStandIn
) -> None:
    peer.failures.append(peer.keep_and_cut)
    await cut_sending(store, channel)
    doubts = Doubts(store, {"sms": channel})
    assert await doubts.settle(NOW) == 0  # too early: it may be under way
    assert await doubts.settle(LATER) == 1
    depth = await store.depth(LATER)
    assert (depth.in_doubt, depth.queued) == (0, 0)
    assert len(peer.messages) == 1


async def test_what_twilio_does_not_have_is_sent_again(
    store: Store, channel: TwilioSms, peer: TwilioStandIn
) -> None:
    peer.cut_next()
    await cut_sending(store, channel)
    doubts = Doubts(store, {"sms": channel})
    await doubts.settle(NOW)
    assert await doubts.settle(LATER) == 1
    assert await Sender(store, [channel]).run_once(LATER) == 1
    assert [each["Body"] for each in peer.messages] == ["1: hei"]


async def test_the_same_words_from_before_are_another_message(
    store: Store, channel: TwilioSms, peer: TwilioStandIn
) -> None:
    sent = await channel.send(channel.render(small_decide.Reply(text="1: hei"), "+4790000001"))
    assert sent
    found = channel.render(small_decide.Reply(text="1: hei"), "+4790000001")
    assert await channel.find(found, NOW) is not None
    assert await channel.find(found, NOW + timedelta(hours=1)) is None


async def test_the_same_words_a_moment_before_settle_no_doubt(
    store: Store, channel: TwilioSms, peer: TwilioStandIn
) -> None:
    """Somebody is told the same twice in a minute, and the second time it is cut."""
    for number in (1, 2):
        if number == 2:
            peer.cut_next()
        await store.receive(small_decide.incoming("hei", f"m{number}"), NOW)
        await store.run_batch(always_the_same, NOW)
        await Sender(store, [channel]).run_once(NOW)
    doubts = Doubts(store, {"sms": channel})
    await doubts.settle(NOW)
    assert await doubts.settle(LATER) == 1
    assert (await store.depth(LATER)).queued == 1  # Twilio has only the first: sent again
    assert await Sender(store, [channel]).run_once(LATER) == 1
    assert [each["Body"] for each in peer.messages] == ["Hei", "Hei"]


def always_the_same(conversation: Conversation, _message: Numbered) -> Decision:
    return Decision(conversation=conversation, replies=(Reply(text="Hei"),), edition="e")


async def test_while_twilio_is_away_the_doubt_stays(store: Store, channel: TwilioSms) -> None:
    away = TwilioSms(twilio_settings("http://127.0.0.1:9"), PUBLIC_URL)
    await away.start(NoIntake())
    with pytest.raises(OSError, match="ClientConnectorError"):
        await away.find(away.render(small_decide.Reply(text="hei"), "+4790000001"), NOW)
    await away.stop()


def test_a_channel_without_a_way_to_ask_is_left_alone(channel: TwilioSms) -> None:
    assert isinstance(channel, CanBeAsked)
    assert not isinstance(SimulatedPhone("telegram"), CanBeAsked)
