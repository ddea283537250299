"""A bot, read from Rasa's files: what may be said and filled, and by which rules it runs.

>>> bot = load_bot([Path("dialogue/flows/rating")], actions={})       # doctest: +SKIP
>>> turn = Executor(bot, actions).message(begin(), UserTurn("/greet"), "sms", at)
...                                                                    # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogue.slots import REQUESTED_SLOT, Slot
from dialogue.slots import Mapping as SlotMapping
from knowledge.problems import Problem

if TYPE_CHECKING:
    from dialogue.rules import RuleBook, RuleSource

LISTEN = "action_listen"
SESSION_START = "action_session_start"
DEFAULT_FALLBACK = "action_default_fallback"
TWO_STAGE_FALLBACK = "action_two_stage_fallback"
ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"
DEACTIVATE_LOOP = "action_deactivate_loop"
VALIDATE_MAPPINGS = "action_validate_slot_mappings"
DEFAULT_ACTIONS = (
    LISTEN,
    "action_restart",
    SESSION_START,
    DEFAULT_FALLBACK,
    DEACTIVATE_LOOP,
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    TWO_STAGE_FALLBACK,
    "action_back",
)
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")


@dataclass(frozen=True)
class Place:
    """Where something is written."""

    file: str
    line: int


@dataclass(frozen=True)
class Form:
    """A form: the slots it asks for, in order, and the intents that never fill one."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()
    unique_mappings: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Variation:
    """One way to say a response."""

    content: Mapping[str, Any]
    channel: str | None = None
    condition: tuple[tuple[str, Any], ...] | None = None

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is text alone, with nothing to be filled in."""
        parts = self.content.values()
        return all(isinstance(part, str) and not {"{", "}"} & set(part) for part in parts)


_Filled = tuple[tuple[Slot, tuple[SlotMapping, ...]], ...]


@dataclass(frozen=True)
class Bot:
    """Everything that Rasa would train and serve, checked. Never changes.

    `entities_of[intent]` are the entity labels (``city``, ``city#from``) that rules see for
    the intent; an intent that is not there shows all of the message's.
    """

    intents: tuple[str, ...]
    entities: tuple[str, ...]
    entities_of: Mapping[str, frozenset[str]]
    slots: Mapping[str, Slot]
    forms: Mapping[str, Form]
    responses: Mapping[str, tuple[Variation, ...]]
    user_actions: tuple[str, ...]
    sources: tuple[RuleSource, ...]
    rules: RuleBook
    plain: Mapping[str, Any]
    session_minutes: float = 60.0
    carry_over: bool = True
    fallback: str | None = DEFAULT_FALLBACK
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @cached_property
    def actions(self) -> frozenset[str]:
        """Every name that may be run: responses, actions, forms, Rasa's own."""
        return frozenset((*DEFAULT_ACTIONS, *self.responses, *self.user_actions, *self.forms))

    @cached_property
    def initial_slots(self) -> Mapping[str, Any]:
        """Each slot with the value that it has before anything was said."""
        return {slot.name: slot.initial for slot in self.slots.values()}

    @cached_property
    def watched(self) -> Mapping[str, Slot]:
        """The slots that rules look at."""
        return {name: slot for name, slot in self.slots.items() if name in self.rules.watched}

    def features(self, slots: Mapping[str, Any]) -> Mapping[str, Any]:
        """What rules see of these values."""
        found = {name: slot.features(slots.get(name)) for name, slot in self.watched.items()}
        return {name: features for name, features in found.items() if features is not None}

    @cached_property
    def initial_features(self) -> Mapping[str, Any]:
        """What rules see of the slots before anything was said."""
        return self.features(self.initial_slots)

    @cached_property
    def filled_slots(self) -> _Filled:
        """The slots that messages may fill, in the order of the domain, and how.

        A mapping of an entity or intent that is not declared fills nothing.
        """
        found = []
        for name, slot in self.slots.items():
            usable = tuple(mapping for mapping in slot.mappings if self._fills(mapping))
            if name != REQUESTED_SLOT and usable:
                found.append((slot, usable))
        return tuple(found)

    @cached_property
    def _filled_in(self) -> dict[tuple[str | None, bool], _Filled]:
        return {}

    def filled_in(self, loop: str | None, *, with_entities: bool) -> _Filled:
        """Of `filled_slots` what can apply in this form (None: in none), kept for the next time."""
        key = (loop, with_entities)
        if key not in self._filled_in:
            found = (
                (slot, tuple(m for m in mappings if _can_apply(m, loop, with_entities)))
                for slot, mappings in self.filled_slots
            )
            self._filled_in[key] = tuple((slot, usable) for slot, usable in found if usable)
        return self._filled_in[key]

    def _fills(self, mapping: SlotMapping) -> bool:
        if mapping.kind == "from_entity":
            return mapping.entity in self.entities
        if mapping.kind == "from_intent":
            return self.known_intents.issuperset(mapping.intents)
        return mapping.kind != "custom" or mapping.action is not None

    @cached_property
    def known_intents(self) -> frozenset[str]:
        """The domain's intents and Rasa's own."""
        return frozenset((*self.intents, *DEFAULT_INTENTS))

    def place(self, kind: str, name: str) -> Place:
        """Where `name` of `kind` (slots, forms, responses, intents, actions) is written."""
        return self.places.get((kind, name), Place("domain.yml", 0))


def _can_apply(mapping: SlotMapping, loop: str | None, with_entities: bool) -> bool:
    """Whether a mapping can say anything in a form, of a message with or without entities."""
    if mapping.kind == "from_entity" and not with_entities:
        return False
    loops = [condition.active_loop for condition in mapping.conditions]
    if mapping.kind == "from_trigger_intent":
        return loop is not None and (not loops or loop in loops)
    return not loops or loop in loops


def load_bot(
    paths: Sequence[Path] | Path,
    actions: Mapping[str, Any] | Iterable[str] = (),
    root: Path | None = None,
) -> Bot:
    """Read and check a bot: one folder in Rasa's layout, or several flow folders merged.

    A folder holds ``domain.yml`` or ``domain/``, and ``rules.yml`` or ``data/*.yml``;
    ``config.yml`` may set RulePolicy's options. `actions` are the actions that exist; a bot
    may name others (Rasa would only find out when it calls them), which `check_bot` tells.
    `root` is the folder to which files are named in faults. Raises ContentError with all
    faults at once: what Rasa would refuse, and what lies outside the supported subset.
    """
    from dialogue.bot_reading import read_bot

    folders = [paths] if isinstance(paths, Path) else list(paths)
    return read_bot(folders, tuple(actions), root)
