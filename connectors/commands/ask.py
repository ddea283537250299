"""`samsvar ask`: what the knowledge base answers."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.json_lines import answer_lines


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line in."""

    q: str
    standard: Literal["nb", "nn"] | None = None


def ask_command(
    question: Annotated[str | None, typer.Argument(help="A question; without it, stdin.")] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
    why: Annotated[
        bool, typer.Option("--why", help="Show what decided: words, candidates, thresholds.")
    ] = False,
) -> None:
    """Answer a question from the knowledge base, ask back, or hand over.

    With --json, reads JSON Lines: {"q": …, "standard"?: "nb"|"nn"}.
    """
    from intents.understand import understand
    from knowledge.articles import render_sms
    from knowledge.search import search
    from knowledge.search import why as reasons

    edition = open_edition(content)

    def answer(asked: Question) -> dict[str, Any]:
        standard = asked.standard
        if standard is None:
            shown = understand(asked.q, edition.language).standard
            standard = edition.municipality.standard if shown == "other" else shown
        found = search(edition.index, asked.q, standard)
        answered = found.outcome == "answer" and found.article is not None
        article = edition.content.article(found.article, standard) if found.article else None
        return {
            "outcome": found.outcome,
            "article": found.article if answered else None,
            "alternatives": list(found.alternatives),
            "confidence": round(found.confidence, 4),
            "standard": standard,
            "text": render_sms(article) if answered and article else None,
        } | ({"why": reasons(edition.index, asked.q)} if why else {})

    if question is not None:
        out = answer(Question(question))
        print(msgspec.json.encode(out).decode() if json_lines else _plain(out))
        if why and not json_lines:
            print("\n" + _reasons(out["why"]))
        return
    if not answer_lines(sys.stdin.buffer, sys.stdout.buffer, Question, answer):
        raise typer.Exit(1)


def _plain(out: dict[str, Any]) -> str:
    if out["outcome"] == "answer":
        return f"{out['text']}\n({out['article']}, {out['confidence']:.2f})"
    between = ", ".join(out["alternatives"])
    return f"{out['outcome']}: {between or '-'} ({out['confidence']:.2f})"


def _reasons(why: dict[str, Any]) -> str:
    """What decided, as lines for people."""
    lines = [
        f"{word['word']}: {word['way']}, read as {', '.join(word['read_as'])}"
        for word in why["words"]
    ]
    for one in why["candidates"]:
        spoke = ", ".join(f"{name} {value:+.2f}" for name, value in one["evidence"].items())
        nearest = one["nearest"]
        lines.append(f"{one['probability']:.2f}  {one['article']}  ({spoke})")
        if nearest["question"]:
            lines.append(f"      nearest: {nearest['question']!r}, likeness {nearest['likeness']}")
    if "needed" in why:
        needed = why["needed"]
        lines.append(f"{why['none']:.2f}  none of them")
        lines.append(
            f"answered from {needed['answer']:.2f}, "
            f"asked back from {needed['clarify']:.2f} for up to three together"
        )
    return "\n".join(lines)
