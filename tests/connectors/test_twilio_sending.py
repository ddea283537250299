"""What goes to Twilio, and that waiting for it has an end."""

from __future__ import annotations

import time
from typing import Any

from channel_contracts import PUBLIC_URL, NoIntake, twilio_settings
from twilio_stand_in import NUMBER, TwilioStandIn

from connectors.channel import InDoubt, Sent, Throttled
from connectors.channels.twilio_sms import TimedHttpClient, TwilioSms
from dialogue.replies import Choice, Reply


async def sending(peer: TwilioStandIn, reply: Reply, **more: Any) -> object:
    channel = TwilioSms(twilio_settings(peer.url, **more), PUBLIC_URL, send_within=0.3)
    await channel.start(NoIntake())
    try:
        return await channel.send(channel.render(reply, "+4790000001"))
    finally:
        await channel.stop()


async def test_a_message_goes_out_with_its_callback_and_comes_back_with_its_sid() -> None:
    async with TwilioStandIn() as peer:
        outcome = await sending(peer, Reply(text="Hei «du»", choices=(Choice("Ja", "/affirm"),)))
    [message] = peer.messages
    assert outcome == Sent(message["Sid"])
    assert message | {"Sid": ""} == {
        "To": "+4790000001",
        "From": NUMBER,
        "Body": 'Hei "du"\n1 Ja',
        "StatusCallback": f"{PUBLIC_URL}/webhooks/twilio/status",
        "Sid": "",
    }


async def test_a_messaging_service_takes_the_place_of_the_number() -> None:
    service = "MG" + "1" * 32
    async with TwilioStandIn() as peer:
        await sending(peer, Reply(text="Hei"), sender=service)
    assert peer.messages[0]["MessagingServiceSid"] == service
    assert "From" not in peer.messages[0]


async def test_a_silent_twilio_is_waited_for_no_longer_than_told() -> None:
    async with TwilioStandIn() as peer:
        peer.sleep_for = 6.0
        began = time.perf_counter()
        outcome = await sending(peer, Reply(text="Hei"))
        assert time.perf_counter() - began < 2.0
    assert isinstance(outcome, InDoubt)


async def test_the_client_keeps_nothing_of_what_it_sent() -> None:
    async with TwilioStandIn() as peer:
        client = TimedHttpClient(1.0)
        answer = await client.request("post", f"{peer.url}/nowhere", data={"To": "+4790000001"})
        await client.close()
    assert answer.status_code == 404
    assert client._test_only_last_request is None


async def test_a_stopped_channel_has_sent_nothing() -> None:
    async with TwilioStandIn() as peer:
        channel = TwilioSms(twilio_settings(peer.url), PUBLIC_URL)
        outgoing = channel.render(Reply(text="Hei"), "+4790000001")
        assert isinstance(await channel.send(outgoing), Throttled)
        await channel.start(NoIntake())
        assert channel._http is not None
        await channel._http.close()
        assert isinstance(await channel.send(outgoing), Throttled)
        await channel.stop()
