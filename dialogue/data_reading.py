"""A bot's data files, as far as they are no rules: what would have to be trained is told of."""

from __future__ import annotations

from typing import Any

from dialogue.known_keys import key_problems
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_KEYS = ("version", "rules", "nlu")
_MENDS = {
    "stories": "only rules are run; write rules, and keep stories with the tests.",
    "responses": "write responses in the domain.",
}
_REFUSED = ("lookup", "regex", "synonym")
_ENTRY = ("intent", "examples", "metadata")


def data_problems(document: Document) -> list[Problem]:
    """What a data file holds that is not run. Its rules are read by `RuleReader`."""
    if document.data is None:
        return []
    if not isinstance(document.data, dict):
        return [
            Problem(
                document.file, 1, "data.shape", "a data file must be a mapping",
                mend="begin it with «rules:» or «nlu:».",
            )
        ]  # fmt: skip
    found = key_problems(document, (), document.data, _KEYS, "data.unsupported", "the file", _MENDS)
    return [*found, *_understanding(document, document.data.get("nlu"))]


def _understanding(document: Document, given: Any) -> list[Problem]:
    """The NLU data: Rasa does not read it either where the pipeline is empty."""
    if given is None:
        return []
    if not isinstance(given, list):
        line = document.line("nlu")
        return [Problem(document.file, line, "data.shape", "«nlu» must be a list")]
    found: list[Problem] = []
    for index, entry in enumerate(given):
        found += _entry(document, entry, index)
    intents = [e for e in given if isinstance(e, dict) and e.get("examples")]
    if intents and not found:
        found.append(
            Problem(
                document.file, document.line("nlu"), "data.examples",
                f"the examples of {len(intents)} intents are not learned from",
                "Messages are understood in intents/; an intent that is given outright "
                "(«/greet») needs no examples. Rasa with «pipeline: []» does the same.",
                "put the examples into intents/examples, or leave them for the reader.",
                "warning",
            )
        )  # fmt: skip
    return found


def _entry(document: Document, entry: Any, index: int) -> list[Problem]:
    line = document.line("nlu", index)
    kinds = [kind for kind in _REFUSED if isinstance(entry, dict) and kind in entry]
    intent = str(entry.get("intent", "")) if isinstance(entry, dict) else ""
    if kinds or "/" in intent:
        what = f"«{kinds[0]}» is not supported" if kinds else f"«{intent}» is a retrieval intent"
        mend = "messages are understood elsewhere; take it away."
        return [Problem(document.file, line, "data.nlu-unsupported", what, mend=mend)]
    if not intent:
        what = "an entry of «nlu» names no intent"
        return [Problem(document.file, line, "data.shape", what, mend="write «- intent: name».")]
    return key_problems(
        document, ("nlu", index), entry, _ENTRY, "data.nlu-unsupported", f"«{intent}»"
    )
