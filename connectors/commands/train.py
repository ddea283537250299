"""`samsvar train`: sorting cases by hand, scored against the rules."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption
from connectors.commands.rule_sets import LanguageOption, OpenRules, demand_language
from connectors.commands.stores import stop

COLUMNS = ("number", "case", "unit", "facts")


def train_command(
    cases: Annotated[int, typer.Option("--cases", min=1, max=200)] = 10,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same cases.")] = 1,
    language: LanguageOption = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", help="Write the cases as CSV instead.", show_default=False),
    ] = None,
    score: Annotated[
        Path | None,
        typer.Option("--score", help="Score a CSV that was filled in.", show_default=False),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="With --score: agreement of two.", show_default=False),
    ] = None,
    content: ContentOption = None,
) -> None:
    """Sort invented cases, and be told what the rules say and why.

    In the terminal, or as CSV: --write it, fill in the column `unit` with unit ids, --score
    it. Two people's files give their agreement (Cohen's kappa).
    """
    from dialogue.routing.training import training_cases

    demand_language(language)
    opened = OpenRules(content)
    quiz = _Quiz(opened, opened.standard(language))
    if score is not None:
        quiz.score(score, against)
    elif against is not None:
        stop("--against needs --score.", 2)
    elif write is not None:
        write.write_text(
            quiz.sheet(training_cases(quiz.rules, cases, seed)), encoding="utf-8-sig", newline=""
        )
        typer.echo(f"Written: {write}")
    else:
        quiz.ask(training_cases(quiz.rules, cases, seed))


class _Quiz:
    """Cases in one standard, by the rules that were adopted last."""

    def __init__(self, opened: OpenRules, standard: str) -> None:
        from dialogue.routing.training import receiving_units

        self.rules = opened.rule_sets.newest
        self.standard = standard
        self.units = dict(receiving_units(self.rules))

    def say(self, key: str, **values: Any) -> str:
        text: str = self.rules.names["training"][key][self.standard]
        return text.format(**values)

    def ask(self, cases: tuple[Any, ...]) -> None:
        from dialogue.routing.training import case_text

        ids = list(self.units)
        for number, unit in enumerate(ids, start=1):
            typer.echo(f"{number:3} {self.units[unit][self.standard]}")
        right = 0
        for number, facts in enumerate(cases, start=1):
            typer.echo(f"\n{number}. {case_text(self.rules, facts, self.standard)}")
            given = typer.prompt(self.say("question"), type=str).strip()
            in_list = given.isdigit() and 0 < int(given) <= len(ids)
            right += self._tell(facts, ids[int(given) - 1] if in_list else self._meant(given))
        typer.echo(f"\n{self.say('score', right=right, count=len(cases))}")

    def sheet(self, cases: tuple[Any, ...]) -> str:
        from dialogue.routing.training import case_text

        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for number, facts in enumerate(cases, start=1):
            text = case_text(self.rules, facts, self.standard)
            writer.writerow([number, text, "", msgspec.json.encode(facts).decode()])
        return out.getvalue()

    def score(self, path: Path, against: Path | None) -> None:
        from dialogue.routing.facts import read_facts
        from dialogue.routing.training import kappa

        answers = _read(path)
        right = 0
        for line in answers:
            facts = read_facts(msgspec.json.decode(line["facts"], type=dict[str, Any]))
            typer.echo(f"\n{line['number']}. {line['case']}: {line['unit']}")
            right += self._tell(facts, self._meant(line["unit"]))
        typer.echo(f"\n{self.say('score', right=right, count=len(answers))}")
        if against is None:
            return
        others = _read(against)
        if [line["facts"] for line in answers] != [line["facts"] for line in others]:
            stop("The two files do not hold the same cases.", 2)
        one, other = ([self._meant(line["unit"]) for line in each] for each in (answers, others))
        same = sum(a == b for a, b in zip(one, other, strict=True))
        told = f"{kappa(one, other):.2f}".replace(".", ",")
        typer.echo(self.say("kappa", same=same, count=len(one), kappa=told))

    def _meant(self, written: str) -> str:
        """The id of a unit, as people write it: the id or its name in either standard."""
        wanted = written.strip().casefold()
        for unit, names in self.units.items():
            if wanted in (unit.casefold(), *(name.casefold() for name in names.values())):
                return unit
        return written

    def _tell(self, facts: Any, chosen: str) -> bool:
        from dialogue.routing.route import route
        from dialogue.routing.training import answer_text

        unit = route(self.rules, facts).unit
        right = chosen == unit
        name = self.units[unit][self.standard]
        typer.echo(self.say("right") if right else self.say("wrong", unit=f"{name} ({unit})"))
        typer.echo(answer_text(self.rules, facts, self.standard))
        return right


def _read(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        stop(f"{path} can't be read: {error.strerror}", 2)
    first = text.splitlines()[0] if text.strip() else ""
    lines = list(csv.DictReader(io.StringIO(text), delimiter=max(";,\t", key=first.count)))
    if not lines or any(line.get(column) is None for line in lines for column in COLUMNS):
        stop(f"{path} is no quiz: it needs the columns {', '.join(COLUMNS)}.", 2)
    return [{key: value.strip() for key, value in line.items()} for line in lines]
