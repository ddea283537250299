"""Loading a rule set: `tables/ruleset.yml` and the decision tables beside it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogue.routing.compiled import compile_table
from dialogue.routing.conditions import RELATIONS, Vocabulary
from dialogue.routing.domains import Domains, Value, domains_of
from dialogue.routing.reading import Faults, read_day, read_names
from dialogue.routing.ruleset import OPTIONAL_TABLES, TABLES, Promise, RuleSet, Table, law_on
from dialogue.routing.table_file import read_table
from knowledge.municipality import Municipality
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document
from knowledge.yaml_lines import read as parse_file

HEAD = "ruleset.yml"
ADOPTED = "adopted.yml"
FOLDER = "tables"
_HEAD_KEYS = {"version", "in_force", "adopted_by", "case", "nfvl_from", "promises"}
_HEAD_MAY = {"must_not_matter"}


def load_rules(folder: Path, municipality: Municipality, tables: str = FOLDER) -> RuleSet:
    """The rule set in `folder`/`tables`, read and proven.

    Raises ContentError with every error. Warnings do not stop it: see `prove.check_rules`.
    """
    from dialogue.routing.prove import prove

    rules, problems = read_rules(folder, municipality, tables)
    if rules is not None and not any(each.severity == "error" for each in problems):
        problems = [*problems, *prove(rules)]
    errors = [each for each in problems if each.severity == "error"]
    if errors or rules is None:
        raise ContentError(errors)
    return rules


def read_rules(
    folder: Path, municipality: Municipality, tables: str = FOLDER
) -> tuple[RuleSet | None, list[Problem]]:
    """The rule set as it is written, not proven, and the faults found in reading it.

    None when a file or a table is so broken that no set can be made.
    """
    documents, problems = _read_documents(folder / tables, folder)
    head = documents.pop(HEAD, None)
    if head is None:
        return None, [
            *problems,
            _missing(f"{tables}/{HEAD}", "it tells version, date and decision"),
        ]
    unread = {each.file for each in problems}
    found, faults = _find_tables(documents, unread, tables)
    problems += faults
    domains = domains_of(municipality)
    order, faults = _decision_order(found)
    problems += faults
    read: list[Table] = []
    for name in order:
        reading = Faults(found[name])
        read.append(_read_one(found[name].data, domains, read, municipality, reading))
        problems += reading.found
    head_faults = Faults(head)
    rules = _assemble(head, read, domains, municipality, head_faults)
    problems += head_faults.found
    whole = {*TABLES} - OPTIONAL_TABLES <= {table.name for table in read}
    return (rules if whole else None), problems


@lru_cache(maxsize=1)
def fact_names() -> dict[str, Any]:
    """The texts of facts, values and built-in outcomes (`names.yml` beside this file)."""
    names: dict[str, Any] = parse_file(Path(__file__).with_name("names.yml")).data
    return names


def _read_documents(folder: Path, root: Path) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name == ADOPTED:
            continue  # which version is in force: `versions.py`
        try:
            document = parse_file(path, root)
        except ContentError as error:
            problems += error.problems
            continue
        if isinstance(document.data, dict):
            documents[path.name] = document
        else:
            problems.append(
                Problem(document.file, 1, "routing.field-missing", "the file holds no fields")
            )
    return documents, problems


def _find_tables(
    documents: dict[str, Document], unread: set[str], folder: str
) -> tuple[dict[str, Document], list[Problem]]:
    """The document of each table, by the name that it gives itself.

    `unread` are files with faults of their own: the table in one is not told as missing.
    """
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for document in documents.values():
        name = document.data.get("table")
        if name not in TABLES:
            problems.append(
                Problem(
                    document.file,
                    document.line("table"),
                    "routing.table-unknown",
                    f"there is no table «{name}»",
                    mend=f"`table:` is one of {', '.join(TABLES)}.",
                )
            )
        elif name in found:
            problems.append(
                Problem(
                    document.file,
                    document.line("table"),
                    "routing.table-twice",
                    f"the table «{name}» is also in {found[name].file}",
                    mend="keep one of them.",
                )
            )
        else:
            found[name] = document
    problems += [
        _missing(f"{folder}/{name}.yml", f"the table «{name}» decides a part of each case")
        for name in TABLES
        if name not in found
        and name not in OPTIONAL_TABLES
        and f"{folder}/{name}.yml" not in unread
    ]
    return found, problems


def _missing(file: str, why: str) -> Problem:
    return Problem(
        file,
        0,
        "routing.table-missing",
        "there is no such table",
        f"{why[0].upper()}{why[1:]}.",
        "copy it from the example municipality.",
    )


def _decision_order(found: dict[str, Document]) -> tuple[list[str], list[Problem]]:
    """The tables so that each comes after those that it builds on; circles are faults."""
    order: list[str] = []
    waiting = [name for name in TABLES if name in found]
    problems: list[Problem] = []
    while waiting:
        ready = [n for n in waiting if not (_builds_on(found[n]) & set(waiting))]
        if not ready:
            document = found[waiting[0]]
            problems.append(
                Problem(
                    document.file,
                    document.line("builds_on"),
                    "routing.circle",
                    f"the tables {', '.join(waiting)} build on each other in a circle",
                    "None of them can be decided first.",
                    "let one of them do without the other's outcome.",
                )
            )
            break
        order += ready[:1]
        waiting.remove(ready[0])
    return order, problems


def _builds_on(document: Document) -> set[str]:
    value = document.data.get("builds_on")
    return set(map(str, value)) if isinstance(value, list) else set()


def _read_one(
    data: dict[str, Any],
    domains: Domains,
    before: Iterable[Table],
    municipality: Municipality,
    faults: Faults,
) -> Table:
    built = _builds_on(faults.document)
    earlier: dict[str, tuple[Value, ...]] = {}
    for table in before:
        if table.name in built:
            earlier[table.name] = (
                tuple(municipality.units) if table.name == "unit" else tuple(table.outcomes)
            )
    if {"unit", "subject"} <= built:
        earlier["subject_is"] = RELATIONS
    for name in sorted(built - set(TABLES)):
        faults.add(("builds_on",), "table-unknown", f"builds on «{name}», which is no table")
    looks = data.get("may_look_at")
    may_look_at = frozenset(map(str, looks)) if isinstance(looks, list) else frozenset()
    words = Vocabulary(domains, may_look_at, earlier)
    for number, fact in enumerate(looks if isinstance(looks, list) else ()):
        if words.values(str(fact)) is None:
            faults.add(("may_look_at", number), "fact-unknown", f"there is no fact «{fact}»")
    return read_table(data, words, municipality, faults)


def _assemble(
    head: Document,
    tables: list[Table],
    domains: Domains,
    municipality: Municipality,
    faults: Faults,
) -> RuleSet | None:
    data = head.data
    for key in sorted(set(data) - _HEAD_KEYS - _HEAD_MAY):
        faults.add((key,), "field-unknown", f"«{key}» means nothing here")
    for key in ("version", "in_force", "adopted_by", "case"):
        if not data.get(key):
            faults.add(
                (),
                "field-missing",
                f"«{key}» is missing",
                "A ticket names the version that decided it, and who adopted it.",
                f"add `{key}: …`.",
            )
    in_force = read_day(data.get("in_force"), ("in_force",), faults)
    if in_force is None:
        return None
    nfvl_from = read_day(data.get("nfvl_from"), ("nfvl_from",), faults)
    return RuleSet(
        version=str(data.get("version")),
        in_force=in_force,
        adopted_by=read_names(data.get("adopted_by"), ("adopted_by",), faults),
        case=str(data.get("case")),
        tables=tuple(tables),
        promises=_read_promises(data.get("promises"), domains, faults),
        domains=domains,
        municipality=municipality,
        names=fact_names(),
        compiled={table.name: compile_table(table, in_force) for table in tables},
        nfvl_from=nfvl_from,
        law=law_on(nfvl_from, in_force),
        must_not_matter=_read_forbidden(data.get("must_not_matter"), domains, faults),
    )


def _read_forbidden(value: Any, domains: Domains, faults: Faults) -> frozenset[str]:
    """Facts that the set itself says must not matter for unit, deadline, visibility."""
    listed = value if isinstance(value, list) else [value] if value is not None else []
    for number, fact in enumerate(listed):
        if fact not in domains.values:
            path = ("must_not_matter", number)
            faults.add(path, "fact-unknown", f"there is no fact «{fact}»")
    return frozenset(map(str, listed)) & frozenset(domains.values)


def _read_promises(value: Any, domains: Domains, faults: Faults) -> tuple[Promise, ...]:
    promises: list[Promise] = []
    for number, plain in enumerate(value if isinstance(value, list) else ()):
        path = ("promises", number)
        if not isinstance(plain, dict) or set(plain) != {"fact", "from", "to", "never"}:
            faults.add(path, "promise", "a promise has `fact`, `from`, `to` and `never`")
            continue
        after = plain["to"] if isinstance(plain["to"], list) else [plain["to"]]
        possible = domains.values.get(str(plain["fact"]), ())
        wrong = [each for each in (plain["from"], *after) if each not in possible]
        if wrong or plain["never"] not in ("slower", "wider"):
            faults.add(
                path,
                "promise",
                f"«{plain['fact']}» cannot be «{wrong[0]}»" if wrong else "never what?",
                mend="`never` is slower (handling) or wider (visibility).",
            )
            continue
        line = faults.document.line(*path)
        promises.append(
            Promise(str(plain["fact"]), plain["from"], frozenset(after), plain["never"], line)
        )
    return tuple(promises)
