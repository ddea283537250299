"""Fits the gate: `python -m knowledge.calibrate [CONTENT] [MESSAGES.jsonl…]` writes
calibration.json. With `--check` nothing is written: it fails when the promise does not hold
for this content.

Each example question is asked of an index without it (in five parts), also misspelt. Of each
part some articles are left out whole, so that their questions lie outside the base; so do the
matters of `outside.yml`. Messages are labelled lines as `samsvar evaluate` reads them: they
are fitted to, too, and each is judged by weights that saw no message on its article, which
gives the threshold. Without messages it comes from the example questions. Deterministic.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

from knowledge.articles import Article
from knowledge.content import EXAMPLE, Content, load_content
from knowledge.evidence import CIRCUMSTANCES, FEATURES, VIEWS, gather
from knowledge.fitting import Matrix, Sample, fit, judged, table
from knowledge.gate import Calibration, shipped_calibration, weights_of
from knowledge.index import Index, build_index
from knowledge.outside import Topic, outside_of, shipped_topics
from knowledge.promise import ON_EXAMPLES, PROMISE, Judged, risk, threshold

PARTS = 5
ASKED = PARTS  # of how many the questions are asked; fewer is quicker (search_ablation.py)
LEFT_OUT = 5  # every fifth article of a part
FOLDS = 5  # of messages
MESSAGE_WEIGHT = 2.0  # beside an example question
LEFT_OUT_WEIGHT = 0.15  # a left-out article has closer neighbours than foreign matters have
CLARIFY = 0.45  # lower finds little more; 0.35 offered far-fetched choices (docs/search.md)
WORTH = 0.04
_NEIGHBOURS = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")


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
    rows: tuple[int, ...] = ()
    if evidence is not None and right in evidence.candidates:
        rows = (evidence.candidates.index(right),)
    return Sample(query, article, evidence, rows, index.articles, weight)


def messages(content: Content, lines: Iterable[str]) -> list[Sample]:
    """Labelled messages, asked of the whole base. An id that the base lacks is not right."""
    index = build_index(content.articles.values(), content.municipality)
    found = []
    for line in lines:
        asked = json.loads(line)
        accepted = {asked["article"], *asked.get("also", ())} - {None}
        if asked["article"] and not accepted & set(index.ids):
            continue  # the base has no such article
        evidence = gather(index, asked["q"])
        named = [index.ids[one] for one in evidence.candidates] if evidence else []
        rows = [
            row
            for row, id in enumerate(named)
            if id in accepted or (not asked["article"] and id.startswith("outside:"))
        ]
        found.append(
            Sample(
                asked["q"],
                asked["article"],
                evidence,
                tuple(rows),
                index.articles,
                MESSAGE_WEIGHT,
                none_too=not asked["article"],
            )
        )
    return found


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


def crossed(found: Sequence[Sample]) -> list[Judged]:
    """How each sample is answered, each half judged with weights from the other half."""
    halves = [[one for n, one in enumerate(found) if n // 2 % 2 == half] for half in (0, 1)]
    return [
        *judged(halves[0], fit(table(halves[1]))),
        *judged(halves[1], fit(table(halves[0]))),
    ]


def crossed_messages(found: Sequence[Sample], told: Sequence[Sample]) -> list[Judged]:
    """How each message is answered by weights that saw no message on its article."""
    result = []
    for fold in range(FOLDS):
        out = [one for one in told if _fold(one) == fold]
        rest = [one for one in told if _fold(one) != fold]
        result += judged(out, fit(table([*found, *rest])))
    return [replace(one, weight=1.0) for one in result]


def _fold(one: Sample) -> int:
    return crc32((one.article or one.query).encode()) % FOLDS


def holds(content: Content, calibration: Calibration) -> bool:
    """Whether ON_EXAMPLES holds when this content is answered with this calibration.

    As counted: the margin of CONFIDENCE was taken when the threshold was chosen.
    """
    found = judged(list(samples(content)), weights_of(calibration))
    wrong, total = risk(found, calibration.answer)
    return wrong <= ON_EXAMPLES * total


def calibrate(content: Content, lines: Sequence[str] = ()) -> dict[str, object]:
    """The figures of calibration.json for this content, and for messages if there are any."""
    found = list(samples(content))
    told = messages(content, lines)
    features, none = fit(table([*found, *told]))
    examples = judged(found, (features, none)) if told else crossed(found)
    figures = crossed_messages(found, told) if told else examples
    # Both must hold: messages are nearer to what people send, examples cover every article.
    answer = threshold(examples, ON_EXAMPLES)
    if told:
        answer = max(answer, threshold(figures, PROMISE))
    wrong, total = risk(figures, answer)
    wrong_examples, total_examples = risk(examples, answer)
    by_view = features.reshape(len(VIEWS), len(FEATURES))
    return {
        "candidate": {
            view: _rounded(FEATURES, row) for view, row in zip(VIEWS, by_view, strict=True)
        },
        "none": _rounded(CIRCUMSTANCES, none),
        "answer": answer,
        "clarify": CLARIFY,
        "worth": WORTH,
        "promise": PROMISE if told else ON_EXAMPLES,
        "wrong": round(wrong / total, 4),
        "right_at_once": round(_right_at_once(figures, told or found, answer), 4),
        "wrong_of_examples": round(wrong_examples / total_examples, 4),
        "samples": len(found),
        "messages": len(told),
        "articles": len(content.article_ids()),
    }


def _right_at_once(figures: Sequence[Judged], asked: Sequence[Sample], answer: float) -> float:
    """Of what the base answers, as much as is answered at once and rightly."""
    right = sum(one.right and one.confidence >= answer for one in figures)
    return right / max(1, sum(one.article is not None for one in asked))


def _rounded(names: Sequence[str], weights: Matrix) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def main(arguments: Sequence[str]) -> None:
    """Write calibration.json beside this file, for the content folder in `arguments`."""
    paths = [Path(one) for one in arguments if one != "--check"]
    folders = [one for one in paths if one.is_dir()]
    content = load_content(folders[0] if folders else EXAMPLE)
    if "--check" in arguments:
        if not holds(content, shipped_calibration()):
            sys.exit(
                f"More than {ON_EXAMPLES} of the questions would be answered wrongly.\n"
                "Mend: python -m knowledge.calibrate, and commit calibration.json."
            )
        return
    lines = [line for one in paths if one.is_file() for line in one.read_text("utf-8").splitlines()]
    figures = calibrate(content, lines)
    path = Path(__file__).with_name("calibration.json")
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
