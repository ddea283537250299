"""Fits the gate: `python -m knowledge.calibrate [CONTENT]` writes calibration.json.

Each example question is asked of an index without it (in five parts), also misspelt. Of each
part some articles are left out whole, so that their questions lie outside the base; so do the
messages of `outside.yml`. Deterministic.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from knowledge.articles import Article
from knowledge.content import EXAMPLE, Content, load_content
from knowledge.evidence import CIRCUMSTANCES, FEATURES, Evidence, gather
from knowledge.index import build_index
from knowledge.yaml_lines import read

PARTS = 5
LEFT_OUT = 5  # every fifth article of a part
RIDGE = 0.5
_NEIGHBOURS = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Sample:
    """A message, the article that answers it (None: outside the base), and its evidence."""

    query: str
    standard: str
    article: str | None
    evidence: Evidence | None
    row: int  # of the right candidate; -1 when none of them is


def misspell(text: str, chance: random.Random) -> str:
    """One typing error in the longest words, as thumbs make them."""
    words = text.split()
    longest = sorted(range(len(words)), key=lambda i: -len(words[i]))[:2]
    for at in longest[: 1 + (len(words) > 5)]:
        word = words[at]
        if len(word) < 5:
            continue
        place = chance.randrange(1, len(word) - 1)
        kind = chance.randrange(4)
        if kind == 0:
            word = word[:place] + word[place + 1 :]
        elif kind == 1:
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif kind == 2:
            word = word[:place] + word[place] + word[place:]
        else:
            row = next((r for r in _NEIGHBOURS if word[place].lower() in r), None)
            if row:
                near = row[(row.index(word[place].lower()) + 1) % len(row)]
                word = word[:place] + near + word[place + 1 :]
        words[at] = word
    return " ".join(words)


def samples(content: Content) -> Iterator[Sample]:
    """Every sample of the calibration, in a fixed order."""
    outside = read(Path(__file__).with_name("outside.yml")).data["questions"]
    for part in range(PARTS):
        kept, asked = _part(content, part)
        index = build_index(kept, content.municipality)
        known = {id: number for number, id in enumerate(index.ids)}
        chance = random.Random(part)  # noqa: S311  (typing errors, not secrets)
        for article, question in asked:
            variants = [question]
            if crc32(question.encode()) % 3 == 0:
                variants.append(misspell(question, chance))
            for query in variants:
                evidence = gather(index, query)
                right = known.get(article.id)
                row = -1
                if evidence is not None and right in evidence.candidates:
                    row = evidence.candidates.index(right)
                named = article.id if right is not None else None
                yield Sample(query, article.standard, named, evidence, row)
        for number, query in enumerate(outside):
            if number % PARTS == part:
                yield Sample(str(query), "nb", None, gather(index, str(query)), -1)


def _part(content: Content, part: int) -> tuple[list[Article], list[tuple[Article, str]]]:
    """The articles of a part's index, and the questions that are asked of it."""
    kept: list[Article] = []
    asked: list[tuple[Article, str]] = []
    for article in content.articles.values():
        mine = [q for n, q in enumerate(article.questions) if n % PARTS == part]
        asked += [(article, question) for question in mine]
        if crc32(article.id.encode()) % LEFT_OUT != part:
            rest = tuple(q for n, q in enumerate(article.questions) if n % PARTS != part)
            kept.append(replace(article, questions=rest))
    return kept, asked


Matrix = npt.NDArray[np.float64]


def fit(found: Sequence[Sample]) -> tuple[Matrix, Matrix]:
    """Weights of features and circumstances: Newton's method on the conditional logit."""
    rows = [
        (one.evidence.features, one.evidence.circumstances, one.row)
        for one in found
        if one.evidence is not None
    ]
    size = len(FEATURES) + len(CIRCUMSTANCES)
    weights = np.zeros(size)
    for _ in range(40):
        gradient = -RIDGE * weights
        curvature = RIDGE * np.eye(size)
        for features, circumstances, right in rows:
            options = np.zeros((len(features) + 1, size))
            options[:-1, : len(FEATURES)] = features
            options[-1, len(FEATURES) :] = circumstances
            scores = options @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            mean = chances @ options
            gradient += options[right] - mean
            curvature += (options.T * chances) @ options - np.outer(mean, mean)
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights[: len(FEATURES)], weights[len(FEATURES) :]


PROMISE = 0.02  # answered at once and wrong, of all messages
CLARIFY, WORTH = 0.35, 0.04


def calibrate(content: Content) -> dict[str, object]:
    """The figures of calibration.json for this content."""
    found = list(samples(content))
    features, circumstances = fit(found)
    judged = []
    for one in found:
        if one.evidence is None:
            judged.append((0.0, one.article is None))
            continue
        scores = one.evidence.features @ features
        none = float(one.evidence.circumstances @ circumstances)
        best = int(scores.argmax())
        raised = np.exp(np.append(scores, none) - max(float(scores.max()), none))
        judged.append((float(raised[best] / raised.sum()), best == one.row))
    return {
        "candidate": _rounded(FEATURES, features),
        "none": _rounded(CIRCUMSTANCES, circumstances),
        "answer": _threshold(judged),
        "clarify": CLARIFY,
        "worth": WORTH,
        "samples": len(found),
        "articles": len(content.article_ids()),
    }


def _threshold(judged: Sequence[tuple[float, bool]]) -> float:
    """The lowest confidence from which on no more than PROMISE of all is answered wrongly."""
    wrong = sorted((confidence for confidence, right in judged if not right), reverse=True)
    allowed = int(PROMISE * len(judged))
    return round(wrong[allowed] + 0.0001, 4) if len(wrong) > allowed else 0.5


def _rounded(names: Sequence[str], weights: Matrix) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main(arguments: Sequence[str]) -> None:
    """Write calibration.json beside this file, for the content folder in `arguments`."""
    content = load_content(Path(arguments[0]) if arguments else EXAMPLE)
    figures = calibrate(content)
    path = Path(__file__).with_name("calibration.json")
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
