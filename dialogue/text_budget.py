"""How long a text may become when it is said: its variables filled, its choices below."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.domain import Variation
from knowledge.gsm import septets, to_gsm7
from knowledge.municipality import Municipality

MOST_SEGMENTS = 2
MOST_SEPTETS = 306  # two segments of 153

_VARIABLE = re.compile(r"{([^{}\n]+)}")
_LONGEST = {
    "consent_code": 6,
    "consent_tries": 1,
    "consent_until": 21,  # torsdag 24. september
    "consent_answer_by": 21,
    "feedback_summary": 0,  # what is said of the matter is cut to what is left
    "forget_code": 6,
    "forget_tries": 1,
    "given_rating": 1,
    "rated_day": 21,
    "ticket_due": 21,
    "ticket_id": 8,  # S1234567
    "ticket_opening": 30,
    "ticket_text": 0,  # a unit's own words are as long as it writes them
}
_ANY = 40  # characters of a variable that is not told above: links, titles
_CHOICES = {
    # responses whose choices are made as they are said: three titles, with their numbers
    "utter_did_you_mean": 130,
    "utter_which_one": 130,
    "utter_which_question": 100,
    "utter_which_service": 130,
    "utter_wrong_answer_again": 130,
}


class Budget:
    """The longest that names of this municipality make a text."""

    def __init__(self, municipality: Municipality) -> None:
        units = _longest(n for unit in municipality.units.values() for n in unit.name.values())
        services = _longest(n for one in municipality.services.values() for n in one.name.values())
        self._longest = {
            **_LONGEST,
            "consent_unit": units,
            "municipality": septets(to_gsm7(municipality.name)),
            "objection_judge": units,
            "rated_service": services,
            "service_centre": units,
            "ticket_unit": units,
        }

    def septets(self, name: str, text: str, variation: Variation) -> int:
        """Characters of the SMS alphabet that a text of response `name` may cost."""
        bare = to_gsm7(_VARIABLE.sub("", text))
        variables = sum(self._longest.get(one, _ANY) for one in _VARIABLE.findall(text))
        titles = [str(button["title"]) for button in variation.content.get("buttons") or ()]
        choices = sum(len(f"\n{number} {title}") for number, title in enumerate(titles, start=1))
        return septets(bare) + variables + choices + _CHOICES.get(name, 0)


def _longest(names: Iterable[str]) -> int:
    return max((septets(to_gsm7(name)) for name in names), default=0)
