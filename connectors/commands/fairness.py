"""`samsvar fairness`: whether like tickets have been treated alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.rule_sets import LanguageOption, OpenRules, demand_language
from connectors.commands.simulate import SinceOption, print_parts
from connectors.commands.stores import with_store

if TYPE_CHECKING:
    from dialogue.routing.fairness import Comparison, PastCase
    from dialogue.routing.pages import Part
    from dialogue.store.past_tickets import PastTicket
    from dialogue.store.store import Store


def fairness_command(
    since: SinceOption,
    json_lines: JsonOption = False,
    language: LanguageOption = None,
    content: ContentOption = None,
) -> None:
    """Compare like tickets across channel, written standard, role and period.

    Time to the first answer, answers in time, and unit; permutation tests with Holm's
    correction. Small groups are hidden. Reads only.
    """
    from dialogue.routing.fairness import compare_groups

    demand_language(language)
    opened = OpenRules(content)
    zone = ZoneInfo(opened.municipality.timezone)
    cases: list[PastCase] = []
    now = datetime.now(UTC)

    async def read(store: Store) -> None:
        async for some in store.past_tickets(since.replace(tzinfo=zone).astimezone(UTC)):
            cases.extend(_case(ticket, zone, now) for ticket in some)

    with_store(read)
    found = compare_groups(cases)
    if json_lines:
        for each in found:
            print(msgspec.json.encode({**_plain(each), "differs": each.differs}).decode())
        return
    day = since.date()
    print_parts(tuple(_parts(opened, found, len(cases), day, opened.standard(language))))


def _case(ticket: PastTicket, zone: ZoneInfo, now: datetime) -> PastCase:
    from dialogue.routing.facts import read_facts
    from dialogue.routing.fairness import PastCase

    answered, due = ticket.first_answer_at, ticket.due_at
    hours = None if answered is None else (answered - ticket.opened_at).total_seconds() / 3600
    in_time = None
    if due is not None and (answered is not None or due < now):
        in_time = answered is not None and answered <= due
    opened = ticket.opened_at.astimezone(zone)
    period = f"{opened.year}-Q{(opened.month + 2) // 3}"
    return PastCase(read_facts(ticket.facts), ticket.unit, hours, in_time, period)


def _plain(comparison: Comparison) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(comparison)
    if comparison.p is None:  # too small to be shown
        plain |= {"cases": None, "rest": None, "mean": None, "rest_mean": None}
    return plain


def _parts(
    opened: OpenRules, found: tuple[Comparison, ...], cases: int, since: date, standard: str
) -> list[Part]:
    from dialogue.routing.pages import Part
    from dialogue.routing.wording import day_text

    rules = opened.rule_sets.newest

    def say(key: str, **values: Any) -> str:
        text: str = rules.names["fairness"][key][standard]
        return text.format(**values)

    tests = sum(each.p is not None for each in found)
    differing = sum(each.differs for each in found)
    verdict = "too_few" if not tests else "something" if differing else "nothing"
    rows = tuple(_row(opened, each, standard) for each in found)
    day = day_text(rules, since, standard)
    parts = [
        Part("h1", say("heading")),
        Part("p", say("intro", cases=cases, since=day, tests=tests)),
    ]
    if rows:
        parts.append(Part("table", rows=(tuple(say("columns").split("|")), *rows)))
    return [*parts, Part("p", say(verdict, count=differing))]


def _row(opened: OpenRules, each: Comparison, standard: str) -> tuple[str, ...]:
    from dialogue.routing.wording import fact_text, value_text

    rules = opened.rule_sets.newest
    texts = rules.names["fairness"]
    if each.dimension == "period":
        name = f"{texts['period'][standard]}: {each.group}"
    else:
        known = each.group in rules.domains.values[each.dimension]
        value = value_text(rules, each.dimension, each.group if known else "other", standard)
        name = f"{fact_text(rules, each.dimension, standard)}: {value}"
    measure = texts[each.measure][standard]
    if each.holm is None:
        return measure, name, texts["hidden"][standard], "", "", "", ""
    means = tuple(
        f"{mean:.1f}".replace(".", ",") if each.measure == "first_answer" else f"{100 * mean:.0f} %"
        for mean in (each.mean, each.rest_mean)
    )
    star = " *" if each.differs else ""
    return (
        measure,
        name,
        str(each.cases),
        str(each.rest),
        *means,
        f"{each.holm:.3f}{star}".replace(".", ","),
    )
