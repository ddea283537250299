"""`samsvar texts`: what the bot says, as texts.yml has it, to word it anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.stores import stop

if TYPE_CHECKING:
    from dialogue.domain import Variation


def texts_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Only texts with these words, or whose name has them."),
    ] = None,
    own: Annotated[bool, typer.Option("--own", help="Only those in your texts.yml.")] = False,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """List what the bot says, in both standards, ready to paste into texts.yml.

    What stands in your texts.yml is shown as you wrote it, with its facts filled in.
    """
    from dialogue.edition import load_flows

    edition = open_edition(content)
    built_in = load_flows()[0].responses
    shown = 0
    for name, variations in sorted(edition.bot.responses.items()):
        is_own = variations is not built_in[name]
        whole = _yaml(name, variations)
        if (own and not is_own) or not all(_has(name, whole, word) for word in words or ()):
            continue
        shown += 1
        if json_lines:
            told = {"name": name, "own": is_own, "texts": _texts(variations)}
            print(msgspec.json.encode(told).decode())
        else:
            typer.echo(f"{'# yours' if is_own else '# built in'}\n{whole}")
    if not shown:
        stop("No text has these words; `samsvar texts` lists them all.")


def _has(name: str, whole: str, word: str) -> bool:
    """Whether the name holds the word, or a text has it as a whole word: «hei», not «heile»."""
    found = re.search(rf"\b{re.escape(word)}\b", whole, re.IGNORECASE)
    return word.casefold() in name or found is not None


def _texts(variations: tuple[Variation, ...]) -> dict[str, str]:
    """The texts by where they are said: `nb`, `nn`, `telegram.nb`; `all` where in one language."""
    found = {}
    for each in sorted(variations, key=lambda one: one.channel or ""):
        standard = str(dict(each.condition or ()).get("standard", "all"))
        key = f"{each.channel}.{standard}" if each.channel else standard
        found[key] = str(each.content["text"])
    return found


def _yaml(name: str, variations: tuple[Variation, ...]) -> str:
    texts = _texts(variations)
    if "all" in texts:
        return f"{name}: {_quoted(texts['all'])}\n"
    lines, channel = [f"{name}:"], ""
    for key, text in texts.items():
        where, _, standard = key.rpartition(".")
        if where != channel:
            channel = where
            lines.append(f"  {channel}:")
        lines.append(f"{'    ' if channel else '  '}{standard}: {_quoted(text)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """As YAML in double quotes: it is JSON's, which YAML 1.2 reads."""
    return msgspec.json.encode(text).decode()
