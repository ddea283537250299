"""Fits the gate: `python -m knowledge.calibrate [CONTENT]` writes calibration.json.

With `--check` nothing is written: it fails when the promise does not hold for this content.

Each example question is asked of an index without it (in five parts), also misspelt. Of each
part some articles are left out whole, so that their questions lie outside the base; so do the
matters of `outside.yml`. Deterministic.
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
from knowledge.evidence import CIRCUMSTANCES, FEATURES, VIEWS, Evidence, gather
from knowledge.gate import Calibration, shipped_calibration, softmax, weights_of
from knowledge.index import Index, build_index
from knowledge.outside import Topic, outside_of, shipped_topics
from knowledge.promise import PROMISE, Judged, risk, threshold

PARTS = 5
ASKED = PARTS  # of how many the questions are asked; fewer is quicker (search_ablation.py)
LEFT_OUT = 5  # every fifth article of a part
LEFT_OUT_WEIGHT = 0.15  # a left-out article has closer neighbours than foreign matters have
RIDGE = 0.5
CLARIFY = 0.45  # lower finds little more; 0.35 offered far-fetched choices (docs/search.md)
WORTH = 0.04
_NEIGHBOURS = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Sample:
    """A message, the article that answers it (None: outside the base), and its evidence."""

    query: str
    article: str | None
    evidence: Evidence | None
    row: int  # of the right candidate (article or topic outside); -1 when none of them is
    articles: int  # candidates below this number are articles
    weight: float


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
    topics = outside_of(content.articles.values(), shipped_topics())
    for part in range(ASKED):
        kept, asked = _part(content, part)
        kept_topics, asked_outside = _part_outside(topics, part)
        index = build_index(kept, content.municipality, kept_topics)
        known = {id: number for number, id in enumerate(index.ids)}
        chance = random.Random(part)  # noqa: S311  (typing errors, not secrets)
        for article, question, unseen in asked:
            variants = [question] if unseen else []
            if not unseen or crc32(question.encode()) % 3 == 0:
                variants.append(misspell(question, chance))
            named = article.id if article.id in known else None
            weight = 1.0 if named else LEFT_OUT_WEIGHT
            for query in variants:
                yield _sample(index, query, named, known.get(article.id), weight)
        for topic, question in asked_outside:
            yield _sample(index, question, None, known.get(f"outside:{topic}"), 1.0)


def _sample(
    index: Index, query: str, article: str | None, right: int | None, weight: float
) -> Sample:
    evidence = gather(index, query)
    row = -1
    if evidence is not None and right in evidence.candidates:
        row = evidence.candidates.index(right)
    return Sample(query, article, evidence, row, index.articles, weight)


def _part(content: Content, part: int) -> tuple[list[Article], list[tuple[Article, str, bool]]]:
    """The articles of a part's index; the questions that are asked of it, and if it lacks them."""
    kept: list[Article] = []
    asked: list[tuple[Article, str, bool]] = []
    for article in content.articles.values():
        out = {n for n in range(part, len(article.questions), PARTS) if _is_out(article, n)}
        asked += [(article, article.questions[n], True) for n in sorted(out)]
        # Now and then a person writes what is an example already, only misspelt.
        present = range(part, len(article.questions), 3 * PARTS)
        asked += [(article, article.questions[n], False) for n in present if n not in out]
        if crc32(article.id.encode()) % LEFT_OUT != part:
            rest = tuple(q for n, q in enumerate(article.questions) if n not in out)
            kept.append(replace(article, questions=rest))
    return kept, asked


def _is_out(article: Article, number: int) -> bool:
    """Whether a question is left out in this standard: in half of the cases in one only.

    Its twin then stays, as a paraphrase would.
    """
    choice = crc32(f"{article.id} {number}".encode()) % 4
    return choice < 2 or ("nb", "nn")[choice - 2] == article.standard


def _part_outside(
    topics: dict[str, Topic], part: int
) -> tuple[dict[str, Topic], list[tuple[str, str]]]:
    """The same for what lies outside the base: some topics are left out whole here, too."""
    kept: dict[str, Topic] = {}
    asked: list[tuple[str, str]] = []
    for name, topic in topics.items():
        asked += [(name, q) for n, q in enumerate(topic.questions) if n % PARTS == part]
        if crc32(name.encode()) % LEFT_OUT != part:
            rest = tuple(q for n, q in enumerate(topic.questions) if n % PARTS != part)
            kept[name] = Topic(rest)
    return kept, asked


Matrix = npt.NDArray[np.float64]


def fit(found: Sequence[Sample]) -> tuple[Matrix, Matrix]:
    """Weights of features and circumstances: Newton's method on the conditional logit.

    No evidence may speak against its own article: a weight that would be negative is set to
    zero and the others are fitted again.
    """
    wide = len(FEATURES) * len(VIEWS)
    free = np.ones(wide + len(CIRCUMSTANCES), bool)
    weights = np.zeros(len(free))
    while True:
        weights = _newton(found, free, weights)
        negative = np.nonzero(weights[:wide] < 0)[0]
        if not len(negative):
            return weights[:wide], weights[wide:]
        free[negative] = False
        weights[negative] = 0.0


def _newton(found: Sequence[Sample], free: npt.NDArray[np.bool_], weights: Matrix) -> Matrix:
    wide = len(FEATURES) * len(VIEWS)
    for _ in range(60):
        gradient = -RIDGE * weights
        curvature = RIDGE * np.eye(len(weights))
        for one in found:
            if one.evidence is None:
                continue
            options = np.zeros((len(one.evidence.candidates) + 1, len(weights)))
            options[:-1, :wide] = one.evidence.features
            options[-1, wide:] = one.evidence.circumstances
            chances = softmax(options @ weights)
            mean = chances @ options
            gradient += one.weight * (options[one.row] - mean)
            curvature += one.weight * ((options.T * chances) @ options - np.outer(mean, mean))
        step = np.zeros(len(weights))
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-9))
        if float(np.abs(step).max()) < 1e-4:
            break
    return weights


def judged(found: Sequence[Sample], features: Matrix, none: Matrix) -> list[Judged]:
    """How each sample would be answered with these weights."""
    result = []
    for one in found:
        if one.evidence is None:
            result.append(Judged(0.0, False, one.weight))
            continue
        chances = softmax(
            np.append(one.evidence.features @ features, one.evidence.circumstances @ none)
        )
        numbers = np.array(one.evidence.candidates)
        answerable = np.where(numbers < one.articles, chances[:-1], 0.0)
        best = int(answerable.argmax())
        result.append(Judged(float(answerable[best]), best == one.row, one.weight))
    return result


def crossed(found: Sequence[Sample]) -> list[Judged]:
    """The same, each half of the samples judged with weights from the other half."""
    halves = [[one for n, one in enumerate(found) if n // 2 % 2 == half] for half in (0, 1)]
    return [
        *judged(halves[0], *fit(halves[1])),
        *judged(halves[1], *fit(halves[0])),
    ]


def holds(content: Content, calibration: Calibration) -> bool:
    """Whether PROMISE holds when this content is answered with this calibration.

    As counted: the margin of CONFIDENCE was taken when the threshold was chosen.
    """
    found = judged(list(samples(content)), *weights_of(calibration))
    wrong, total = risk(found, calibration.answer)
    return wrong <= PROMISE * total


def calibrate(content: Content) -> dict[str, object]:
    """The figures of calibration.json for this content."""
    found = list(samples(content))
    features, none = fit(found)
    found_crossed = crossed(found)
    answer = threshold(found_crossed)
    wrong, total = risk(found_crossed, answer)
    by_view = features.reshape(len(VIEWS), len(FEATURES))
    return {
        "candidate": {
            view: _rounded(FEATURES, row) for view, row in zip(VIEWS, by_view, strict=True)
        },
        "none": _rounded(CIRCUMSTANCES, none),
        "answer": answer,
        "clarify": CLARIFY,
        "worth": WORTH,
        "promise": PROMISE,
        "wrong": round(wrong / total, 4),
        "samples": len(found),
        "articles": len(content.article_ids()),
    }


def _rounded(names: Sequence[str], weights: Matrix) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main(arguments: Sequence[str]) -> None:
    """Write calibration.json beside this file, for the content folder in `arguments`."""
    folders = [one for one in arguments if one != "--check"]
    content = load_content(Path(folders[0]) if folders else EXAMPLE)
    if "--check" in arguments:
        if not holds(content, shipped_calibration()):
            sys.exit(
                f"More than {PROMISE} of the questions would be answered wrongly.\n"
                "Mend: python -m knowledge.calibrate, and commit calibration.json."
            )
        return
    figures = calibrate(content)
    path = Path(__file__).with_name("calibration.json")
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
