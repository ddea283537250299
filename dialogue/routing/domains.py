"""Which values each fact can have, so that all cases can be counted through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args, get_type_hints

from dialogue.routing.facts import Facts
from knowledge.municipality import Municipality

Value = str | bool

UNKNOWN = "unknown"
"""The value of `service` (and of its owner and decider) when the service is not known."""

CHANNELS: tuple[Value, ...] = ("sms", "telegram", "other")
"""Channels that a row may name; each other channel counts as `other`."""

MAY_NEVER_MATTER = frozenset({"channel", "standard", "encounter"})
"""Facts that may decide neither unit, deadline nor visibility."""

SERVICE_ATTRIBUTES = ("service_known", "owner", "decider", "environment")
"""Facts that follow from `service`."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The values of each fact, and what follows from the service.

    `attributes[name][service]` is the value of a derived fact for a service id
    (or UNKNOWN).
    """

    values: Mapping[str, tuple[Value, ...]]
    attributes: Mapping[str, Mapping[Value, Value]]

    def attribute_values(self, name: str) -> tuple[Value, ...]:
        return tuple(sorted(set(self.attributes[name].values()), key=str))

    def services_with(self, name: str, wanted: frozenset[Value]) -> frozenset[Value]:
        """The services whose attribute `name` is among `wanted`."""
        return frozenset(
            service for service, value in self.attributes[name].items() if value in wanted
        )


def domains_of(municipality: Municipality) -> Domains:
    """The facts' values for this municipality, each read off the type of `Facts`."""
    values: dict[str, tuple[Value, ...]] = {}
    for fact, hint in get_type_hints(Facts).items():
        if hint is bool:
            values[fact] = (False, True)
        elif get_args(hint) and fact != "service":
            values[fact] = get_args(hint)
    services = municipality.services
    values["channel"] = CHANNELS
    values["service"] = (*services, UNKNOWN)
    return Domains(
        values,
        {
            "service_known": {**dict.fromkeys(services, True), UNKNOWN: False},
            "owner": {**{id: s.unit for id, s in services.items()}, UNKNOWN: UNKNOWN},
            "decider": {**{id: s.decider for id, s in services.items()}, UNKNOWN: UNKNOWN},
            "environment": {**{id: s.environment for id, s in services.items()}, UNKNOWN: False},
        },
    )
