"""Take one rule, response or slot away from our flows at a time: who notices?

    python tests/support/flow_mutants.py            # all, by `dialogue check` alone
    python tests/support/flow_mutants.py --play     # what it misses, by the transcripts too

A mutant is caught when the flows cannot be loaded, when `samsvar dialogue check` tells
something, or when a golden transcript goes another way.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from dialogue.bot_check import check_bot
from dialogue.domain import Bot, load_bot
from dialogue.edition import FLOWS, load_edition, load_flows
from dialogue.executor import Executor
from knowledge.problems import ContentError


@dataclass(frozen=True)
class Mutant:
    """What is taken away: a rule or a variation (by its index), a response, or a slot."""

    flow: str
    kind: str
    name: str
    index: int = 0

    def write(self, house: Path) -> None:
        """Take it away from the copy of the flows in `house`."""
        file = house / self.flow / ("rules.yml" if self.kind == "rules" else "domain.yml")
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        if self.kind == "rules":
            del data["rules"][self.index]
        elif self.kind == "variation":
            del data["responses"][self.name][self.index]
        else:
            del data[self.kind][self.name]
        file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def mutants() -> Iterator[Mutant]:
    """Every rule, response, variation and slot of our flows."""
    for folder in sorted(path.parent for path in FLOWS.glob("*/domain.yml")):
        domain = yaml.safe_load((folder / "domain.yml").read_text(encoding="utf-8"))
        rules = yaml.safe_load((folder / "rules.yml").read_text(encoding="utf-8"))
        for index, rule in enumerate(rules["rules"]):
            yield Mutant(folder.name, "rules", rule["rule"], index)
        for name in domain.get("slots") or ():
            yield Mutant(folder.name, "slots", name)
        for name, variations in (domain.get("responses") or {}).items():
            yield Mutant(folder.name, "responses", name)
            if len(variations) > 1:
                for index in range(len(variations)):
                    yield Mutant(folder.name, "variation", name, index)


def told(mutant: Mutant) -> tuple[Bot | None, list[str]]:
    """The flows without it, and the codes of what the check tells (of what refuses to load)."""
    actions = load_flows()[1].actions
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "flows"
        shutil.copytree(FLOWS, house, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        mutant.write(house)
        try:
            bot = load_bot(sorted(p.parent for p in house.glob("*/domain.yml")), actions, house)
        except ContentError as error:
            return None, [problem.code for problem in error.problems]
    return bot, [problem.code for problem in check_bot(bot, actions)]


async def differing(bot: Bot) -> str | None:
    """The first golden transcript that goes another way with these flows."""
    from transcripts import play, read_transcripts

    from connectors.simulation import open_simulation

    whole = load_edition()
    edition = dataclasses.replace(whole, bot=bot, executor=Executor(bot, whole.executor.actions))
    for transcript in read_transcripts():
        with tempfile.TemporaryDirectory() as folder:
            now = transcript.now.replace(tzinfo=edition.timezone)
            url = f"sqlite+aiosqlite:///{folder}/m.db"
            async with open_simulation(edition, url, now) as simulation:
                try:
                    await play(transcript, simulation)
                except (AssertionError, KeyError):
                    return f"{transcript.file.stem}: {transcript.about}"
    return None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--play", action="store_true")
    arguments = parser.parse_args()
    if arguments.play:
        from connectors.logs import configure_logs

        configure_logs("CRITICAL")
    counts: Counter[str] = Counter()
    for mutant in mutants():
        bot, codes = told(mutant)
        by = "check" if codes else "nothing"
        if not codes and bot is not None and arguments.play:
            by = "transcript" if asyncio.run(differing(bot)) else "nothing"
        counts[by] += 1
        counts["all"] += 1
        if by == "nothing":
            print(f"{mutant.flow}: {mutant.kind} {mutant.name} {mutant.index or ''}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
