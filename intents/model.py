"""Everything that understanding depends on, learnt once from examples and the municipality."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intents import classifier as learning
from intents.classifier import Classifier
from intents.cues import CUES, Lexicon, build_lexicon, load_patterns
from intents.examples import EXAMPLES, Example, load_examples
from intents.features import featurise, signs_for_classifier
from intents.normalise import Forms, load_forms, tokenise
from intents.services import Names, build_names, build_unit_names
from intents.written_standard import Weights, load_weights
from knowledge.municipality import Municipality

_ROOM = Path(__file__).parent
# Files whose change changes what is learnt.
_CODE = ("tokens.py", "normalise.py", "cues.py", "features.py", "classifier.py", "services.py")
# Makes the probabilities honest; fitted by cross-validation on the examples
# (tests/benchmarks/understand_evaluation.py --calibrate).
SHARPNESS = 1.2


@dataclass(frozen=True, slots=True)
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


def load_model(
    municipality: Municipality, cache: Path | None = None, questions: Iterable[str] = ()
) -> LanguageModel:
    """The model for a municipality; learnt from the examples, or read from `cache`.

    `questions` are further examples of questions, such as the articles' own. The file in
    the folder `cache` is named by a hash of all that it depends on, so a changed example
    is learnt anew. Raises ContentError if a data file of this room cannot be read.
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
    classifier = _read_cache(cache, version)
    if classifier is None:
        examples = load_examples(EXAMPLES)
        examples += [Example(text, "question", None, "nb") for text in questions]
        classifier = _learn(examples, forms, cues, emergency, services)
        _write_cache(cache, version, classifier)
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
    )


def _learn(
    examples: list[Example], forms: Forms, cues: Lexicon, emergency: Lexicon, services: Names
) -> Classifier:
    vectors = []
    for example in examples:
        tokens = tokenise(example.text, forms)
        signs = signs_for_classifier((*cues.find(tokens), *emergency.find(tokens)))
        vectors.append(featurise(tokens, signs, bool(services.find(tokens))))
    return learning.train(vectors, [example.label for example in examples], SHARPNESS)


def _version(services: Names, questions: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in [*sorted(_ROOM.rglob("*.yml")), *(_ROOM / name for name in _CODE)]:
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(repr((sorted(services.words.items()), sorted(services.phrases.items()))).encode())
    digest.update(repr(questions).encode("utf-8", "surrogatepass"))
    digest.update(f"{SHARPNESS}".encode())
    return digest.hexdigest()


def _read_cache(cache: Path | None, version: str) -> Classifier | None:
    if cache is None or not (path := _cached(cache, version)).exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Classifier(
                tuple(str(label) for label in stored["labels"]),
                stored["weights"],
                stored["biases"],
                SHARPNESS,
            )
    except (OSError, ValueError, KeyError, EOFError):
        return None  # half-written or foreign: learn anew and write it again


def _write_cache(cache: Path | None, version: str, classifier: Classifier) -> None:
    if cache is None:
        return
    path = _cached(cache, version)
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            np.savez(
                file,
                labels=np.array(classifier.labels),
                weights=classifier.weights,
                biases=classifier.biases,
            )
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)  # a cache that cannot be written costs only time


def _cached(cache: Path, version: str) -> Path:
    return cache / f"intents-{version[:32]}.npz"
