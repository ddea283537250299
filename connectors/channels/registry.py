"""The list of channels, and how they are started and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import entry_points
from typing import cast

from connectors.channel import Channel, Intake
from connectors.settings import Settings
from connectors.settings_secret import webhook_secret

ENTRY_POINTS = "samsvar.channels"
Make = Callable[[Settings], Channel | None]


def _sms(settings: Settings) -> Channel | None:
    from connectors.channels.twilio_sms import TwilioSms

    if settings.twilio is None or settings.public_url is None:
        return None
    return TwilioSms(settings.twilio, settings.public_url)


def _telegram(settings: Settings) -> Channel | None:
    from connectors.channels.telegram_chat import TelegramChat

    if settings.telegram is None:
        return None
    return TelegramChat(settings.telegram, webhook_secret(settings), settings.public_url)


CHANNELS: dict[str, Make] = {
    "sms": _sms,
    "telegram": _telegram,
}


def make_channels(settings: Settings) -> list[Channel]:
    """The channels that have settings. They are not started yet."""
    makers = dict(CHANNELS)
    for point in entry_points(group=ENTRY_POINTS):
        makers.setdefault(point.name, cast(Make, point.load()))
    made = (make(settings) for make in makers.values())
    return [channel for channel in made if channel is not None]


@asynccontextmanager
async def started(channels: Sequence[Channel], intake: Intake) -> AsyncIterator[None]:
    """Start in order; on failure and at the end stop in reverse what was started."""
    async with AsyncExitStack() as stack:
        for channel in channels:
            await channel.start(intake)
            stack.push_async_callback(channel.stop)
        yield
