"""The finite facts that the decision tables look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Who = Literal["user", "relative", "guardian", "employee", "resident", "other"]
Kind = Literal[
    "praise", "suggestion", "complaint", "appeal", "deviation", "access", "concern", "question"
]
About = Literal["service", "employee", "leader", "unit", "director", "political"]
Tie = Literal["none", "auto", "took_part", "superior", "doubt"]
Consent = Literal["none", "stated", "documented"]
Sensitive = Literal["none", "health", "child", "threat"]
AgeGroup = Literal["adult", "16-17", "12-15", "under-12"]


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case, as the rules see it. `service` is a service id, None when unknown.

    `channel`, `standard` and `encounter` are known but may decide neither unit,
    deadline nor visibility: like cases alike. `tie` is the tie of the handler, which
    is the unit's leader until the unit says otherwise. `urgent`: waiting does harm.
    `acute`: life or health is in danger now. `objection`: the person holds the
    handler to be partial. `low_rating`: a rating of 1-2 whose writer wants contact.
    """

    kind: Kind
    who: Who = "other"
    service: str | None = None
    about: About = "service"
    tie: Tie = "none"
    consent: Consent = "none"
    anonymous: bool = False
    sensitive: Sensitive = "none"
    age_group: AgeGroup = "adult"
    urgent: bool = False
    office_hours: bool = True
    channel: str = "sms"
    standard: Literal["nb", "nn"] = "nb"
    encounter: bool = False
    objection: bool = False
    acute: bool = False
    low_rating: bool = False


def read_facts(plain: Mapping[str, Any], services: Mapping[str, object] | None = None) -> Facts:
    """Facts from plain values (JSON). Raises ValueError that names what is wrong.

    With `services` (by id), a service that the municipality does not have is a fault.
    """
    try:
        facts = msgspec.convert(dict(plain), Facts)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    if services is not None and facts.service is not None and facts.service not in services:
        raise ValueError(f"unknown service «{facts.service}»")
    return facts
