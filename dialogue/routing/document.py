"""The whole rule set as a document for council and public, in one written standard."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.routing.pages import Part, markdown, page
from dialogue.routing.paper import Cover, paper
from dialogue.routing.picture import picture
from dialogue.routing.ruleset import Handling, RuleSet, Table
from dialogue.routing.wording import (
    basis_text,
    box_text,
    conditions_text,
    day_text,
    fact_text,
    handling_text,
    listed,
    outcome_text,
    step_text,
    value_text,
)
from knowledge.municipality import Municipality


def document(
    rules: RuleSet, municipality: Municipality, standard: str = "nb", format: str = "md"
) -> str:
    """The rule set in words: format "md" (Markdown) or "html" (a whole page)."""
    parts = tuple(_parts(rules, municipality, standard))
    if format == "md":
        return markdown(parts)
    if format == "html":
        return page(parts, standard)
    raise ValueError(f"format is md or html, not {format}")


def document_paper(rules: RuleSet, municipality: Municipality, standard: str = "nb") -> bytes:
    """The same document as PDF; the same rules give the same bytes."""
    cover = Cover(
        author=municipality.name,
        day=rules.in_force,
        contents=_text(rules, "contents", standard),
        foot=_text(rules, "foot", standard).format(version=rules.version, name=municipality.name),
        page=_text(rules, "page", standard),
    )
    return paper(tuple(_parts(rules, municipality, standard)), cover, standard)


def _parts(rules: RuleSet, municipality: Municipality, standard: str) -> Iterator[Part]:
    def say(key: str, **values: str) -> str:
        return _text(rules, key, standard).format(**values)

    yield Part("h1", say("heading", name=municipality.name))
    yield Part(
        "p",
        say(
            "version",
            version=rules.version,
            day=day_text(rules, rules.in_force, standard),
            by=rules.adopted_by[standard],
            case=rules.case,
        ),
    )
    yield Part("p", say("reading"))
    yield Part("h2", say("equal_heading"))
    yield Part("p", say("equal"))
    yield Part("h2", rules.names["picture"]["heading"][standard])
    yield Part(
        "figure",
        picture(rules, municipality, standard),
        alt=rules.names["picture"]["title"][standard],
    )
    for table in rules.tables:
        yield from _table_parts(rules, table, standard)
    if rules.promises:
        yield Part("h2", say("promises"))
        yield Part("list", rows=tuple((each,) for each in _promises(rules, standard)))
    yield Part("h2", say("units"))
    yield Part("p", say("units_text"))
    columns = tuple(say("unit_columns").split("|"))
    yield Part("table", rows=(columns, *_unit_rows(rules, municipality, standard)))


def _table_parts(rules: RuleSet, table: Table, standard: str) -> Iterator[Part]:
    yield Part("h2", table.title[standard])
    yield Part("p", table.purpose[standard])
    facts = ", ".join(fact_text(rules, fact, standard) for fact in table.may_look_at)
    looks = _text(rules, "looks", standard).format(facts=facts)
    if table.builds_on:
        names = ", ".join(fact_text(rules, name, standard) for name in table.builds_on)
        looks += " " + _text(rules, "builds", standard).format(tables=names)
    yield Part("p", looks)
    columns = tuple(_text(rules, "columns", standard).split("|"))
    rows = tuple(
        (
            f"{row.id} {row.title[standard]}",
            conditions_text(rules, row, standard),
            outcome_text(rules, table.name, row.then, standard),
            basis_text(rules, row),
        )
        for row in table.rows
    )
    yield Part("table", rows=(columns, *rows))
    yield from _extra_parts(rules, table, standard)


def _extra_parts(rules: RuleSet, table: Table, standard: str) -> Iterator[Part]:
    if table.limits:
        yield Part("h3", _text(rules, "limits", standard))
        columns = tuple(_text(rules, "limit_columns", standard).split("|"))
        limits = tuple(
            (
                box_text(rules, limit.box, standard),
                handling_text(
                    Handling(
                        limit.first_answer_working_days,
                        None,
                        limit.due_working_days,
                        limit.interim_months,
                    ),
                    standard,
                ),
                limit.basis,
            )
            for limit in table.limits
        )
        yield Part("table", rows=(columns, *limits))
    if table.exceptions:
        yield Part("h3", _text(rules, "exceptions", standard))
        yield Part(
            "list", rows=tuple((box_text(rules, box, standard),) for box in table.exceptions)
        )
    if any(outcome.steps for outcome in table.outcomes.values()):
        yield Part("h3", _text(rules, "steps", standard))
        yield Part(
            "list",
            rows=tuple(
                (f"{o.name[standard]}: {'; '.join(step_text(s, standard) for s in o.steps)}",)
                for o in table.outcomes.values()
                if o.steps
            ),
        )


def _promises(rules: RuleSet, standard: str) -> Iterator[str]:
    for promise in rules.promises:
        after = [
            value_text(rules, promise.fact, value, standard)
            for value in rules.domains.values[promise.fact]
            if value in promise.after
        ]
        yield _text(rules, promise.never, standard).format(
            fact=fact_text(rules, promise.fact, standard),
            before=value_text(rules, promise.fact, promise.before, standard),
            after=listed(rules, after, standard),
        )


def _unit_rows(
    rules: RuleSet, municipality: Municipality, standard: str
) -> Iterator[tuple[str, ...]]:
    for unit in municipality.units.values():
        follower = municipality.units.get(unit.recusal_to or "")
        nobody = _text(rules, "outside" if unit.level == "outside" else "council", standard)
        yield (
            unit.name[standard],
            unit.lead[standard],
            unit.deputy[standard],
            follower.name[standard] if follower else nobody,
        )


def _text(rules: RuleSet, key: str, standard: str) -> str:
    text: str = rules.names["document"][key][standard]
    return text
