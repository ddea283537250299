"""What is made fast reads as the plain way does: patterns, scores, and what is skipped."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.cues import Lexicon, Match, _follow
from intents.entities import (
    _CLOCK,
    _CONTACT,
    _CONTACT_PIECES,
    _TIME_PIECES,
    _TIME_WORDS,
    _UNUSUAL,
    _holds,
)
from intents.examples import load_examples
from intents.features import featurise, signs_for_classifier
from intents.model import LanguageModel
from intents.normalise import tokenise
from intents.reading import read_text
from intents.tokens import Token, clean
from intents.understand import understand

EXAMPLES = [example.text for example in load_examples()]
# Beside the examples: several sentences, odd letters, long words, the same word again.
ODD = ["", "?", "x" * 90, "ææå " * 40, "ſvar meg ı dag", "Ring meg kl 12.30 i morgen!", "S12 ja 👍"]
pieces = st.lists(st.sampled_from(EXAMPLES), max_size=3)
texts = st.one_of(st.text(max_size=60), pieces.map(". ".join))


def _plain_scores(text: str, model: LanguageModel) -> tuple[np.ndarray, np.ndarray]:
    """Of labels and of dangers, as the examples were learnt."""
    reading = read_text(clean(text), model)
    signs = signs_for_classifier((*reading.matches, *reading.dangers))
    vector = featurise(reading.tokens, signs, bool(reading.services))
    sharpness = np.float32(model.classifier.sharpness)
    return model.classifier.scores(vector) * sharpness, model.dangers.scores(vector)


def _plain_matches(lexicon: Lexicon, tokens: list[Token]) -> list[Match]:
    """Each pattern followed from each word."""
    words = [token.folded for token in tokens]
    found = []
    for pattern in lexicon.patterns:
        for first, word in enumerate(words):
            if not pattern.elements[0].fits(word):
                continue
            after = _follow(pattern.elements, 1, words, first + 1)
            if after is not None:
                found.append(Match(pattern.sign, pattern.written, first, after))
                break
    return found


def _check(text: str, model: LanguageModel) -> None:
    reading = read_text(clean(text), model)
    labels, dangers = _plain_scores(text, model)
    assert np.abs(reading.scores - labels).max() < 5e-5
    assert np.abs(reading.danger_scores - dangers).max() < 5e-5
    tokens = tokenise(clean(text), model.forms)
    for lexicon in (model.cues, model.emergency, model.foreign_dangers):
        assert sorted(lexicon.find(tokens)) == sorted(_plain_matches(lexicon, tokens))
    lowered = text.lower()
    if not _UNUSUAL.search(text):
        assert _holds(lowered, _TIME_PIECES) or not _TIME_WORDS.search(text)
        assert _holds(lowered, _CONTACT_PIECES) or not _CONTACT.search(text)
        assert "kl" in lowered or any(map(str.isdecimal, text)) or not _CLOCK.search(text)


@pytest.mark.parametrize("text", ODD)
def test_odd_messages_are_read_as_the_plain_way_reads_them(text: str, model: LanguageModel) -> None:
    _check(text, model)


def test_examples_are_read_as_the_plain_way_reads_them(model: LanguageModel) -> None:
    for text in EXAMPLES[::40]:
        _check(text, model)


@settings(max_examples=30, deadline=None)
@given(text=texts)
def test_any_message_is_read_as_the_plain_way_reads_it(text: str, model: LanguageModel) -> None:
    _check(text, model)


def test_threads_read_alike(model: LanguageModel) -> None:
    plain = [read_text(text, model).scores.tolist() for text in EXAMPLES[:60]]
    others: list[list[list[float]]] = []

    def read() -> None:
        others.append([read_text(text, model).scores.tolist() for text in EXAMPLES[:60]])

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == [plain] * 3


def test_a_short_message_read_before_is_understood_alike(model: LanguageModel) -> None:
    for text in ("4", "ja", "takk", "nei takk", "Hei!", "4"):
        for standard in (None, "nb", "nn"):
            model.heard.clear()
            first = understand(text, model, expecting="rating", known_standard=standard)
            assert understand(text, model, expecting="rating", known_standard=standard) == first
            assert list(model.heard) == [(text, standard)]


@pytest.mark.parametrize("text", ["90000001", "ring 90 00 00 01", "Når blir vegen vår brøytt?"])
def test_numbers_and_longer_messages_are_not_remembered(text: str, model: LanguageModel) -> None:
    model.heard.clear()
    understand(text, model)
    assert not model.heard
