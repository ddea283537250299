"""What Telegram delivers, as the service understands it. Pure.

The updates and their fields: core.telegram.org/bots/api#update.
"""

from __future__ import annotations

import os

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageReactionUpdated,
    ReactionType,
    Update,
)
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext.filters import StatusUpdate

from connectors.channels.plain_text import clean
from dialogue.messages import MAX_CHARACTERS, Attachment, Incoming, MessageKind, PersonMessage

# PTB: durations as timedelta, as they will be in its next release, without a warning at each.
os.environ.setdefault("PTB_TIMEDELTA", "true")
CHANNEL = "telegram"
# The updates that we ask for; others are not delivered.
ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
]
THUMBS_DOWN = "\N{THUMBS DOWN SIGN}"
COMMANDS = {
    "start": "hei",
    "stop": "STOPP",
    "help": "HJELP",
    "hjelp": "HJELP",
    "slett": "slett meg",
}
# In this order: an animation is a document too, as Telegram tells it.
ATTACHMENTS = (
    ("photo", "photo"),
    ("voice", "voice"),
    ("video_note", "video"),
    ("video", "video"),
    ("animation", "animation"),
    ("sticker", "sticker"),
    ("audio", "audio"),
    ("document", "document"),
)
OTHERS = (
    "poll",
    "dice",
    "venue",
    "game",
    "story",
    "paid_media",
    "invoice",
    "checklist",
    "giveaway",
)


def parse_update(update: Update) -> list[Incoming]:
    """The message of an update; none where there is nothing to answer (a service message,
    another bot, a kind we did not ask for)."""
    if update.callback_query is not None:
        found = _of_press(update.callback_query)
    elif update.message_reaction is not None:
        found = _of_reaction(update.message_reaction)
    elif update.my_chat_member is not None:
        found = _of_membership(update.my_chat_member)
    elif update.edited_message is not None:
        found = _of_edit(update.edited_message)
    elif update.channel_post is not None:
        found = str(update.channel_post.chat.id), PersonMessage(kind="group")
    elif update.message is not None and not StatusUpdate.ALL.check_update(update):
        found = _of_message(update.message)
    else:
        found = None
    if found is None:
        return []
    address, body = found
    message_id = _album(update.message, body) or str(update.update_id)
    return [Incoming(channel=CHANNEL, address=address, message_id=message_id, body=body)]


Found = tuple[str, PersonMessage] | None


def _of_message(message: Message) -> Found:
    address = str(message.chat.id)
    if message.from_user is not None and message.from_user.is_bot:
        return None
    if message.chat.type != ChatType.PRIVATE:
        return address, PersonMessage(kind="group")
    return address, _body(message, _language(message))


def _of_edit(message: Message) -> Found:
    """A changed text. A live location moves by edits without a text: nothing to answer."""
    text = clean(message.text or message.caption or "")
    if message.chat.type != ChatType.PRIVATE or not text:
        return None
    body = PersonMessage(
        kind="edited", text=text[:MAX_CHARACTERS], language_hint=_language(message)
    )
    return str(message.chat.id), body


def _of_press(query: CallbackQuery) -> Found:
    """A pressed button. `text` is its label, where the message is still to be had."""
    if query.data is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    label = ""
    markup = getattr(query.message, "reply_markup", None)
    for row in markup.inline_keyboard if markup is not None else ():
        for button in row:
            if button.callback_data == query.data:
                label = button.text
    body = PersonMessage(
        kind="button",
        text=clean(label)[:MAX_CHARACTERS],
        payload=clean(query.data),
        language_hint=query.from_user.language_code,
    )
    return str(query.message.chat.id), body


def _of_reaction(change: MessageReactionUpdated) -> Found:
    """A thumbs down, given anew. Other reactions, and taking one back, say nothing to us."""

    def down(reactions: tuple[ReactionType, ...]) -> bool:
        return any(getattr(one, "emoji", None) == THUMBS_DOWN for one in reactions)

    private = change.chat.type == ChatType.PRIVATE
    if not private or down(change.old_reaction) or not down(change.new_reaction):
        return None
    body = PersonMessage(kind="reaction", text=THUMBS_DOWN, about=str(change.message_id))
    return str(change.chat.id), body


def _of_membership(change: ChatMemberUpdated) -> Found:
    """The person blocked the bot, or took it back; or somebody put it into a group."""
    address = str(change.chat.id)
    was, now = change.old_chat_member.status, change.new_chat_member.status
    gone = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    if change.chat.type != ChatType.PRIVATE:
        joined = was in gone and now not in gone
        return (address, PersonMessage(kind="group")) if joined else None
    if now == ChatMemberStatus.BANNED:
        return address, PersonMessage(text="STOPP", is_answered=True)
    if was == ChatMemberStatus.BANNED:
        return address, PersonMessage(text="START", is_answered=True)
    return None


def _body(message: Message, language: str | None) -> PersonMessage:
    text = _words(clean(message.text or message.caption or ""))
    attachments = _attachments(message)
    kind: MessageKind = "text"
    if len(text) > MAX_CHARACTERS:
        kind, text = "too_long", text[:MAX_CHARACTERS]
    elif not text:
        kind = "media"
        if message.location is not None or message.venue is not None:
            kind, attachments = "location", ()
        elif message.contact is not None:
            kind, attachments = "contact", ()
    return PersonMessage(kind=kind, text=text, attachments=attachments, language_hint=language)


def _words(text: str) -> str:
    """A command in words: `/stop@eksempelvag_bot` is STOPP, `/status S12` is "status S12"."""
    if not text.startswith("/") or len(text) < 2 or not text[1].isalpha():
        return text
    command, _, rest = text[1:].partition(" ")
    name = command.partition("@")[0].lower()
    if name in COMMANDS:
        return COMMANDS[name]
    return f"{name} {rest}".strip()


def _attachments(message: Message) -> tuple[Attachment, ...]:
    for field, kind in ATTACHMENTS:
        value = getattr(message, field)
        if value:
            return (Attachment(kind=kind, mime_type=getattr(value, "mime_type", None)),)
    others = (name for name in OTHERS if getattr(message, name, None))
    return tuple(Attachment(kind=name) for name in others)


def _album(message: Message | None, body: PersonMessage) -> str | None:
    """Ten photos sent together come as ten updates; those without words count as one."""
    if message is None or message.media_group_id is None or body.kind != "media":
        return None
    return f"album:{message.chat.id}:{message.media_group_id}"


def _language(message: Message) -> str | None:
    return message.from_user.language_code if message.from_user is not None else None
