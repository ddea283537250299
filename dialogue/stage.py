"""Where actions run: responses are said, rasa_sdk's actions called, slots extracted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.course import View
from dialogue.domain import VALIDATE_MAPPINGS, Bot
from dialogue.rasa_bridge import ActionFailed, Rejected, run_action, tracker_for
from dialogue.responses import chosen, said, utterance
from dialogue.slots import REQUESTED_SLOT, Message, Place, applies, extracted
from dialogue.tracker import Event, intent_of, slot_set

_NOWHERE = Place(None, None)


@dataclass(slots=True)
class Stage:
    """One turn's surroundings: the bot, its actions, the channel, and the caller's context."""

    bot: Bot
    actions: Mapping[str, Any]
    channel: str = ""
    sender: str = "default"
    context: Any = None

    def say(self, name: str, view: View) -> list[Event]:
        """Say a response; nothing where no variation fits."""
        draft = self._draft(name, view.slots, {})
        return [] if draft is None else [utterance({**draft, "utter_action": name})]

    def _draft(
        self, name: str, slots: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        variation = chosen(self.bot.responses.get(name, ()), slots, self.channel)
        if variation is None:
            return None
        try:
            filled = values and not variation.is_plain
            return said(variation, {**slots, **values} if filled else slots)
        except (ValueError, IndexError, AttributeError) as error:  # braces that are no name
            raise ActionFailed(name, "braces in its text") from error

    def call(self, name: str, view: View) -> list[Event]:
        """Run an action of the bot's author: what it says, then its events."""
        action = self.actions.get(name)
        if action is None:
            raise ActionFailed(name, "there is no such action")
        tracker = tracker_for(view, self.sender, self.context)
        events, messages = run_action(action, tracker, self.bot.plain)
        return [*self._spoken(messages, view), *events]

    def _spoken(self, messages: list[dict[str, Any]], view: View) -> list[Event]:
        found = []
        for given in messages:
            message = dict(given)
            name = message.pop("response", None)
            draft: dict[str, Any] = {}
            if name:
                drafted = self._draft(name, view.slots, message)
                if not drafted:
                    continue
                draft = {**drafted, "utter_action": name}
            buttons = message.pop("buttons", None)
            if buttons:
                draft["buttons"] = [*(draft.get("buttons") or ()), *buttons]
            for key, value in message.items():
                if value:
                    draft[key] = value
            draft.pop("template", None)
            found.append(utterance(draft))
        return found

    # -- what a message fills

    def extract(self, view: View) -> list[Event]:
        """What the latest message fills, validated (Rasa's action_extract_slots)."""
        found: list[Event] = []
        latest = view.course.latest
        if latest is not None:
            message = _message(latest)
            place = self._place(view)
            called: set[str] = set()
            named = {entity["entity"] for entity in message.entities}
            for slot, mappings in self.bot.filled_in(view.loop, with_entities=bool(named)):
                for mapping in mappings:
                    if mapping.kind == "from_entity" and mapping.entity not in named:
                        continue
                    if not applies(mapping, slot.name, message, place):
                        continue
                    values = extracted(mapping, message, place)
                    if values:
                        value = values if slot.type == "list" else values[-1]
                        if value is not None or view.slots[slot.name] is not None:
                            found.append(slot_set(slot.name, value))
                            break
                    action = mapping.action
                    if mapping.kind == "custom" and action and action not in called:
                        called.add(action)
                        found += self._extra(action, view)
        return self._validated(found, view)

    def _place(self, view: View) -> Place:
        if view.loop is None:
            return _NOWHERE
        form = self.bot.forms.get(view.loop)
        requested = view.slots.get(REQUESTED_SLOT)
        if form is None:
            return Place(view.loop, requested)
        return Place(
            view.loop,
            requested,
            form.required_slots,
            form.ignored_intents,
            form.unique_mappings,
            view.course.rejected and view.loop == view.course.loop,
        )

    def _extra(self, action: str, view: View) -> list[Event]:
        """An action that fills slots: only what it says and sets counts, and a failure nothing."""
        try:
            events = self.call(action, view)
        except (ActionFailed, Rejected):
            return []
        return [event for event in events if event["event"] in ("slot", "bot")]

    def _validated(self, found: list[Event], view: View) -> list[Event]:
        slots = [event for event in found if event["event"] == "slot"]
        if VALIDATE_MAPPINGS not in self.bot.user_actions:
            return slots
        validated = self._extra(VALIDATE_MAPPINGS, view.after(*slots))
        names = {event["name"] for event in validated if event["event"] == "slot"}
        return validated + [event for event in slots if event["name"] not in names]


def _message(latest: Event) -> Message:
    parsed = latest.get("parse_data") or {}
    entities = tuple(e for e in parsed.get("entities") or () if "value" in e)
    return Message(latest.get("text"), intent_of(latest), entities)


__all__ = ["ActionFailed", "Rejected", "Stage"]
