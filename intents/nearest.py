"""The examples nearest to a message: what the learnt model has seen that is most like it.

For people who ask why, not for deciding. Likeness is the share of rare words in common:
each stem counts by how few examples hold it.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import log
from typing import NamedTuple

from intents.danger import load_not_danger
from intents.examples import load_examples
from intents.model import LanguageModel
from intents.normalise import Forms, stem, tokenise

NOT_DANGER = "no danger"


class Near(NamedTuple):
    """An example, what it teaches, and how like the message it is, 0 to 1."""

    text: str
    label: str
    likeness: float


def nearest_examples(text: str, model: LanguageModel, most: int = 5) -> list[Near]:
    """The examples that share most with a text, likest first."""
    learnt, rarity = _learnt(_Known(model.forms, model.version))
    said = _stems(text, model.forms)
    weight = sum(rarity.get(word, _UNSEEN) for word in said)
    found: list[Near] = []
    for example, label, stems, own in learnt:
        shared = sum(rarity[word] for word in said & stems)
        if shared:
            found.append(Near(example, label, round(shared / (weight * own) ** 0.5, 2)))
    return sorted(found, key=lambda near: -near.likeness)[:most]


_UNSEEN = 8.0  # how much a word weighs that no example holds


class _Known(NamedTuple):
    """Forms compared by the model's version, so that examples are read once."""

    forms: Forms
    version: str

    def __hash__(self) -> int:
        return hash(self.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.version == self.version


@lru_cache(maxsize=1)
def _learnt(
    known: _Known,
) -> tuple[list[tuple[str, str, frozenset[str], float]], dict[str, float]]:
    texts = [(example.text, example.label) for example in load_examples()]
    texts += [(text, NOT_DANGER) for text in load_not_danger()]
    stems = [_stems(text, known.forms) for text, _ in texts]
    counts = Counter(word for said in stems for word in said)
    rarity = {word: log(len(texts) / count) for word, count in counts.items()}
    weighed = [
        (text, label, said, sum(rarity[word] for word in said) or 1.0)
        for (text, label), said in zip(texts, stems, strict=True)
    ]
    return weighed, rarity


def _stems(text: str, forms: Forms) -> frozenset[str]:
    return frozenset(
        stem(token.folded) for token in tokenise(text, forms) if token.text[0].isalnum()
    )
