"""Reads facts.yml: what stands in it, and every fault of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.facts import FIELD, GIVEN, NAME, Fact, Facts, facts_given, filled
from knowledge.municipality import Municipality
from knowledge.parity import differences
from knowledge.problems import ContentError, Problem
from knowledge.schemas import FactEntry, TwoNames, validated
from knowledge.yaml_lines import Document, PathInFile, read

FILE = "facts.yml"
_HOW = "write it as docs/content.md shows: `waste:` and below it `  phone: …`."


def read_facts(folder: Path, municipality: Municipality) -> tuple[Facts, list[Problem]]:
    """The facts of a content folder, and every fault in facts.yml. The file may be missing."""
    given = Facts(given=facts_given(municipality))
    if not (folder / FILE).is_file():
        return given, []
    try:
        document = read(folder / FILE, folder)
    except ContentError as error:
        return given, list(error.problems)
    problems: list[Problem] = []
    written: dict[str, Fact] = {}
    for path in _places(document, problems):
        fact = _fact(document, path, given, problems)
        if fact is None:
            continue
        written[fact.name] = fact
        if fact.owner is not None and fact.owner not in municipality.units:
            problems.append(
                Problem(
                    FILE,
                    document.line(*path, "owner"),
                    "municipality.unknown-unit",
                    f"«{fact.owner}» is no unit",
                    "Nobody would know whom to ask about the fact.",
                    "write the id of a unit in units.yml.",
                )
            )
    return Facts(written, given.given), problems


def _places(document: Document, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Section and name of each fact."""
    sections = {} if document.data is None else document.data
    if not isinstance(sections, dict):
        problems.append(
            Problem(FILE, 1, "content.wrong-value", "the file should hold sections", mend=_HOW)
        )
        return
    for section, facts in sections.items():
        line = document.line(section)
        if section in GIVEN:
            what = f"the section «{section}» is filled from the municipality's other files"
            mend = "give the section another name, and change the value where it stands."
            problems.append(Problem(FILE, line, "facts.given", what, mend=mend))
        elif not isinstance(facts, dict):
            what = f"«{section}» should be a section with facts below it"
            problems.append(Problem(FILE, line, "content.wrong-value", what, mend=_HOW))
        else:
            yield from ((section, name) for name in facts)


def _fact(
    document: Document, path: tuple[str, str], given: Facts, problems: list[Problem]
) -> Fact | None:
    name = ".".join(map(str, path))
    line = document.line(*path)
    if not NAME.fullmatch(name):
        what = f"«{name}»: a name is small letters, figures and hyphens"
        mend = "rename it, also in the texts that say it."
        problems.append(Problem(FILE, line, "facts.name", what, mend=mend))
        return None
    data = document.data[path[0]][path[1]]
    entry, place = FactEntry(value=data), path
    if isinstance(data, dict) and not data.keys() & {"nb", "nn"}:
        result = validated(FactEntry, document, *path)
        if isinstance(result, list):
            problems.extend(result)
            return None
        entry, place = result, (*path, "value")  # type: ignore[assignment]
    values = _values(document, place, entry.value, problems)
    if values is None:
        return None
    values = {standard: filled(text, given, standard) for standard, text in values.items()}
    problems.extend(_check_values(name, values, document.line(*place)))
    return Fact(name, values, line, entry.example, entry.owner, entry.source)


def _values(
    document: Document, path: PathInFile, value: Any, problems: list[Problem]
) -> dict[str, str] | None:
    """The value in nb and nn; {} when there is none yet, None when it can't be read."""
    if value is None:
        return {}
    if isinstance(value, dict):
        result = validated(TwoNames, document, *path)
        if isinstance(result, list):
            problems.extend(result)
            return None
        return {"nb": result.nb.strip(), "nn": result.nn.strip()}
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value).strip()
        return {"nb": text, "nn": text} if text else {}
    what = f"{'.'.join(map(str, path))}: a value is a text, or one in `nb` and one in `nn`"
    line = document.line(*path)
    problems.append(Problem(FILE, line, "content.wrong-value", what, mend=_HOW))
    return None


def _check_values(name: str, values: dict[str, str], line: int) -> Iterator[Problem]:
    for standard, text in values.items():
        left = FIELD.search(text)
        if left or "{{" in text or "}}" in text:
            yield Problem(
                FILE,
                line,
                "facts.unknown",
                f"{name} ({standard}): «{left[0] if left else text}» can't be filled in",
                "A fact can say what is given (municipality, unit, mail, hours), no other fact.",
                "write the value itself.",
            )
        if any(not character.isprintable() for character in text):
            yield Problem(
                FILE,
                line,
                "content.wrong-value",
                f"{name} ({standard}): there is a line break or an invisible character in it",
                "It would stand in the middle of a sentence.",
                "write the value on one line.",
            )
    if values:
        for kind, only_nb, only_nn in differences(values["nb"], values["nn"]):
            yield Problem(
                FILE,
                line,
                "facts.drift",
                f"{name}: nb and nn give different {kind}: "
                f"{', '.join(only_nb) or 'none'} and {', '.join(only_nn) or 'none'}",
                "Like questions must get like answers, whatever the standard.",
                "write the same in both.",
            )
