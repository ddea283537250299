"""A rule, response or slot that is taken away from our flows is missed at once (a sample).

All of them: `python tests/support/flow_mutants.py --play`.
"""

import pytest
from flow_mutants import Mutant, told

from dialogue.edition import load_flows
from dialogue.flows.unreadable.actions import WITH_TEXT

SAMPLE = {
    Mutant("feedback", "rules", "The form is done and the feedback is filed or dropped", 1): (
        "forms.no-end"
    ),
    Mutant("feedback", "slots", "feedback_text"): "forms.unknown-slot",
    Mutant("feedback", "responses", "utter_which_service"): "actions.unknown-name",
    Mutant("rating", "slots", "low_rating"): "actions.unknown-name",
    Mutant("service_words", "variation", "utter_default", 1): "responses.standard-missing",
}


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda m: f"{m.kind}-{m.name}")
def test_what_is_taken_away_is_told(mutant: Mutant) -> None:
    assert SAMPLE[mutant] in told(mutant)[1]


def test_what_an_action_names_by_a_variable_is_there() -> None:
    """The check cannot see these names; a danger would be told of another number."""
    numbers = ("110", "112", "113", "116006", "116111", "116117", "116123", "22591300")
    statuses = ("open", "answered", "closed", "withdrawn")
    wanted = {
        *(f"utter_emergency_{number}" for number in numbers),
        *(f"utter_ticket_status_{status}" for status in statuses),
        *(f"utter_other_language_{language}" for language in WITH_TEXT),
    }
    assert wanted <= set(load_flows()[0].responses)
