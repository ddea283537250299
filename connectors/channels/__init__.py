"""The channels: the ways in which people are reached.

A new one is a file here with its settings, one line in `CHANNELS`, and
`tests/contracts/channels/<name>.yml`. Channels from elsewhere come in by the
entry-point group `samsvar.channels`: a callable that takes the settings and
returns a channel, or None where it is off.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from connectors.channel import Channel, Intake
    from connectors.settings import Settings

ENTRY_POINTS = "samsvar.channels"
Make = Callable[["Settings"], "Channel | None"]


def _sms(settings: Settings) -> Channel | None:
    from connectors.channels.twilio_sms import TwilioSms

    if settings.twilio is None or settings.public_url is None:
        return None
    return TwilioSms(settings.twilio, settings.public_url)


def _telegram(settings: Settings) -> Channel | None:
    from connectors.channels.telegram_chat import TelegramChat
    from connectors.settings_secret import webhook_secret

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
async def started(channels: Sequence[Channel], intake: Intake | None) -> AsyncIterator[None]:
    """Start in order; on failure and at the end stop in reverse what was started."""
    async with AsyncExitStack() as stack:
        for channel in channels:
            await channel.start(intake)
            stack.push_async_callback(channel.stop)
        yield
