"""Training examples, in Rasa's NLU format.

One file per intent and written standard: `examples/{nb,nn}/<intent>.yml`. Feedback and
emergency have one file per kind, `feedback_<kind>.yml`, with the kind as metadata beside
the intent, for the kinds are no intents of their own to Rasa.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, read

EXAMPLES = Path(__file__).with_name("examples")
_WITH_KINDS = frozenset({"feedback", "emergency"})


class Example(NamedTuple):
    """One example message. `kind` is set for feedback and emergency only."""

    text: str
    intent: str
    kind: str | None
    standard: str

    @property
    def label(self) -> str:
        """What the classifier learns: the intent, with its kind if it has one."""
        return f"{self.intent}/{self.kind}" if self.kind else self.intent


def load_examples(folder: Path = EXAMPLES) -> list[Example]:
    """Read every example, in the order of files and lines.

    Raises ContentError ([examples.format], [examples.kind]) with the places.
    """
    examples: list[Example] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*/*.yml")):
        document = read(path, folder)
        blocks = document.data.get("nlu") if isinstance(document.data, dict) else None
        if not isinstance(blocks, list):
            problems.append(Problem(document.file, 1, "examples.format", "no list «nlu:»"))
            continue
        for place, block in enumerate(blocks):
            _read_block(document, place, block, path.parent.name, examples, problems)
    if problems:
        raise ContentError(problems)
    return examples


def _read_block(
    document: Document,
    place: int,
    block: Any,
    standard: str,
    examples: list[Example],
    problems: list[Problem],
) -> None:
    line = document.line("nlu", place)
    written = block.get("examples") if isinstance(block, dict) else None
    if not isinstance(written, str) or "intent" not in block:
        mend = "write «intent:» and «examples: |» with one «- …» a line."
        problems.append(
            Problem(document.file, line, "examples.format", "not Rasa's NLU format", mend=mend)
        )
        return
    kind = (block.get("metadata") or {}).get("kind")
    if (block["intent"] in _WITH_KINDS) != (kind is not None):
        what = "feedback and emergency need «metadata: kind:», other intents have none"
        problems.append(Problem(document.file, line, "examples.kind", what))
        return
    for row in written.splitlines():
        text = row.strip().removeprefix("-").strip()
        if text:
            examples.append(Example(text, block["intent"], kind, standard))
