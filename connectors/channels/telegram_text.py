"""How a reply looks on Telegram. Pure; Telegram and the simulated phone share it."""

from __future__ import annotations

from connectors.channel import Capabilities, Outgoing
from connectors.channels.plain_text import shorten
from dialogue.replies import Choice, Reply

MOST_CHARACTERS = 4_096  # core.telegram.org/bots/api#sendmessage, in UTF-16 units
MOST_PAYLOAD = 64  # bytes: core.telegram.org/bots/api#inlinekeyboardbutton
SHORT_LABEL = 3  # characters; labels as short as a figure stand side by side
CAPABILITIES = Capabilities(buttons=True, max_characters=MOST_CHARACTERS, counts_segments=False)


def render_telegram(reply: Reply, address: str) -> Outgoing:
    """Choices become buttons; where a payload is too long for one, numbered lines.

    The text is plain (no parse_mode), so that nothing in it is taken for markup.
    """
    if any(len(choice.payload.encode()) > MOST_PAYLOAD for choice in reply.choices):
        return Outgoing(address=address, text=_fit(reply.text, _lines(reply.choices)))
    buttons = tuple((choice.title, choice.payload) for choice in reply.choices)
    return Outgoing(address=address, text=_fit(reply.text), buttons=buttons)


def keyboard_rows(buttons: tuple[tuple[str, str], ...]) -> list[list[tuple[str, str]]]:
    """Buttons in rows: figures side by side, words below each other."""
    if buttons and all(len(label) <= SHORT_LABEL for label, _ in buttons):
        return [list(buttons[start : start + 6]) for start in range(0, len(buttons), 6)]
    return [[button] for button in buttons]


def _lines(choices: tuple[Choice, ...]) -> str:
    return "".join(f"\n{number} {choice.title}" for number, choice in enumerate(choices, start=1))


def _fit(text: str, ending: str = "") -> str:
    most = MOST_CHARACTERS - len(ending.encode("utf-16-le")) // 2
    while len(text.encode("utf-16-le")) // 2 > most:
        units_over = len(text.encode("utf-16-le")) // 2 - most
        text = shorten(text, len(text) - max(1, units_over // 2))
    return text + ending
