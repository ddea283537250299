"""A rule, response or slot that is taken away from our flows is missed at once (a sample).

All of them: `python tests/support/flow_mutants.py --play`.
"""

import pytest
from flow_mutants import Mutant, told

SAMPLE = {
    Mutant("feedback", "rules", "The form is done and the feedback is filed or dropped", 1): (
        "forms.no-end"
    ),
    Mutant("feedback", "slots", "feedback_text"): "forms.unknown-slot",
    Mutant("feedback", "responses", "utter_which_service"): "actions.unknown-name",
    Mutant("rating", "slots", "low_rating"): "actions.unknown-name",
    Mutant("emergency", "responses", "utter_emergency_116111"): "actions.unknown-name",
    Mutant("service_words", "responses", "utter_introduction"): "actions.unknown-name",
    Mutant("service_words", "variation", "utter_introduction", 3): "responses.channel-uneven",
    Mutant("service_words", "variation", "utter_default", 1): "responses.standard-missing",
}


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda m: f"{m.kind}-{m.name}")
def test_what_is_taken_away_is_told(mutant: Mutant) -> None:
    assert SAMPLE[mutant] in told(mutant)[1]
