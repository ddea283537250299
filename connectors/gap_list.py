"""The gaps as editors see them: near-duplicates in groups, people counted, words cleaned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from dialogue.store.gaps import Asked
from knowledge.gap_draft import clean_line
from knowledge.index import Index
from knowledge.near_duplicates import group_alike
from knowledge.search import Found, search, why

LONGEST_SHOWN = 160  # characters
OUTSIDE = "outside:"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What some people asked for and did not get.

    `id` is made of the number of the first question, `people` counts conversations, and
    `nearest` is the article that search holds for nearest, with its probability.
    """

    id: str
    people: int
    messages: int
    first_at: datetime
    last_at: datetime
    standards: dict[str, int]
    reasons: dict[str, int]
    channels: dict[str, int]
    questions: tuple[str, ...]
    nearest: str | None
    nearest_confidence: float
    reported: tuple[str, ...]
    draft: str | None
    asked: tuple[Asked, ...]

    def plain(self) -> dict[str, Any]:
        """As values for JSON: no numbers that tell people apart."""
        names = [name for name in self.__struct_fields__ if name != "asked"]
        return {name: getattr(self, name) for name in names}


def list_gaps(asked: Sequence[Asked], index: Index) -> list[Gap]:
    """The groups, those of most people first. The same questions give the same list."""
    groups = group_alike([one.text for one in asked], index)
    found = [_gap([asked[place] for place in places], index) for places in groups]
    return sorted(found, key=lambda gap: (-gap.people, -gap.messages, int(gap.id[1:])))


def _gap(asked: list[Asked], index: Index) -> Gap:
    wordings = by_people(asked)
    nearest, confidence = _nearest(index, wordings[0])
    drafts = [one.draft for one in asked if one.draft]
    return Gap(
        id=f"G{min(one.number for one in asked)}",
        people=count_people(asked),
        messages=sum(one.count for one in asked),
        first_at=min(one.first_at for one in asked),
        last_at=max(one.last_at for one in asked),
        standards=_people_by(asked, "standard"),
        reasons=_people_by(asked, "reason"),
        channels=_people_by(asked, "channel"),
        questions=tuple(clean_line(text)[:LONGEST_SHOWN] for text in wordings),
        nearest=nearest,
        nearest_confidence=confidence,
        reported=tuple(
            sorted({one.article for one in asked if one.reason == "reported" and one.article})
        ),
        draft=drafts[-1] if drafts else None,
        asked=tuple(asked),
    )


def count_people(asked: Iterable[Asked]) -> int:
    """Different people. Those whose link is gone count as one together."""
    return len({one.person for one in asked})


def _people_by(asked: Sequence[Asked], name: str) -> dict[str, int]:
    values = sorted({str(getattr(one, name)) for one in asked})
    return {
        value: count_people(one for one in asked if str(getattr(one, name)) == value)
        for value in values
    }


def by_people(asked: Sequence[Asked]) -> list[str]:
    """The different wordings, those of most people first."""
    people: dict[str, set[int | None]] = {}
    for one in asked:
        people.setdefault(one.text, set()).add(one.person)
    order = {text: place for place, text in enumerate(people)}
    return sorted(people, key=lambda text: (-len(people[text]), order[text]))


def _nearest(index: Index, text: str) -> tuple[str | None, float]:
    candidates: Any = why(index, text)["candidates"]
    for one in candidates:
        if not str(one["article"]).startswith(OUTSIDE):
            return str(one["article"]), float(one["probability"])
    return None, 0.0


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a question gets when it is asked again."""

    asked: Asked
    outcome: Literal["answered", "asked_back", "handover", "still_wrong"]
    article: str | None
    alternatives: tuple[str, ...] = ()


def ask_again(asked: Sequence[Asked], index: Index) -> list[Replayed]:
    """Ask each question again. One that was answered wrongly must get another article."""
    found: dict[str, Found] = {}
    for one in asked:
        if one.text not in found:
            found[one.text] = search(index, one.text, one.standard)
    return [_replayed(one, found[one.text]) for one in asked]


def _replayed(asked: Asked, found: Found) -> Replayed:
    if found.outcome == "answer" and found.article is not None:
        wrong = asked.reason == "reported" and found.article == asked.article
        outcome: Any = "still_wrong" if wrong else "answered"
        return Replayed(asked=asked, outcome=outcome, article=found.article)
    outcome = "asked_back" if found.outcome == "clarify" else "handover"
    return Replayed(asked=asked, outcome=outcome, article=None, alternatives=found.alternatives)


def answering(replayed: Iterable[Replayed]) -> dict[str, list[Asked]]:
    """The questions that are answered now, by the article that does."""
    found: dict[str, list[Asked]] = {}
    for one in replayed:
        if one.outcome == "answered" and one.article is not None:
            found.setdefault(one.article, []).append(one.asked)
    return found


def articles_of(replayed: Iterable[Replayed]) -> list[str]:
    """The articles that answer now, the most frequent first."""
    counted = Counter(one.article for one in replayed if one.outcome == "answered" and one.article)
    return [article for article, _ in counted.most_common()]
