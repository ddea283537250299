"""The example municipality and its rule set, loaded once."""

from __future__ import annotations

import pytest

from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality import Municipality
from knowledge.municipality_files import read_municipality


@pytest.fixture(scope="session")
def municipality() -> Municipality:
    found, problems = read_municipality(EXAMPLE)
    assert found is not None, problems
    return found


@pytest.fixture(scope="session")
def rules(municipality: Municipality) -> RuleSet:
    return load_rules(EXAMPLE, municipality)
