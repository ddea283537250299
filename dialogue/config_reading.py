"""A bot's ``config.yml``: RulePolicy and its fallback, and nothing that must be trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.domain import DEFAULT_FALLBACK
from dialogue.known_keys import key_problems
from knowledge.problems import Problem, Severity
from knowledge.yaml_lines import Document

# `language` and `assistant_id` change nothing where nothing is trained, in Rasa as here.
_KEYS = ("version", "recipe", "language", "assistant_id", "pipeline", "policies")
_KEY_MENDS = {
    "importers": "put the files into this folder; projects from elsewhere are not read.",
}
_READ = ("name", "core_fallback_action_name", "enable_fallback_prediction")
# Options of RulePolicy with the one value that is supported, and why no other is.
_FIXED: Mapping[str, tuple[Any, str]] = {
    "restrict_rules": (True, "a rule holds one message; write a form for what belongs together."),
    "check_for_contradictions": (True, "rules that contradict each other are always refused."),
    "use_nlu_confidence_as_score": (False, "RulePolicy is alone, and its rules are certain."),
}
# Options that weigh RulePolicy against another policy: alone it wins in any case, in Rasa too.
_ALONE = ("priority", "core_fallback_threshold")


class ConfigReader:
    """Gathers what config.yml says; faults are gathered in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.fallback: str | None = DEFAULT_FALLBACK
        self._document = Document("config.yml", None)

    def _fault(
        self, path: tuple[str | int, ...], code: str, what: str, why: str, mend: str,
        severity: Severity = "error",
    ) -> None:  # fmt: skip
        place = self._document
        self.problems.append(
            Problem(place.file, place.line(*path), code, what, why, mend, severity)
        )

    def read(self, document: Document) -> None:
        """Read one config.yml."""
        self._document = document
        data = document.data or {}
        if not isinstance(data, dict):
            self._fault((), "config.shape", "config.yml must be a mapping", "",
                        "write «policies: [{name: RulePolicy}]».")  # fmt: skip
            return
        self.problems += key_problems(
            document, (), data, _KEYS, "config.key", "config.yml", _KEY_MENDS
        )
        if data.get("recipe", "default.v1") != "default.v1":
            self._fault(
                ("recipe",), "config.key", f"the recipe «{data['recipe']}» is not supported",
                "Only rules are run, there is nothing else to put together.",
                "write «recipe: default.v1», or take the line away.",
            )  # fmt: skip
        for index, component in enumerate(self._listed(data, "pipeline")):
            self._fault(
                ("pipeline", index), "config.pipeline",
                f"the component «{_name(component)}» is not supported",
                "Nothing is trained here: messages are understood in intents/, and an intent "
                "that is given outright («/greet») needs no pipeline.",
                "write «pipeline: []».",
            )  # fmt: skip
        for index, policy in enumerate(self._listed(data, "policies")):
            self._policy(policy, index)

    def _listed(self, data: Mapping[str, Any], key: str) -> Sequence[Any]:
        given = data.get(key)
        if given is None or isinstance(given, list):
            return given or ()
        self._fault((key,), "config.shape", f"«{key}» must be a list", "", f"write «{key}: []».")
        return ()

    def _policy(self, policy: Any, index: int) -> None:
        if _name(policy) != "RulePolicy":
            self._fault(
                ("policies", index), "config.policy",
                f"the policy «{_name(policy)}» is not supported", "Only rules are run.",
                "keep RulePolicy alone.",
            )  # fmt: skip
            return
        options: dict[str, Any] = policy if isinstance(policy, dict) else {}
        self.fallback = options.get("core_fallback_action_name", DEFAULT_FALLBACK)
        if options.get("enable_fallback_prediction") is False:
            self.fallback = None
        path = ("policies", index)
        self.problems += key_problems(
            self._document, path, options, (*_READ, *_FIXED, *_ALONE), "config.option", "RulePolicy"
        )
        for key, (only, mend) in _FIXED.items():
            if options.get(key, only) is not only:
                self._fault(
                    (*path, key), "config.option", f"«{key}: {options[key]}» is not supported",
                    "", f"take it away: {mend}",
                )  # fmt: skip
        for key in _ALONE:
            if key in options:
                self._fault(
                    (*path, key), "config.no-effect", f"«{key}» changes nothing",
                    "RulePolicy has no other policy beside it; in Rasa it would be the same.",
                    "take it away.", "warning",
                )  # fmt: skip


def _name(given: Any) -> Any:
    return given.get("name") if isinstance(given, dict) else given
