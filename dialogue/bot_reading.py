"""A bot's folders, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dialogue.domain import DEFAULT_FALLBACK, DEFAULT_INTENTS, Bot, Form
from dialogue.domain_reading import DomainReader
from dialogue.rules import RuleSource, book
from dialogue.rules_checking import rule_problems
from dialogue.rules_reading import RuleReader, moments_of
from dialogue.slots import REQUESTED_SLOT, Slot
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, read

_DATA_KEYS = {"version", "rules", "nlu"}
_REFUSED_DATA = {
    "stories": "only rules are run; write rules, and keep stories with the tests.",
    "responses": "write responses in the domain.",
}
_REFUSED_NLU = ("lookup", "regex", "synonym")


def read_bot(folders: Sequence[Path], actions: Iterable[str], root: Path | None) -> Bot:
    """The bot of these folders; raises ContentError with everything that is wrong."""
    problems: list[Problem] = []
    domains: list[Document] = []
    data: list[Document] = []
    configs: list[Document] = []
    for folder in folders:
        top = root or (folder if len(folders) == 1 else folder.parent)
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
    problems += reader.problems
    sources: list[RuleSource] = []
    for document in data:
        problems += _data_problems(document)
        rules = RuleReader(document, _all_slots(reader))
        if isinstance(document.data, dict):
            sources += rules.read()
        problems += rules.problems
    fallback, faults = _policy(configs)
    problems += faults
    bot = _assembled(reader, sources, fallback)
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


def _data_problems(document: Document) -> list[Problem]:
    if document.data is None:
        return []
    if not isinstance(document.data, dict):
        return [Problem(document.file, 1, "data.shape", "a data file must be a mapping")]
    found = [
        Problem(
            document.file,
            document.line(key),
            "data.unsupported",
            f"«{key}» is not supported",
            mend=_REFUSED_DATA.get(str(key), "take it away; it would be ignored."),
        )
        for key in document.data
        if key not in _DATA_KEYS
    ]
    for index, entry in enumerate(document.data.get("nlu") or ()):
        kinds = [kind for kind in _REFUSED_NLU if isinstance(entry, dict) and kind in entry]
        name = str(entry.get("intent", "")) if isinstance(entry, dict) else ""
        if kinds or "/" in name:
            what = f"«{kinds[0]}» is not supported" if kinds else f"«{name}» is a retrieval intent"
            found.append(
                Problem(
                    document.file,
                    document.line("nlu", index),
                    "data.nlu-unsupported",
                    what,
                    mend="messages are understood elsewhere; take it away.",
                )
            )
    return found


def _policy(configs: Sequence[Document]) -> tuple[str | None, list[Problem]]:
    """The fallback action that config.yml asks for, None where it is switched off."""
    fallback: str | None = DEFAULT_FALLBACK
    problems = []
    for document in configs:
        policies = (document.data or {}).get("policies") or []
        for index, policy in enumerate(policies):
            name = policy.get("name") if isinstance(policy, dict) else policy
            if name != "RulePolicy":
                problems.append(
                    Problem(
                        document.file,
                        document.line("policies", index),
                        "config.policy",
                        f"the policy «{name}» is not supported",
                        "Only rules are run.",
                        "keep RulePolicy alone.",
                    )
                )
                continue
            options: dict[str, Any] = policy if isinstance(policy, dict) else {}
            fallback = options.get("core_fallback_action_name", DEFAULT_FALLBACK)
            if options.get("enable_fallback_prediction") is False:
                fallback = None
    return fallback, problems


def _assembled(reader: DomainReader, sources: Sequence[RuleSource], fallback: str | None) -> Bot:
    slots = _all_slots(reader)
    entities_of = reader.entities_of()
    moments = [moment for rule in sources for moment in moments_of(rule, slots, entities_of)]
    rule_book = book(moments, entities_of)
    plain = {
        **reader.plain,
        "version": "3.1",
        "intents": [{name: details} if details else name for name, details in
                    reader.intents.items()],
        "entities": [{name: details} if details else name for name, details in
                     reader.entities.items()],
        "actions": list(reader.actions),
    }  # fmt: skip
    return Bot(
        intents=tuple(reader.intents),
        entities=tuple(reader.entities),
        entities_of={**dict.fromkeys(DEFAULT_INTENTS, frozenset(reader.entities)), **entities_of},
        slots=slots,
        forms={name: _with_unique_mappings(form, slots) for name, form in reader.forms.items()},
        responses=reader.responses,
        user_actions=tuple(reader.actions),
        sources=tuple(sources),
        rules=rule_book,
        plain=plain,
        session_minutes=float(reader.session.get("session_expiration_time", 60)),
        carry_over=reader.session.get("carry_over_slots_to_new_session", True) is not False,
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
