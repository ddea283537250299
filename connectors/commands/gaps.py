"""`samsvar gaps`: what people asked and did not get; drafts of it; asking it again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition, own_folder
from connectors.commands.stores import stop, with_store
from connectors.gap_wording import OUTCOME, REASON, say

if TYPE_CHECKING:
    from connectors.gap_list import Gap
    from dialogue.edition import Edition
    from dialogue.store.gaps import Asked, Month
    from dialogue.store.store import Store

CHOSEN_WITHIN = timedelta(hours=24)  # a question back stays open so long
SHOWN_QUESTIONS = 5
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day.", show_default=False),
]
GroupArgument = Annotated[str, typer.Argument(help="The group, like G12.")]
LanguageOption = Annotated[
    str | None,
    typer.Option("--language", help="nb or nn. Default: the municipality's.", show_default=False),
]


def gaps_command(
    context: typer.Context,
    since: SinceOption = None,
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 50,
    json_lines: JsonOption = False,
    language: LanguageOption = None,
    content: ContentOption = None,
) -> None:
    """List what people asked and was not answered, or answered wrongly, in groups.

    Near-duplicates are one group; people are counted, not messages. Words are masked as
    they were stored, and nothing tells who asked.
    """
    if context.invoked_subcommand is not None:
        return
    edition = open_edition(content)
    standard = _standard(language, edition)
    gaps, months = _read(edition, since, closed=closed)
    for gap in gaps[:limit]:
        if json_lines:
            print(msgspec.json.encode(gap.plain()).decode())
        else:
            typer.echo(_told(gap, edition, standard))
    if not json_lines:
        typer.echo(_summary(gaps, limit, months, standard))


def draft_command(
    group: GroupArgument,
    identifier: Annotated[str, typer.Option("--id", help="The new article's id.")],
    title: Annotated[str | None, typer.Option("--title", show_default=False)] = None,
    unit: Annotated[str | None, typer.Option("--unit", show_default=False)] = None,
    theme: Annotated[str | None, typer.Option("--theme", show_default=False)] = None,
    content: ContentOption = None,
) -> None:
    """Write a draft article, in nb and nn, with what people asked as its questions.

    Unit and theme are those of the nearest article, if not told. Nothing is answered from
    a draft: write it, and move both files from drafts/ to articles/.
    """
    import re

    from connectors.gap_list import by_people
    from knowledge.article_form import Beginning
    from knowledge.articles import STANDARDS
    from knowledge.gap_draft import DraftExistsError, fit_questions, write_draft
    from knowledge.schemas import KEBAB

    edition = open_edition(own_folder(content))
    gaps, _ = _read(edition, None)
    gap = next((gap for gap in gaps if gap.id.lower() == group.lower()), None)
    if gap is None:
        stop(f"There is no open group {group}; `samsvar gaps` lists them.")
    for name in (identifier, theme or "-"):
        if name != "-" and not re.match(KEBAB, name):
            stop("--id and --theme have small letters, figures and hyphens: hest-i-sentrum.", 2)
    if unit is not None and unit not in edition.municipality.units:
        stop(f"--unit {unit} is not in units.yml.", 2)
    near = None if gap.nearest is None else edition.content.article(gap.nearest, "nb")
    questions: dict[str, list[str]] = {
        standard: fit_questions(by_people([one for one in gap.asked if one.standard == standard]))
        for standard in STANDARDS
    }
    first: dict[str, str] = {
        standard: next(iter(asked), gap.questions[0]) for standard, asked in questions.items()
    }
    beginning = Beginning(
        id=identifier,
        unit=unit or (near.unit if near else edition.municipality.service_centre),
        theme=theme or (near.theme if near else "anna"),
        title=dict.fromkeys(first, title) if title else first,
        questions=questions,
    )
    try:
        written = write_draft(edition.content.folder, beginning, datetime.now(UTC).date())
    except DraftExistsError as error:
        stop(str(error))
    asked = gap.asked

    async def note(store: Store) -> None:
        await store.gaps.draft(asked, identifier)

    with_store(note)
    for path in written:
        typer.echo(str(path))


def replay_command(
    since: SinceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Close nothing.")] = False,
    json_lines: JsonOption = False,
    language: LanguageOption = None,
    content: ContentOption = None,
) -> None:
    """Ask the open questions again, tell what has changed, and close what is answered now."""
    from connectors.gap_list import answering, ask_again

    edition = open_edition(content)
    standard = _standard(language, edition)
    gaps, _ = _read(edition, since)
    index, done = edition.index, 0
    replayed = [(gap, ask_again(gap.asked, index)) for gap in gaps]
    for gap, found in replayed:
        told = _change(gap, found)
        done += sum(one.asked.count for one in found if one.outcome == "answered")
        as_line = msgspec.json.encode(told).decode() if json_lines else _change_text(told, standard)
        typer.echo(as_line)

    async def close(store: Store) -> None:
        for article, asked in answering(one for _, found in replayed for one in found).items():
            await store.gaps.close(asked, article, datetime.now(UTC))

    if not dry_run:
        with_store(close)
    if not json_lines:
        total = sum(gap.messages for gap in gaps)
        kept = say("kept" if dry_run else "closed", standard)
        typer.echo(say("sum", standard, done=done, total=total, kept=kept))


def _read(
    edition: Edition, since: datetime | None, *, closed: bool = False
) -> tuple[list[Gap], list[Month]]:
    from connectors.gap_list import list_gaps

    zone = ZoneInfo(edition.municipality.timezone)
    begin = None if since is None else since.replace(tzinfo=zone)

    async def read(store: Store) -> tuple[list[Asked], list[Month]]:
        before = datetime.now(UTC) - CHOSEN_WITHIN
        asked = await store.gaps.asked(since=begin, before=before, closed=closed)
        return asked, await store.gaps.months()

    asked, months = with_store(read)
    return list_gaps(asked, edition.index), months


def _told(gap: Gap, edition: Edition, standard: str) -> str:
    zone = ZoneInfo(edition.municipality.timezone)
    first, last = (f"{at.astimezone(zone):%Y-%m-%d}" for at in (gap.first_at, gap.last_at))
    when = first if first == last else say("until", standard, first=first, last=last)
    known = REASON[standard]
    reasons = ", ".join(f"{known.get(name, name)} {n}" for name, n in gap.reasons.items())
    split = ", ".join(f"{name} {n}" for name, n in gap.standards.items())
    lines = [f"{gap.id}  {_people(gap, standard)}, {when}  ({split}; {reasons})"]
    lines += [f"    {question}" for question in gap.questions[:SHOWN_QUESTIONS]]
    if len(gap.questions) > SHOWN_QUESTIONS:
        lines.append(f"    {say('more', standard, count=len(gap.questions) - SHOWN_QUESTIONS)}")
    if gap.reported:
        lines.append(f"  {say('wrong', standard, ids=', '.join(gap.reported))}")
    if gap.nearest:
        how = f"{gap.nearest_confidence:.2f}"
        lines.append(f"  {say('nearest', standard, id=gap.nearest, confidence=how)}")
    if gap.draft:
        lines.append(f"  {say('draft', standard, id=gap.draft)}")
    return "\n".join(lines) + "\n"


def _standard(language: str | None, edition: Edition) -> str:
    if language not in (None, "nb", "nn"):
        stop("--language is nb or nn.", 2)
    return language or edition.municipality.standard


def _people(gap: Gap, standard: str) -> str:
    people = "one_person" if gap.people == 1 else "people"
    messages = "one_message" if gap.messages == 1 else "messages"
    return (
        f"{say(people, standard, count=gap.people)}, {say(messages, standard, count=gap.messages)}"
    )


def _summary(gaps: list[Gap], limit: int, months: list[Month], standard: str) -> str:
    hidden = say("hidden", standard, count=len(gaps) - limit) if len(gaps) > limit else ""
    lines = [say("groups", standard, count=len(gaps), hidden=hidden)]
    by_month: dict[str, Counter[str]] = {}
    for month in months:
        counted = by_month.setdefault(month.month, Counter(all=0, closed=0, reported=0))
        counted["all"] += month.count
        counted["closed"] += month.closed
        counted["reported"] += month.count if month.reason == "reported" else 0
    lines += [say("month", standard, month=name, **counted) for name, counted in by_month.items()]
    return "\n".join(lines)


def _change(gap: Gap, found: list[Any]) -> dict[str, Any]:
    from connectors.gap_list import articles_of, count_people
    from knowledge.gap_draft import clean_line

    answered = [one.asked for one in found if one.outcome == "answered"]
    rest = [one for one in found if one.outcome != "answered"]
    return {
        "group": gap.id,
        "people": gap.people,
        "answered_people": count_people(answered) if answered else 0,
        "answered_by": articles_of(found),
        "closed": not rest,
        "still": [
            {
                "question": clean_line(one.asked.text)[:160],
                "outcome": one.outcome,
                "articles": [one.article] if one.article else list(one.alternatives),
            }
            for one in rest
        ],
    }


def _change_text(told: dict[str, Any], standard: str) -> str:
    by = say("by", standard, ids=", ".join(told["answered_by"])) if told["answered_by"] else ""
    answered, people = told["answered_people"], told["people"]
    lines = [say("answered", standard, id=told["group"], answered=answered, people=people, by=by)]
    for one in told["still"][:SHOWN_QUESTIONS]:
        among = f": {', '.join(one['articles'])}" if one["articles"] else ""
        outcome, question = OUTCOME[standard][one["outcome"]], one["question"]
        still = say("still", standard, outcome=outcome, among=among, question=question)
        lines.append(f"    {still}")
    return "\n".join(lines)


gaps_group = typer.Typer(invoke_without_command=True, no_args_is_help=False)
gaps_group.callback()(gaps_command)
gaps_group.command("draft")(draft_command)
gaps_group.command("replay")(replay_command)
