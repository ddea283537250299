"""The classifier of a base, learnt from its texts."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.classifier import Classifier, Example, train
from knowledge.weighing import Weighing
from knowledge.words import content_words_of, fold, spelled_words

Text = tuple[str, int]
"""A text and the number of the document that it belongs to."""


def learn(texts: Sequence[Text], classes: int, weighing: Weighing) -> Classifier:
    """The classifier for these texts, as their words are read in a base."""
    return train([_example(text, label, weighing) for text, label in texts], classes)


def _example(text: str, label: int, weighing: Weighing) -> Example:
    said = spelled_words(text)
    words = dict.fromkeys(content_words_of(said))
    return [fold(word) for word in said], [one.reading for one in weighing.weigh(words)], label
