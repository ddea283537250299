"""What Telegram's errors mean for a message.

Sources: core.telegram.org/bots/api#responseparameters (retry_after, migrate_to_chat_id);
descriptions as the Bot API server writes them (github.com/tdlib/telegram-bot-api, Client.cpp).
"""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from connectors.channel import InDoubt, Rejected, SendOutcome, Throttled, Unreachable

AWAY_AFTER = timedelta(seconds=15)
NOT_STARTED = Throttled(timedelta(seconds=2), "the channel is stopped")
# In these the request never left us: nothing can have been sent twice by trying again.
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    RuntimeError,  # PTB: its client is closed
)
NOBODY_THERE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")
GATEWAYS = ("bad gateway", "gateway timeout", "gateway time-out")


def outcome_of_error(error: TelegramError) -> SendOutcome:
    """What an error of a send means. Reasons hold no chat id, no text and no token."""
    if isinstance(error, Forbidden):
        return Unreachable("the person has blocked the bot or left", "403")
    if isinstance(error, RetryAfter):
        return Throttled(seconds_of(error), "too many messages")
    if isinstance(error, ChatMigrated):
        return Unreachable("the group has become a supergroup", "migrated")
    if isinstance(error, InvalidToken):
        return Rejected("Telegram refuses SAMSVAR_TELEGRAM_TOKEN", "401")
    if isinstance(error, BadRequest):
        return _of_refusal(error)
    if isinstance(error, NetworkError):
        return _of_network(error)
    return Rejected(f"Telegram refused the message ({type(error).__name__})", None)


def seconds_of(error: RetryAfter) -> timedelta:
    """`retry_after` is a timedelta by PTB_TIMEDELTA and in later releases, else an int."""
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _of_refusal(error: BadRequest) -> SendOutcome:
    words = error.message.lower()
    if any(each in words for each in NOBODY_THERE):
        return Unreachable("the chat is not there any more", "400")
    return Rejected("Telegram refused the message (400)", "400")


def _of_network(error: NetworkError) -> SendOutcome:
    cause = error.__cause__
    if isinstance(cause, NOT_SENT):
        return Throttled(AWAY_AFTER, "Telegram can't be reached")
    if isinstance(error, TimedOut) or cause is not None:
        return InDoubt("the connection to Telegram broke")
    if any(each in error.message.lower() for each in GATEWAYS):
        return InDoubt("a gateway of Telegram's failed")
    return Throttled(AWAY_AFTER, "error inside Telegram")
