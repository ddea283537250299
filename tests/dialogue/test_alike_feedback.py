"""The same feedback becomes the same ticket, in whatever words, dialect, name and channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filing import filed

from dialogue.edition import Edition
from knowledge.yaml_lines import read

FAMILIES: list[dict[str, Any]] = read(Path(__file__).with_name("alike_feedback.yml")).data
OTHERS = {"sms": "telegram", "telegram": "sms"}


def test_there_are_families_enough() -> None:
    assert len(FAMILIES) >= 40
    assert all(len({*family["same"]}) >= 4 for family in FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["same"][0][:40])
def test_other_words_for_the_same_make_the_same_ticket(
    family: dict[str, Any], edition: Edition
) -> None:
    """Not the reply: «mor» says that a relative writes, a name does not."""
    channel, found = "sms", []
    for wording in family["same"]:
        found.append((wording, filed(edition, channel, wording)))
        channel = OTHERS[channel]
    first = family["same"][0]
    found.append((first, filed(edition, "telegram", first)))
    for wording, tickets in found:
        assert len(tickets) == 1, f"«{wording}» is filed once"
        [ticket] = tickets
        assert (ticket.unit, ticket.kind) == (family["unit"], family["kind"]), wording
        assert ticket.treatment == found[0][1][0].treatment, f"«{wording}» is as «{first}»"
