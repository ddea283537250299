"""What lies in a bot's folder and is not run: told of, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialogue.known_keys import key_problems
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, read

# What each part of endpoints.yml would do; those that change what is said are refused.
_ENDPOINTS = {
    "action_endpoint": "actions run in process, from actions.py.",
    "tracker_store": "conversations are kept in the service's own database.",
    "event_broker": "the service has its own outbox.",
    "lock_store": "the service keeps each conversation's order itself.",
    "model_groups": "no language model is asked.",
}
_REFUSED_ENDPOINTS = {
    "nlg": "write the texts as responses in the domain; no other server is asked for them.",
    "models": "give this folder; no model is fetched from a server.",
}
_ROOT = {
    "config.yml", "domain.yml", "domain.yaml", "rules.yml", "nlu.yml", "endpoints.yml",
    "credentials.yml", "markers.yml",
}  # fmt: skip
# Keys by which a file is known as one of Rasa's, wherever it lies.
_RASA = ("rules", "stories", "nlu", "intents", "slots", "forms", "responses", "policies")


def outside_problems(folder: Path, root: Path) -> Iterator[Problem]:
    """Each file of a bot's folder that Rasa, or its other commands, would read and we do not."""
    yield from _markers(folder, root)
    yield from _old_formats(folder, root)
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        if path.name == "endpoints.yml":
            yield from _endpoints(path, root)
        elif path.name == "credentials.yml":
            yield Problem(
                _named(path, root), 0, "files.not-read", "credentials.yml is not read",
                "It names channels and their keys, and changes nothing that is said.",
                "set the channels with SAMSVAR_… (docs/operating.md), and take the file away.",
                "warning",
            )  # fmt: skip
        elif path.name not in _ROOT:
            yield from _elsewhere(path, root)


def _named(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _markers(folder: Path, root: Path) -> Iterator[Problem]:
    for path in (folder / "markers.yml", *sorted((folder / "markers").glob("**/*.y*ml"))):
        if path.exists():
            yield Problem(
                _named(path, root), 1, "files.markers", "markers are not supported",
                "They count what happened in conversations that Rasa has kept.",
                "take the file away; figures stand in `samsvar figures` and the unit's pages.",
            )  # fmt: skip


def _old_formats(folder: Path, root: Path) -> Iterator[Problem]:
    for path in sorted((folder / "data").glob("**/*")):
        if path.suffix in (".md", ".json") and path.name.lower() != "readme.md":
            yield Problem(
                _named(path, root), 0, "files.old-format", f"«{path.suffix}» is not read as data",
                "Rasa 3 reads rules and examples as YAML only.",
                "write it as YAML (`rasa data convert`), or put it elsewhere.",
            )  # fmt: skip


def _read(path: Path, root: Path) -> Document | None:
    try:
        return read(path, root if path.is_relative_to(root) else None)
    except (ContentError, OSError):
        return None


def _endpoints(path: Path, root: Path) -> Iterator[Problem]:
    document = _read(path, root)
    data: Any = document.data if document is not None else None
    if document is None or not isinstance(data, dict):
        return
    yield from key_problems(
        document, (), data, ("version", *_ENDPOINTS), "files.endpoint", "endpoints.yml",
        _REFUSED_ENDPOINTS,
    )  # fmt: skip
    for key in data:
        if key in _ENDPOINTS:
            yield Problem(
                document.file, document.line(key), "files.not-read", f"«{key}» is not read",
                f"It changes nothing that is said: {_ENDPOINTS[key]}", "take it away.", "warning",
            )  # fmt: skip


def _elsewhere(path: Path, root: Path) -> Iterator[Problem]:
    """A file of Rasa's at the top of the folder under a name that is not read."""
    document = _read(path, root)
    if document is None or not isinstance(document.data, dict):
        return
    keys = [key for key in _RASA if key in document.data]
    if keys:
        yield Problem(
            document.file, document.line(keys[0]), "files.elsewhere",
            f"«{keys[0]}» in {path.name} is not read",
            "At the top of a bot's folder only domain.yml, config.yml, rules.yml and nlu.yml are.",
            "put the file into data/ (a part of the domain into domain/).",
        )  # fmt: skip
