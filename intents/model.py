"""Everything that understanding depends on, learnt once from examples and the municipality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intents.cues import CUES, Lexicon, build_lexicon, load_patterns
from intents.normalise import Forms, load_forms
from intents.services import Names, build_names, build_unit_names
from knowledge.municipality import Municipality


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
    standard_weights: Mapping[str, float]


def load_model(municipality: Municipality, cache: Path | None = None) -> LanguageModel:
    """Load the model, from `cache` when it was made before from the same files."""
    forms = load_forms()
    patterns = [p for name in ("kinds", "people") for p in load_patterns(CUES / f"{name}.yml")]
    return LanguageModel(
        version="",
        default_standard=municipality.standard,
        forms=forms,
        emergency=build_lexicon(load_patterns(CUES / "emergency.yml")),
        cues=build_lexicon(patterns),
        services=build_names(municipality, forms),
        units=build_unit_names(municipality, forms),
        service_units={service.id: service.unit for service in municipality.services.values()},
        standard_weights={},
    )
