"""What the bot says, as people will see it: a text of its own or of texts.yml, filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import typer

from connectors.channels.sms_text import render_sms
from connectors.channels.telegram_text import render_telegram
from connectors.commands.preview import WIDTH, show_sms, show_telegram, sms_cost, tell
from dialogue.domain import Variation
from dialogue.edition import load_flows
from dialogue.own_texts import OWN_CHANNEL, with_own_texts
from dialogue.replies import Choice, Reply
from dialogue.responses import chosen, said
from dialogue.text_budget import MOST_SEPTETS, Budget
from dialogue.wording import spoken_day
from knowledge.articles import STANDARDS
from knowledge.content import Content
from knowledge.municipality import Municipality
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_TODAY, _THAT_DAY = date(2026, 11, 24), date(2026, 12, 3)
_SAMPLES = {"ticket_id": "S1024", "consent_code": "482915", "consent_tries": "2",
            "given_rating": "2", "article_title": "Brøyting"}  # fmt: skip
_DAYS = ("ticket_due", "rated_day", "consent_until", "consent_answer_by")
_UNITS = ("ticket_unit", "consent_unit", "objection_judge")


def preview_text(content: Content, name: str, lang: str | None, json_lines: bool) -> bool:
    """Show the text `name` in its standards; False when the bot has none of that name.

    Leaves with 1 when the municipality's own wording of it has errors.
    """
    built_in = load_flows()[0]
    if name not in built_in.responses:
        return False
    bot, problems = with_own_texts(built_in, content.texts, content.municipality, content.facts)
    variations = bot.responses[name]
    is_own = variations is not built_in.responses[name]
    both = any(each.condition for each in variations)
    for standard in STANDARDS if both else STANDARDS[:1]:
        if both and lang not in (None, standard):
            continue
        _show(content.municipality, name, variations, standard if both else "nb nn", is_own,
              json_lines)  # fmt: skip
    faults = _of(content.texts, name, problems) if is_own and content.texts else []
    if not json_lines:
        tell(faults)
    if any(problem.severity == "error" for problem in faults):
        raise typer.Exit(1)
    return True


def _show(
    municipality: Municipality,
    name: str,
    variations: tuple[Variation, ...],
    standard: str,
    is_own: bool,
    json_lines: bool,
) -> None:
    from rich.console import Console

    one = standard[:2]
    values = sample_values(municipality, one)
    sms = _variation(variations, one, "sms")
    on_telegram = render_telegram(_reply(_variation(variations, one, OWN_CHANNEL), values), "")
    cost = sms_cost(render_sms(_reply(sms, values), "").text)
    at_most = Budget(municipality).septets(name, str(sms.content["text"]), sms)
    buttons = [title for title, _ in on_telegram.buttons]
    if json_lines:
        told = {"id": name, "standard": standard, "own": is_own, "sms": cost, "at_most": at_most,
                "telegram": {"text": on_telegram.text, "buttons": buttons}}  # fmt: skip
        print(msgspec.json.encode(told).decode())
        return
    console = Console(highlight=False)
    console.rule(f"{name} · {standard} · {'yours' if is_own else 'built in'}")
    show_sms(console, cost)
    length = f"With the longest names and choices: {at_most} units; {MOST_SEPTETS} are two segments"
    console.print(length, markup=False, width=2 * WIDTH)
    show_telegram(console, on_telegram.text, buttons)


def _variation(variations: tuple[Variation, ...], standard: str, channel: str) -> Variation:
    found = chosen(variations, {"standard": standard}, channel)
    return found or variations[0]


def _reply(variation: Variation, values: dict[str, str]) -> Reply:
    content = said(variation, values)
    buttons = content.get("buttons") or ()
    choices = tuple(Choice(str(each["title"]), str(each["payload"])) for each in buttons)
    return Reply(text=str(content["text"]), choices=choices)


class _Samples(dict[str, str]):
    """A variable without a sample stands as its name in words: it may hold anything."""

    def __missing__(self, name: str) -> str:
        return f"({name.replace('_', ' ')})"


def sample_values(municipality: Municipality, standard: str) -> dict[str, str]:
    """What the variables of texts may hold: this municipality's names, and a day to come."""
    key: Any = standard
    unit = next(iter(municipality.units.values())).name[key]
    service = next((one.name[key] for one in municipality.services.values()), unit)
    return _Samples(
        _SAMPLES
        | dict.fromkeys(_DAYS, spoken_day(_THAT_DAY, _TODAY, key))
        | dict.fromkeys(_UNITS, unit)
        | {"municipality": municipality.name, "service_centre": unit, "rated_service": service}
    )


def _of(document: Document, name: str, problems: list[Problem]) -> list[Problem]:
    """Those faults that stand between this text's name and the next one's."""
    begins = sorted(document.line(str(key)) for key in document.data)
    begin = document.line(name)
    end = next((line for line in begins if line > begin), None)
    return [one for one in problems if one.line >= begin and (end is None or one.line < end)]
