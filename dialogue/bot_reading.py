"""A bot's folders, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from dialogue.config_reading import ConfigReader
from dialogue.data_reading import data_problems
from dialogue.domain import DEFAULT_INTENTS, Bot, Form
from dialogue.domain_reading import DomainReader
from dialogue.moments import moments_of
from dialogue.outside import outside_problems
from dialogue.rules import RuleSource, book
from dialogue.rules_checking import rule_problems
from dialogue.rules_reading import RuleReader
from dialogue.slots import REQUESTED_SLOT, Slot
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, read


def read_bot(folders: Sequence[Path], actions: Iterable[str], root: Path | None) -> Bot:
    """The bot of these folders; raises ContentError with everything that is wrong."""
    problems: list[Problem] = []
    domains: list[Document] = []
    data: list[Document] = []
    configs: list[Document] = []
    for folder in folders:
        top = root or (folder if len(folders) == 1 else folder.parent)
        problems += outside_problems(folder, top)
        for paths, into in (
            (_domain_files(folder), domains),
            (_data_files(folder), data),
            ([p for p in (folder / "config.yml",) if p.exists()], configs),
        ):
            for path in paths:
                try:
                    into.append(read(path, top))
                except ContentError as error:
                    problems += error.problems
        if not _domain_files(folder):
            problems.append(
                Problem(folder.name, 0, "domain.missing", "there is no domain.yml in this folder")
            )
    reader = DomainReader()
    for document in domains:
        reader.read(document)
    reader.names.check()
    problems += reader.problems
    sources: list[RuleSource] = []
    for document in data:
        problems += data_problems(document)
        rules = RuleReader(document, _all_slots(reader))
        if isinstance(document.data, dict):
            sources += rules.read()
        problems += rules.problems
    config = ConfigReader()
    for document in configs:
        config.read(document)
    problems += config.problems
    bot = _assembled(reader, sources, config.fallback)
    problems += rule_problems(bot, frozenset(actions))
    if any(problem.severity == "error" for problem in problems):
        raise ContentError(problems)
    return replace(bot, warnings=tuple(problems))


def _domain_files(folder: Path) -> list[Path]:
    one = [path for path in (folder / "domain.yml", folder / "domain.yaml") if path.exists()]
    return one + sorted((folder / "domain").glob("**/*.y*ml"))


def _data_files(folder: Path) -> list[Path]:
    one = [p for p in (folder / "rules.yml", folder / "nlu.yml") if p.exists()]
    return one + sorted((folder / "data").glob("**/*.y*ml"))


def _all_slots(reader: DomainReader) -> dict[str, Slot]:
    """The domain's slots, and `requested_slot` where there is a form."""
    slots = dict(reader.slots)
    if reader.forms and REQUESTED_SLOT not in slots:
        slots[REQUESTED_SLOT] = Slot(REQUESTED_SLOT, "text", influence=False)
    return slots


def _assembled(reader: DomainReader, sources: Sequence[RuleSource], fallback: str | None) -> Bot:
    slots = _all_slots(reader)
    entities_of = reader.names.entities_of()
    everything = frozenset(reader.names.entities)
    moments = [moment for rule in sources for moment in moments_of(rule, slots, entities_of)]
    rule_book = book(moments, entities_of)
    plain = {
        **reader.plain,
        "version": "3.1",
        "intents": [{name: details} if details else name for name, details in
                    reader.names.intents.items()],
        "entities": [{name: details} if details else name for name, details in
                     reader.names.entities.items()],
        "actions": list(reader.names.actions),
    }  # fmt: skip
    return Bot(
        intents=tuple(reader.names.intents),
        entities=tuple(reader.names.entities),
        entities_of={**dict.fromkeys(DEFAULT_INTENTS, everything), **entities_of},
        slots=slots,
        forms={name: _with_unique_mappings(form, slots) for name, form in reader.forms.items()},
        responses=reader.responses,
        user_actions=tuple(reader.names.actions),
        sources=tuple(sources),
        rules=rule_book,
        plain=plain,
        session_minutes=float(reader.names.session.get("session_expiration_time", 60)),
        carry_over=reader.names.session.get("carry_over_slots_to_new_session", True) is not False,
        fallback=fallback,
        places=reader.places,
    )


def _with_unique_mappings(form: Form, slots: dict[str, Slot]) -> Form:
    """The form, with the entity mappings that fill only one of its slots."""
    keys = [
        mapping.key
        for name in form.required_slots
        if name in slots
        for mapping in slots[name].mappings
        if mapping.kind == "from_entity"
    ]
    return replace(form, unique_mappings=frozenset(key for key in keys if keys.count(key) == 1))
