"""The domain's lists of names, as they are written: intents, entities, actions, and the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dialogue.domain import Place
from dialogue.known_keys import NOTHING, key_problems
from knowledge.problems import Problem
from knowledge.yaml_lines import Document, PathInFile

Details = dict[str, Any]
_DETAILS: Mapping[str, tuple[str, ...]] = {
    "intents": ("use_entities", "ignore_entities"),
    "entities": ("roles", "groups", "influence_conversation"),
    "actions": ("send_domain",),  # here each action gets the whole domain, whatever it says
}
_MENDS: Mapping[str, Mapping[str, str]] = {
    "intents": {"triggers": "write a rule: the intent, then this action."},
    "entities": NOTHING,
    "actions": NOTHING,
}
_SEEN = "influence_conversation"  # of an entity: whether rules see it
_ONE = {"intents": "intent", "entities": "entity", "actions": "action"}


def listed(value: Any) -> tuple[str, ...]:
    """A YAML value that may be one name or a list of them."""
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


class NamesReader:
    """Gathers the names of all domain files; faults are gathered in `problems`."""

    def __init__(self, problems: list[Problem], places: dict[tuple[str, str], Place]) -> None:
        self.problems = problems
        self.places = places
        self.intents: dict[str, Details] = {}
        self.entities: dict[str, Details] = {}
        self.actions: dict[str, Details] = {}
        self.session: Details = {}

    def read(self, document: Document) -> None:
        """Read one domain file."""
        for key, into in (
            ("intents", self.intents), ("entities", self.entities), ("actions", self.actions),
        ):  # fmt: skip
            self._names(document, key, into)
        self._session(document, document.data.get("session_config"))

    def _note(
        self, document: Document, path: PathInFile, code: str, what: str, mend: str, why: str = ""
    ) -> None:
        line = document.line(*path)
        self.problems.append(Problem(document.file, line, code, what, why, mend))

    def _names(self, document: Document, key: str, into: dict[str, Details]) -> None:
        given = document.data.get(key)
        if given is not None and not isinstance(given, list):
            self._note(document, (key,), "domain.shape", f"«{key}» must be a list",
                        f"write «{key}: [first, second]».")  # fmt: skip
            return
        here: set[str] = set()
        for index, item in enumerate(given or ()):
            named = self._named(document, key, index, item)
            if named is None:
                continue
            name, details = named
            if name in here and key != "actions":
                self._note(
                    document, (key, index), "domain.name-twice", f"«{name}» is declared twice",
                    "delete one of the lines.",
                )  # fmt: skip
            here.add(name)
            line = document.line(key, index)
            self.places.setdefault((key, name), Place(document.file, line))
            into.setdefault(name, {}).update(details)

    def _named(
        self, document: Document, key: str, index: int, item: Any
    ) -> tuple[str, Details] | None:
        """One name and what is said of it; None where that cannot be read."""
        path: PathInFile = (key, index)
        if not isinstance(item, dict):
            return str(item), {}
        name = str(next(iter(item), ""))
        details = item.get(name)
        if len(item) != 1 or not isinstance(details, dict) or not details:  # as Rasa
            self._note(
                document, path, "domain.shape", f"{_ONE[key]} «{name}» cannot be read",
                f"write «- {name}: {{{_DETAILS[key][0]}: …}}», with what belongs to it indented.",
            )  # fmt: skip
            return None
        self.problems += key_problems(
            document, (*path, name), details, _DETAILS[key], "domain.detail",
            f"the {_ONE[key]} «{name}»", _MENDS[key],
        )  # fmt: skip
        for detail, shapes in _SHAPES.items():
            if detail in details and not shapes[0](details[detail]):
                self._note(
                    document, (*path, name, detail), "domain.shape",
                    f"«{detail}» of «{name}» cannot be read", f"write {shapes[1]}.",
                )  # fmt: skip
                return None
        return name, details

    def _session(self, document: Document, given: Any) -> None:
        if given is None:
            return
        if not isinstance(given, dict):
            self._note(document, ("session_config",), "domain.shape",
                        "«session_config» must be a mapping",
                        "write session_expiration_time below it.")  # fmt: skip
            return
        self.problems += key_problems(
            document, ("session_config",), given, tuple(_SESSION), "domain.detail", "session_config"
        )
        for key, (is_right, wanted) in _SESSION.items():
            if key in given and not is_right(given[key]):
                self._note(document, ("session_config", key), "domain.shape",
                            f"«{key}: {given[key]}» cannot be read",
                            f"write {wanted}.")  # fmt: skip
            elif given.get(key) is not None:
                self.session[key] = given[key]

    def check(self) -> None:
        """What only all files together tell: entities that an intent names and nobody has."""
        known = set().union(*(labels(name, more) for name, more in self.entities.items()), set())
        for intent, details in self.intents.items():
            for key in ("use_entities", "ignore_entities"):
                names = details.get(key)
                for name in names if isinstance(names, list) else ():
                    if name not in known:
                        place = self.places["intents", intent]
                        self.problems.append(
                            Problem(
                                place.file, place.line, "intents.unknown-entity",
                                f"«{key}» of the intent «{intent}» names the entity «{name}», "
                                "which is not in the domain",
                                "Rasa takes it without a word, and no rule ever sees it.",
                                "declare the entity, or correct the name.",
                            )
                        )  # fmt: skip

    def entities_of(self) -> Mapping[str, frozenset[str]]:
        """For each intent the entity labels that rules may look at."""
        everything = set().union(*(labels(n, more) for n, more in self.entities.items()), set())
        hidden = [n for n, more in self.entities.items() if more.get(_SEEN, True) is False]
        found: dict[str, frozenset[str]] = {}
        for intent, details in self.intents.items():
            used = details.get("use_entities", True)
            chosen = (
                everything - set(hidden) if used is True else self._labelled(listed(used or ()))
            )
            ignored = listed(details["ignore_entities"]) if "ignore_entities" in details else hidden
            found[intent] = frozenset(chosen - self._labelled(ignored))
        return found

    def _labelled(self, names: Iterable[str]) -> set[str]:
        """These entities with their roles and groups."""
        return set().union(*(labels(name, self.entities.get(name, {})) for name in names), set())


def labels(name: str, details: Mapping[str, Any]) -> set[str]:
    """An entity's own label, and one for each of its roles and groups."""
    more = (*listed(details.get("roles")), *listed(details.get("groups")))
    return {name, *(f"{name}#{label}" for label in more)}


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_minutes(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (is_number and value >= 0)


_Shape = tuple[Callable[[Any], bool], str]
_SHAPES: Mapping[str, _Shape] = {
    "use_entities": (lambda v: _is_list(v) or _is_truth(v), "a list of entities, true or false"),
    "ignore_entities": (_is_list, "a list of entities"),
    "roles": (_is_list, "a list of names"),
    "groups": (_is_list, "a list of names"),
    "influence_conversation": (_is_truth, "true or false"),
}
_SESSION: Mapping[str, _Shape] = {
    "session_expiration_time": (_is_minutes, "minutes as a number, 0 for never"),
    "carry_over_slots_to_new_session": (_is_truth, "true or false"),
}
