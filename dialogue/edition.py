"""All that a decision depends on besides the conversation, the message and the time."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property, partial
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from dialogue.domain import Bot, load_bot
from dialogue.executor import Executor
from dialogue.own_texts import with_own_texts
from dialogue.rasa_bridge import actions_from_module
from dialogue.routing.facts import Facts
from dialogue.routing.route import Outcome
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.screening import route_screened
from dialogue.routing.ties import Tie, load_ties
from dialogue.routing.versions import RuleSets, load_rule_sets
from dialogue.satisfaction import ask_at, meeting_facts
from dialogue.tracker import TrackerState
from intents.learning import learn_apart
from intents.model import LanguageModel, load_model
from knowledge.articles import STANDARDS, short_link
from knowledge.content import EXAMPLE, Content, load_content
from knowledge.index import Index
from knowledge.index_cache import load_index
from knowledge.municipality import Municipality
from knowledge.problems import ContentError
from knowledge.working_days import WorkingDays

FLOWS = Path(__file__).parent / "flows"
MOST_REMEMBERED = 4_096  # cases, as facts alone


@dataclass(frozen=True)
class Edition:
    """One state of what the municipality owns, checked as a whole and never changed.

    `version` names content and rule set; each decision is kept with it.
    """

    content: Content
    index: Index
    language: LanguageModel
    rule_sets: RuleSets
    ties: tuple[Tie, ...]
    bot: Bot
    executor: Executor
    working_days: WorkingDays

    @property
    def municipality(self) -> Municipality:
        return self.content.municipality

    @cached_property
    def rules(self) -> RuleSet:
        """The version of the rules that was adopted last."""
        return self.rule_sets.newest

    def rules_at(self, at: datetime) -> RuleSet:
        """The rules in force at a time: those that decide what came then."""
        return self.rule_sets.at(at.astimezone(self.timezone).date())

    def route(self, facts: Facts, at: datetime) -> tuple[Facts, Outcome]:
        """Decide a case that came at a time, with the ties that counted that day.

        Returns the facts with the tie that was found.
        """
        day = at.astimezone(self.timezone).date()
        known = self._routed.get((facts, day))
        if known is None:
            if len(self._routed) >= MOST_REMEMBERED:
                self._routed.clear()
            known = route_screened(self.rule_sets.at(day), facts, self.ties, day)
            self._routed[facts, day] = known
        return known

    @cached_property
    def _routed(self) -> dict[tuple[Facts, date], tuple[Facts, Outcome]]:
        """What was decided lately: most cases of a day are like another one of it."""
        return {}

    def plan_rating(
        self, met_at: datetime, service: str | None, channel: str, standard: str | None = None
    ) -> datetime | None:
        """When to ask about a meeting with a service; None where the rules say not to ask."""
        _, outcome = self.route(meeting_facts(service, channel, standard), met_at)
        if outcome.rating != "ask":
            return None
        return ask_at(met_at, self.working_days, self.timezone)

    @cached_property
    def spoken(self) -> Mapping[str, Mapping[str, str]]:
        """The slots that every response may speak of, by written standard."""
        town = self.municipality
        centre = town.units[town.service_centre].name
        return {
            standard: {
                "standard": standard,
                "municipality": town.name,
                "service_centre": centre[standard],
            }
            for standard in STANDARDS
        }

    @cached_property
    def begun(self) -> Mapping[str, TrackerState]:
        """The tracker of a conversation in which nothing has been said, by written standard."""
        fresh = self.executor.fresh()
        return {
            standard: self.executor.with_slots(fresh, slots)
            for standard, slots in self.spoken.items()
        }

    @cached_property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.municipality.timezone)

    @cached_property
    def version(self) -> str:
        return f"{self.content.version}/{self.rules.version}"

    def site_link(self, article: str) -> str:
        """The short link of an article, as it stands in a text message."""
        link = self.content.article(article, self.municipality.standard).link
        return short_link(link or self.municipality.site)


def load_edition(
    folder: Path | None = None, cache: Path | None = None, *, lean: bool = False
) -> Edition:
    """Load the content folder (the example municipality if None) and all that is built of it.

    `cache` is a folder for what takes time to build; `lean`: what takes memory to build is
    built by another process, for one that lives long. Raises ContentError with every fault.
    """
    content = load_content(folder or EXAMPLE, cache)
    bot, executor = load_flows()
    own, problems = with_own_texts(bot, content.texts, content.municipality, content.facts)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ContentError(errors)
    if own is not bot:
        bot, executor = own, Executor(own, executor.actions)
    learn_first = partial(learn_apart, content.folder, cache) if lean and cache else None
    return Edition(
        content=content,
        index=load_index(content, cache),
        language=load_model(content.municipality, cache, learn_first=learn_first),
        rule_sets=load_rule_sets(content.folder, content.municipality),
        ties=load_ties(content.folder, content.municipality),
        bot=bot,
        executor=executor,
        working_days=WorkingDays(content.municipality.hours),
    )


def forget_flows() -> None:
    """Let the flows be read anew at the next load, code and all: for whoever edits them."""
    load_flows.cache_clear()
    for name in [name for name in sys.modules if name.startswith("dialogue.flows.")]:
        del sys.modules[name]


@cache
def load_flows() -> tuple[Bot, Executor]:
    """The flows of this distribution, with their actions. Loaded once for a process."""
    folders = sorted(path.parent for path in FLOWS.glob("*/domain.yml"))
    modules = [import_module(f"dialogue.flows.{folder.name}.actions") for folder in folders]
    actions = actions_from_module(*modules)
    bot = load_bot(folders, actions, root=FLOWS)
    return bot, Executor(bot, actions)
