"""Everything that understanding depends on, learnt once from examples and the municipality."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents import classifier as learning
from intents.classifier import Classifier
from intents.cues import CUES, Lexicon, build_lexicon, load_patterns
from intents.cues import joined as joined_lexicon
from intents.danger import (
    NONE,
    WordKinds,
    danger_vector,
    load_not_danger,
    load_word_kinds,
    signs_of,
)
from intents.examples import EXAMPLES, Example, load_examples
from intents.features import featurise, forget_features, signs_for_classifier, words_of
from intents.normalise import Forms, load_forms, tokenise
from intents.scoring import MOST_WORDS, Known, Scorer, know
from intents.services import Names, build_names, build_unit_names
from intents.written_standard import Weights, load_weights
from knowledge.municipality import Municipality

_ROOM = Path(__file__).parent
# Files whose change changes what is learnt.
_CODE = (
    "tokens.py",
    "normalise.py",
    "cues.py",
    "features.py",
    "classifier.py",
    "services.py",
    "danger.py",
)
Learnt = tuple[Classifier, Classifier, Known]
# Makes the probabilities honest; fitted by cross-validation on the examples
# (tests/benchmarks/understand_evaluation.py --calibrate).
SHARPNESS = 1.2


@dataclass(frozen=True, slots=True, repr=False)
class LanguageModel:
    """Forms, cues, names and weights. Immutable; the same input gives the same model."""

    version: str
    default_standard: str
    forms: Forms
    emergency: Lexicon
    cues: Lexicon
    services: Names
    units: Names
    service_units: Mapping[str, str]
    standard_weights: Weights
    classifier: Classifier
    danger_words: WordKinds
    dangers: Classifier
    # Of the labels of the classifier, then of those of dangers, at once.
    scorer: Scorer
    foreign_dangers: Lexicon
    # The patterns of `cues`, then those of `emergency`, at once.
    patterns: Lexicon
    # Readings of short messages, by `intents.understand.hear`.
    heard: dict[tuple[str, str | None], object] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"LanguageModel({self.version})"  # all of it would be some megabytes


def load_model(
    municipality: Municipality,
    cache: Path | None = None,
    questions: Iterable[str] = (),
    learn_first: Callable[[], None] | None = None,
) -> LanguageModel:
    """The model for a municipality; learnt from the examples, or read from `cache`.

    `questions` are further examples of questions, such as the articles' own. The file in
    the folder `cache` is named by a hash of all that it depends on, so a changed example
    is learnt anew; `learn_first` may put it there. Raises ContentError if a data file of
    this room cannot be read.
    """
    forms = load_forms()
    patterns = [
        p for name in ("kinds", "people", "tone") for p in load_patterns(CUES / f"{name}.yml")
    ]
    cues = build_lexicon(patterns)
    emergency = build_lexicon(load_patterns(CUES / "emergency.yml"))
    services = build_names(municipality, forms)
    questions = tuple(questions)
    version = _version(services, questions)
    words = load_word_kinds()
    learnt = _read_cache(cache, version)
    if learnt is None and learn_first is not None:
        learn_first()
        learnt = _read_cache(cache, version)
    if learnt is None:
        examples = load_examples(EXAMPLES)
        examples += [Example(text, "question", None, "nb") for text in questions]
        learnt = _learn(examples, forms, cues, emergency, services, words)
        forget_features()
        _write_cache(cache, version, learnt)
    intents, dangers, known = learnt
    room = MOST_WORDS + len(known.words)
    classifier, dangers, both = learning.joined(intents, dangers, room)
    return LanguageModel(
        version=version[:16],
        default_standard=municipality.standard,
        forms=forms,
        emergency=emergency,
        cues=cues,
        services=services,
        units=build_unit_names(municipality, forms),
        service_units={service.id: service.unit for service in municipality.services.values()},
        standard_weights=load_weights(),
        classifier=classifier,
        danger_words=words,
        dangers=dangers,
        scorer=Scorer(both, known),
        foreign_dangers=build_lexicon(load_patterns(CUES / "emergency_languages.yml")),
        patterns=joined_lexicon(cues, emergency),
    )


def _learn(
    examples: list[Example],
    forms: Forms,
    cues: Lexicon,
    emergency: Lexicon,
    services: Names,
    words: WordKinds,
) -> Learnt:
    """The model of intents, that of dangers, and the words of both."""
    vectors, told, spoken = [], [], []
    texts = [example.text for example in examples] + load_not_danger()
    for text in texts:
        tokens = tokenise(text, forms)
        found = emergency.find(tokens)
        signs = signs_for_classifier((*cues.find(tokens), *found))
        vector = featurise(tokens, signs, bool(services.find(tokens)))
        vectors.append(vector)
        spoken += words_of(tokens)
        told.append(danger_vector(vector, words.find(tokens), signs_of(found)))
    kinds = [e.label.partition("/")[2] if e.intent == "emergency" else NONE for e in examples]
    kinds += [NONE] * (len(texts) - len(examples))
    labels = [example.label for example in examples]
    classifier = learning.train(vectors[: len(examples)], labels, SHARPNESS)
    dangers = learning.train(told, kinds)
    return classifier, dangers, know(spoken, learning.joined(classifier, dangers)[2])


def _version(services: Names, questions: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in [*sorted(_ROOM.rglob("*.yml")), *(_ROOM / name for name in _CODE)]:
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(repr((sorted(services.words.items()), sorted(services.phrases.items()))).encode())
    digest.update(repr(questions).encode("utf-8", "surrogatepass"))
    digest.update(f"{SHARPNESS}".encode())
    return digest.hexdigest()


def _read_cache(cache: Path | None, version: str) -> Learnt | None:
    if cache is None or not (path := _cached(cache, version)).exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            known = Known(
                tuple(stored["words"].tobytes().decode().split("\n")),
                *(stored[name] for name in Known._fields[1:]),
            )
            return _stored(stored, "", SHARPNESS), _stored(stored, "danger_", 1.0), known
    except (OSError, ValueError, KeyError, EOFError):
        return None  # half-written or foreign: learn anew and write it again


def _stored(stored: Mapping[str, NDArray[Any]], name: str, sharpness: float) -> Classifier:
    labels = tuple(str(label) for label in stored[name + "labels"])
    return Classifier(labels, stored[name + "weights"], stored[name + "biases"], sharpness)


def _write_cache(cache: Path | None, version: str, learnt: Learnt) -> None:
    if cache is None:
        return
    path = _cached(cache, version)
    unfinished = path.with_suffix(f".{os.getpid()}")
    arrays: dict[str, NDArray[Any]] = {}
    *two, known = learnt
    arrays.update(known._asdict(), words=np.frombuffer("\n".join(known.words).encode(), np.uint8))
    for name, classifier in zip(("", "danger_"), two, strict=True):
        arrays[name + "labels"] = np.array(classifier.labels)
        arrays[name + "weights"] = classifier.weights
        arrays[name + "biases"] = classifier.biases
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)  # a cache that cannot be written costs only time


def _cached(cache: Path, version: str) -> Path:
    return cache / f"intents-{version[:32]}.npz"
