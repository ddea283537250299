"""What Twilio posts when an SMS came in. Pure.

Fields: twilio.com/docs/messaging/guides/webhook-request. New ones appear without
notice, so unknown ones are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.channels.plain_text import clean
from connectors.channels.twilio_settings import E164
from dialogue.messages import MAX_CHARACTERS, Attachment, Incoming, PersonMessage

CHANNEL = "sms"
MOST_MEDIA = 10
KINDS = {"image": "photo", "audio": "voice", "video": "video"}


class UnreadableForm(ValueError):
    """The form lacks what every message has."""


def parse_form(form: Mapping[str, str]) -> list[Incoming]:
    """The message of a form; none where there is nothing to answer and nobody to answer.

    Senders that are no phone number (a name, a short code, WhatsApp) can't be answered
    by SMS. HELP that Twilio has answered needs nothing more. Raises UnreadableForm.
    """
    message_id = form.get("MessageSid") or form.get("SmsSid") or form.get("SmsMessageSid")
    if not message_id or len(message_id) > 64:
        raise UnreadableForm("MessageSid")
    sender = form.get("From", "").strip()
    if not E164.fullmatch(sender):
        return []
    body = _body(form)
    if body is None:
        return []
    return [Incoming(channel=CHANNEL, address=sender, message_id=message_id, body=body)]


def _body(form: Mapping[str, str]) -> PersonMessage | None:
    answered = form.get("OptOutType", "").upper()
    if answered == "HELP":
        return None
    if answered in ("STOP", "START"):
        words = {"STOP": "STOPP", "START": "START"}[answered]
        return PersonMessage(text=words, is_answered=True)
    text = clean(form.get("Body", ""))
    attachments = _attachments(form)
    if len(text) > MAX_CHARACTERS:
        return PersonMessage(kind="too_long", text=text[:MAX_CHARACTERS], attachments=attachments)
    if not text and attachments:
        contact = all(each.kind == "contact" for each in attachments)
        return PersonMessage(kind="contact" if contact else "media", attachments=attachments)
    return PersonMessage(text=text, attachments=attachments)


def _attachments(form: Mapping[str, str]) -> tuple[Attachment, ...]:
    try:
        count = int(form.get("NumMedia") or 0)
    except ValueError:
        count = 0
    types = [form.get(f"MediaContentType{index}", "") for index in range(min(count, MOST_MEDIA))]
    return tuple(Attachment(kind=_kind(each), mime_type=each[:100] or None) for each in types)


def _kind(mime_type: str) -> str:
    if mime_type.lower() in ("text/vcard", "text/x-vcard"):
        return "contact"
    return KINDS.get(mime_type.partition("/")[0].lower(), "document")
