"""The language model of the example municipality, learnt once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents.model import LanguageModel, load_model
from knowledge.municipality_files import read_municipality

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def model(cache_home: Path) -> LanguageModel:
    municipality, _ = read_municipality(ROOT / "knowledge" / "example")
    assert municipality is not None
    return load_model(municipality, cache_home / "samsvar")
