"""Reads municipality.yml, units.yml, services.yml and hours.yml into a `Municipality`."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.municipality import Municipality, OpeningHours, Service, Unit
from knowledge.problems import ContentError, Problem
from knowledge.schemas import (
    KEBAB,
    HoursFile,
    Model,
    MunicipalityFile,
    ServiceEntry,
    UnitEntry,
    validated,
)
from knowledge.yaml_lines import Document, PathInFile, read

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_municipality(folder: Path) -> tuple[Municipality | None, list[Problem]]:
    """The municipality of a content folder, and every fault in its four files.

    The municipality is None when a file is missing or has a fault of form.
    """
    problems: list[Problem] = []
    documents = {
        name: _read(folder, name, problems)
        for name in ("municipality.yml", "units.yml", "services.yml", "hours.yml")
    }
    head = _whole(MunicipalityFile, documents["municipality.yml"], problems)
    hours = _whole(HoursFile, documents["hours.yml"], problems)
    units = _entries(UnitEntry, documents["units.yml"], problems)
    services = _entries(ServiceEntry, documents["services.yml"], problems)
    if problems or head is None or hours is None:
        return None, problems
    problems += [
        *_check_head(head, units, documents["municipality.yml"]),
        *_check_units(units, documents["units.yml"]),
        *_check_services(services, units, documents["services.yml"]),
        *_check_hours(hours, documents["hours.yml"]),
    ]
    if problems:
        return None, problems
    return _municipality(head, hours, units, services), problems


def _municipality(
    head: MunicipalityFile,
    hours: HoursFile,
    units: dict[str, UnitEntry],
    services: dict[str, ServiceEntry],
) -> Municipality:
    return Municipality(
        name=head.name,
        standard=head.standard,
        timezone=head.timezone,
        service_centre=head.service_centre,
        site=head.site,
        units={
            id: Unit(
                id,
                entry.name.model_dump(),
                entry.lead.model_dump(),
                entry.deputy.model_dump(),
                entry.recusal_to,
                entry.level,
                entry.mail,
            )
            for id, entry in units.items()
        },
        services={
            id: Service(
                id,
                entry.unit,
                entry.decider or entry.unit,
                entry.name.model_dump(),
                entry.theme,
                entry.environment,
                {"nb": entry.words.nb, "nn": entry.words.nn},
            )
            for id, entry in services.items()
        },
        hours=OpeningHours(
            {_WEEKDAYS.index(day): _span(text) for day, text in hours.days.items()},
            frozenset(hours.closed),
            head.timezone,
        ),
    )


def _span(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _read(folder: Path, name: str, problems: list[Problem]) -> Document | None:
    if not (folder / name).is_file():
        problems.append(
            Problem(
                name,
                0,
                "content.missing-file",
                f"there is no {name}",
                "Every content folder has one.",
                "copy it from the example municipality (`samsvar init`).",
            )
        )
        return None
    try:
        return read(folder / name, folder)
    except ContentError as error:
        problems.extend(error.problems)
        return None


def _whole(model: type[Model], document: Document | None, problems: list[Problem]) -> Model | None:
    if document is None:
        return None
    result = validated(model, document)
    if isinstance(result, list):
        problems.extend(result)
        return None
    return result


def _entries(
    model: type[Model], document: Document | None, problems: list[Problem]
) -> dict[str, Model]:
    if document is None:
        return {}
    if not isinstance(document.data, dict):
        problems.append(
            Problem(
                document.file,
                1,
                "content.wrong-value",
                "the file should map ids to entries",
                mend="write it as docs/content.md shows.",
            )
        )
        return {}
    found: dict[str, Model] = {}
    for id in document.data:
        result = validated(model, document, id)
        if isinstance(result, list):
            problems.extend(result)
        elif not re.match(KEBAB, str(id)):
            problems.append(
                Problem(
                    document.file,
                    document.line(id),
                    "content.wrong-value",
                    f"«{id}»: an id is small letters, figures and hyphens",
                    mend="rename it, also where it is referred to.",
                )
            )
        else:
            found[str(id)] = result
    return found


def _unknown_unit(document: Document, path: PathInFile, id: str) -> Problem:
    return Problem(
        document.file,
        document.line(*path),
        "municipality.unknown-unit",
        f"«{id}» is no unit",
        "Nobody would receive what is sent there.",
        "write the id of a unit in units.yml, or add the unit there.",
    )


def _check_head(
    head: MunicipalityFile, units: dict[str, UnitEntry], document: Document | None
) -> list[Problem]:
    assert document is not None
    problems = []
    if head.service_centre not in units:
        problems.append(_unknown_unit(document, ("service_centre",), head.service_centre))
    try:
        ZoneInfo(head.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(
            Problem(
                document.file,
                document.line("timezone"),
                "municipality.timezone",
                f"«{head.timezone}» is no time zone",
                mend="write Europe/Oslo.",
            )
        )
    return problems


def _check_units(units: dict[str, UnitEntry], document: Document | None) -> list[Problem]:
    assert document is not None
    problems = []
    for id, entry in units.items():
        seen = [id]
        following = entry.recusal_to
        if following is not None and following not in units:
            problems.append(_unknown_unit(document, (id, "recusal_to"), following))
            continue
        while following is not None and following in units and following not in seen:
            seen.append(following)
            following = units[following].recusal_to
        if following in seen:
            problems.append(
                Problem(
                    document.file,
                    document.line(id, "recusal_to"),
                    "municipality.recusal-circle",
                    f"the way for recusal goes in a circle: {' → '.join([*seen, following])}",
                    "A ticket about these leaders would come back to one of them.",
                    "let it end at a unit with `recusal_to: null` outside the administration.",
                )
            )
    return problems


def _check_services(
    services: dict[str, ServiceEntry], units: dict[str, UnitEntry], document: Document | None
) -> list[Problem]:
    assert document is not None
    problems = []
    for id, entry in services.items():
        for key, unit in (("unit", entry.unit), ("decider", entry.decider)):
            if unit is not None and unit not in units:
                problems.append(_unknown_unit(document, (id, key), unit))
    return problems


def _check_hours(hours: HoursFile, document: Document | None) -> list[Problem]:
    assert document is not None
    problems = []
    for day, text in hours.days.items():
        opens, closes = _span(text)
        if opens >= closes:
            problems.append(
                Problem(
                    document.file,
                    document.line("days", day),
                    "hours.backwards",
                    f"{day} closes before it opens",
                    mend='write the opening first: "08:00-15:30".',
                )
            )
    for index, text in enumerate(hours.closed):
        try:
            date.fromisoformat(text if len(text) == 10 else f"2024-{text}")
        except ValueError:
            if text != "maundy-wednesday":
                problems.append(
                    Problem(
                        document.file,
                        document.line("closed", index),
                        "hours.no-such-day",
                        f"«{text}» is no day of the calendar",
                        mend='write "12-24", or "2027-05-14".',
                    )
                )
    return problems
