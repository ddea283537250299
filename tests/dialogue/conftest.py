"""What the tests of `decide` share."""

from __future__ import annotations

import pytest
from held import Held

from dialogue.edition import Edition


@pytest.fixture
def held(edition: Edition) -> Held:
    return Held(edition)
