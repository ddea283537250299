"""Why a message was understood as it was: for `samsvar understand --why`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from intents.decision import decide_intent
from intents.emergency import find_danger
from intents.features import featurise, signs_for_classifier
from intents.model import LanguageModel
from intents.nearest import nearest_examples
from intents.parts import find_parts
from intents.reading import classify, read_text, sense_danger
from intents.sensitive import mask
from intents.tokens import MAX_UNDERSTOOD, clean
from intents.written_standard import find_standard


def explain(
    text: str,
    model: LanguageModel,
    *,
    expecting: Literal["rating", "choice"] | None = None,
    choices: Sequence[str] = (),
) -> dict[str, Any]:
    """What decided, as plain values: common forms, rule or model, cues, words that weighed most."""
    reading = read_text(clean(mask(text)[:MAX_UNDERSTOOD]), model)
    standard = find_standard(
        reading.text, reading.tokens, None, model.default_standard, model.standard_weights
    )
    danger = find_danger(reading, model, foreign=standard.standard == "other")
    parts = find_parts(reading, model)
    decision = decide_intent(
        reading, model, emergency=danger.number, expecting=expecting, choices=choices, parts=parts
    )
    labels = classify(reading, model) if reading.tokens else []
    best = labels[0][0] if labels else None
    sensed = sense_danger(reading, model)
    return {
        "common_forms": " ".join(token.folded for token in reading.tokens),
        "decided_by": decision.reason,
        "intent": decision.intent,
        "labels": {label: round(probability, 3) for label, probability in labels[:4]},
        "words": _weighing_words(text, model, best) if best else {},
        "cues": [f"{match.sign}: {match.written}" for match in reading.matches],
        "dangers": [f"{match.sign}: {match.written}" for match in reading.dangers],
        "danger": {
            "kind": sensed[0],
            "likely": round(sensed[1], 3),
            "number": danger.number,
            "possible": danger.possible,
        },
        "examples": [near._asdict() for near in nearest_examples(reading.text, model)],
        "services": {named.id: round(named.score, 2) for named in reading.services[:4]},
        "standard": {"standard": standard.standard, "score": round(standard.score, 2)},
        "parts": [reading.text[part.start : part.end] for part in parts],
    }


def _weighing_words(text: str, model: LanguageModel, label: str) -> dict[str, float]:
    """How much each word speaks for the label: the score lost when it is left out."""
    reading = read_text(clean(mask(text)[:MAX_UNDERSTOOD]), model)
    place = model.classifier.labels.index(label)

    def score(left_out: int | None) -> float:
        tokens = [token for number, token in enumerate(reading.tokens) if number != left_out]
        if not tokens:
            return 0.0
        vector = featurise(
            tokens,
            signs_for_classifier((*reading.matches, *reading.dangers)),
            bool(reading.services),
        )
        return float(np.asarray(model.classifier.scores(vector))[place])

    whole = score(None)
    lost = {
        token.text: round(whole - score(number), 2)
        for number, token in enumerate(reading.tokens[:40])
    }
    return dict(sorted(lost.items(), key=lambda pair: -abs(pair[1]))[:6])
