"""Several versions of the rules side by side: each case by the one in force when it came.

The set in `tables/` itself counts until another is adopted (when there is none, that of
the earliest `in_force`). Each folder below `tables/` is one more version: a draft until
`tables/adopted.yml` says from when it is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dialogue.routing.adoption import Adoption, digest_of, read_adoptions, version_folders
from dialogue.routing.prove import periods, prove
from dialogue.routing.route import rules_on
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import ADOPTED, FOLDER, load_rules, read_rules
from dialogue.routing.ties import read_ties
from knowledge.municipality import Municipality
from knowledge.problems import ContentError, Problem


@dataclass(frozen=True)
class RuleSets:
    """The versions that are or have been in force. `first`: before the first decision."""

    versions: Mapping[str, RuleSet]
    first: str
    decisions: tuple[Adoption, ...] = ()
    remembered: dict[tuple[str, int], RuleSet] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @property
    def newest(self) -> RuleSet:
        """The version that was adopted last, be it in force already or not."""
        return self.versions[self.decisions[-1].version if self.decisions else self.first]

    def version_on(self, day: date) -> str:
        """The version in force on `day`: what was recorded last counts from its day on."""
        for decision in reversed(self.decisions):
            if decision.from_day <= day:
                return decision.version
        return self.first

    def at(self, day: date) -> RuleSet:
        """The rules in force on `day`, with the rows and the law that are valid then."""
        return self.of_version(self.version_on(day), day)

    def of_version(self, version: str, day: date) -> RuleSet:
        """A version as it decides on `day`. Raises KeyError for one that is not here."""
        rules = self.versions[version]
        days = _turns(rules)
        number = sum(1 for turn in days if turn <= day)
        found = self.remembered.get((version, number))
        if found is None:
            found = rules_on(rules, max(day, rules.in_force)) if number else rules
            self.remembered[version, number] = found
        return found


def only(rules: RuleSet) -> RuleSets:
    """One version alone."""
    return RuleSets({rules.version: rules}, rules.version)


def load_rule_sets(folder: Path, municipality: Municipality) -> RuleSets:
    """Every version that is or was in force, read and proven; drafts are left out.

    Raises ContentError with every error.
    """
    decisions, problems = read_adoptions(folder)
    places = find_versions(folder, municipality)
    errors = [each for each in problems if each.severity == "error"]
    errors += check_adoptions(folder, places, decisions)
    adopted = (each.version for each in decisions if each.version in places)
    wanted = dict.fromkeys([*list(places)[:1], *adopted])
    versions: dict[str, RuleSet] = {}
    for version in wanted:
        try:
            versions[version] = load_rules(folder, municipality, places[version])
        except ContentError as error:
            errors += error.problems
    if not wanted and not errors:  # says which files are missing
        load_rules(folder, municipality)
    if errors:
        raise ContentError(dict.fromkeys(errors))
    return RuleSets(versions, next(iter(wanted)), decisions)


def find_versions(folder: Path, municipality: Municipality) -> dict[str, str]:
    """Where each version stands: version → folder, relative to the content folder.

    The first is the one that counts before any decision.
    """
    found: list[tuple[bool, date, str, str]] = []
    for place in version_folders(folder):
        rules, _ = read_rules(folder, municipality, place)
        if rules is not None:
            found.append((place != FOLDER, rules.in_force, place, rules.version))
        elif place == FOLDER:  # broken, but there: its faults are told when it is loaded
            found.append((False, date.min, place, place))
    places: dict[str, str] = {}
    for _, _, place, version in sorted(found):
        places.setdefault(version, place)
    return places


def check_rules(folder: Path, municipality: Municipality) -> list[Problem]:
    """Every fault of every version, drafts too, and of the decisions; sorted by place.

    The proof of a version begins only when its files can be read without errors.
    """
    decisions, problems = read_adoptions(folder)
    told: dict[str, str] = {}
    for place in version_folders(folder) or (FOLDER,):
        rules, faults = read_rules(folder, municipality, place)
        if rules is not None and not any(each.severity == "error" for each in faults):
            faults = [*faults, *prove(rules)]
        problems += faults
        if rules is not None and told.setdefault(rules.version, place) != place:
            problems.append(_twice(rules.version, place, told[rules.version]))
    problems += check_adoptions(folder, told, decisions)
    problems += read_ties(folder, municipality)[1]
    return sorted(dict.fromkeys(problems))


def check_adoptions(
    folder: Path, places: Mapping[str, str], decisions: tuple[Adoption, ...]
) -> list[Problem]:
    """Whether each adopted version is here, and as it was adopted."""
    file = f"{FOLDER}/{ADOPTED}"
    problems = []
    for version, decision in {each.version: each for each in decisions}.items():
        place = places.get(version)
        if place is None:
            problems.append(
                Problem(
                    file,
                    0,
                    "routing.adopted-missing",
                    f"version {version} was adopted, and is not here",
                    "Tickets that it decided could not be explained.",
                    "put its folder back.",
                )
            )
        elif digest_of(folder / place) != decision.digest:
            problems.append(
                Problem(
                    f"{place}/ruleset.yml",
                    0,
                    "routing.adopted-changed",
                    f"version {version} was altered after it was adopted",
                    "What was adopted is what must decide; a ticket names its version.",
                    "take the change back, or make it in a new folder with a new version.",
                )
            )
    return problems


def _twice(version: str, place: str, other: str) -> Problem:
    return Problem(
        f"{place}/ruleset.yml",
        0,
        "routing.version-twice",
        f"version {version} is also in {other}",
        "A ticket names the version that decided it.",
        "give one of them another version.",
    )


def _turns(rules: RuleSet) -> tuple[date, ...]:
    """The days from which other rows, or another law, are valid."""
    found: tuple[date, ...] | None = rules.remembered.get("turns")
    if found is None:
        days = set(periods(rules))
        if rules.nfvl_from is not None and rules.nfvl_from > rules.in_force:
            days.add(rules.nfvl_from)
        found = rules.remembered["turns"] = tuple(sorted(days - {rules.in_force}))
    return found
