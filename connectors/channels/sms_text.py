"""How a reply looks as an SMS. Pure; Twilio and the simulated phone share it."""

from __future__ import annotations

from connectors.channel import Capabilities, Outgoing
from connectors.channels.plain_text import shorten
from dialogue.replies import Reply
from knowledge.gsm import is_gsm7, segments, to_gsm7

# Twilio joins at most 1,600 characters: twilio.com/docs/errors/21617
MOST_CHARACTERS = 1_600
CAPABILITIES = Capabilities(buttons=False, max_characters=MOST_CHARACTERS, counts_segments=True)


def render_sms(reply: Reply, address: str) -> Outgoing:
    """Choices become numbered lines; the text goes to GSM-7 where nothing is lost by it.

    >>> from dialogue.replies import Choice
    >>> render_sms(Reply(text="Sende?", choices=(Choice("Ja", "/affirm"),)), "+4790000001").text
    'Sende?\\n1 Ja'
    """
    listed = reply.choices if reply.listed else ()
    lines = [f"{number} {choice.title}" for number, choice in enumerate(listed, start=1)]
    ending = "".join(f"\n{line}" for line in lines)
    text = shorten(reply.text, MOST_CHARACTERS - len(ending)) + ending
    plain = to_gsm7(text)
    if is_gsm7(plain) and len(plain) <= MOST_CHARACTERS:
        text = plain
    return Outgoing(address=address, text=text, segments=segments(text))
