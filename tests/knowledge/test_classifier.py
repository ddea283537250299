"""The classifier: what it learns, and that it always learns the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from knowledge.content import Content
from knowledge.evidence import gather
from knowledge.index import Index, build_index
from knowledge.traits import traits_between, traits_of_word

ROOT = Path(__file__).parents[2]


def small(example: Content) -> Index:
    articles = [one for (id, _), one in example.articles.items() if id in ("sfo", "broyting")]
    return build_index(articles, example.municipality, {})


def test_the_same_is_learnt_every_time(example: Content) -> None:
    one, other = small(example).classifier, small(example).classifier
    assert np.array_equal(one.weights, other.weights)
    assert one.rows == other.rows
    assert one.weights.any()


LEARN = """
from knowledge.content import EXAMPLE, load_content
from knowledge.index import build_index
content = load_content(EXAMPLE)
articles = [one for (id, _), one in content.articles.items() if id in ("sfo", "broyting")]
print(build_index(articles, content.municipality, {}).classifier.weights.tobytes().hex())
"""


def test_the_same_is_learnt_whatever_the_order_of_sets() -> None:
    """Two processes with other seeds of hashing; a menu once changed its order by them."""
    learnt = {
        subprocess.run(
            [sys.executable, "-c", LEARN], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(learnt) == 1
    assert learnt != {""}


def test_both_standards_of_a_question_are_one_class(example: Content) -> None:
    index = small(example)
    for query in ("når blir vegen brøytt", "når blir veien brøytet", "ka kosta sfo"):
        evidence = gather(index, query)
        assert evidence is not None
        best = evidence.candidates[int(evidence.features[:, 4].argmax())]
        assert index.ids[best] == ("sfo" if "sfo" in query else "broyting")


def test_traits_hold_what_was_said_between_the_words(index: Index) -> None:
    readings = [one.reading for one in index.weighing.weigh(["prisen", "sfo"])]
    said = traits_between(["ka", "e", "prisen", "pa", "sfo"], readings)
    assert said != traits_between(["nar", "e", "prisen", "pa", "sfo"], readings)
    assert traits_of_word(readings[0]).keys().isdisjoint(said)
