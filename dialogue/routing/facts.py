"""The finite facts that the decision tables look at."""

from __future__ import annotations

from typing import Literal

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
    deadline nor visibility: like cases alike.
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
