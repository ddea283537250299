"""What is summed up once for a word gives what a message as a whole gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.index import Index
from knowledge.postings import places_of
from knowledge.support import GRAMS, TOLD, WORDS
from knowledge.weighing import Weighed
from knowledge.words import content_words

QUESTIONS = [
    json.loads(line)["q"]
    for line in (Path(__file__).parent / "dev_questions.jsonl").read_text("utf-8").splitlines()
][::10]


def _words(index: Index, question: str) -> list[Weighed]:
    return index.weighing.weigh(dict.fromkeys(content_words(question)))


def _plain(index: Index, words: list[Weighed]) -> np.ndarray:
    """Term by term: of a term that several words name the largest count, for each word its best."""
    plain = np.zeros((3, len(index.ids)))
    counts: dict[int, float] = {}
    for word in words:
        best = np.zeros(len(index.ids))
        for row, count in word.rows:
            counts[row] = max(count, counts.get(row, 0.0))
            run = slice(index.words.starts[row], index.words.starts[row + 1])
            documents = index.words.documents[run]
            best[documents] = np.maximum(best[documents], index.support._held[run] * count)
        plain[TOLD] += best * word.weight
        for gram in word.known:
            places, _ = places_of(index.ngrams.starts, np.array([gram]))
            plain[GRAMS][index.ngrams.articles[places]] += index.ngrams.weights[places]
    for row, count in counts.items():
        run = slice(index.words.starts[row], index.words.starts[row + 1])
        plain[WORDS][index.words.documents[run]] += index.words.weights[run] * count
    return plain


@pytest.mark.parametrize("question", ["søppel boss", "søppelbøtte bossdunk avfall", *QUESTIONS])
def test_words_support_documents_as_their_terms_do(index: Index, question: str) -> None:
    words = _words(index, question)
    first = index.support.of(words)
    assert np.allclose(first, _plain(index, words), rtol=1e-4, atol=1e-4)
    assert (index.support.of(words) == first).all()


def test_what_is_remembered_of_words_is_bounded(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.support, "_most", 5)
    index.support._seen.clear()
    for question in QUESTIONS:
        words = _words(index, question)
        first = index.support.of(words)
        assert len(index.support._seen) <= max(5, len(words))
        assert (index.support.of(words) == first).all()


def test_likeness_is_the_length_of_the_cosines_to_each_question(index: Index) -> None:
    words = _words(index, "når blir søppelet hentet")
    known = [gram for word in words for gram in word.known]
    each = [index.ngrams.questions.cosines(known, 3.0, [number]) for number in (3, 0, 7)]
    whole = index.ngrams.questions.likeness(known, 3.0, [3, 0, 7])
    assert np.allclose(whole, [np.sqrt((one * one).sum()) for one in each])
    assert sum(map(len, each)) == sum(map(index.ngrams.questions.count, (3, 0, 7)))


def test_a_question_is_most_like_itself(index: Index) -> None:
    for number, start in ((0, 0), (5, index.ngrams.questions.questions_from[5])):
        question = index.asked[start]
        words = _words(index, question)
        known = [gram for word in words for gram in word.known]
        length = sum(word.squares for word in words) ** 0.5
        if len(set(known)) == len(known):
            cosines = index.ngrams.questions.cosines(known, length, [number])
            assert cosines[0] == pytest.approx(1.0, abs=1e-5)
