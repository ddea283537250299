"""Who writes, whom it is about, and what must be handled with care."""

from __future__ import annotations

from intents.normalise import stem
from intents.reading import Reading
from intents.understood import About, Kind, Role, Sensitive

_ABOUT: tuple[About, ...] = ("director", "political", "leader", "employee", "unit")
# Services that only their users get: feedback on one of them in the first person is a user's.
_CARE = frozenset(
    {
        "hjemmesykepleie",
        "hjemmehjelp",
        "matlevering",
        "trygghet-i-hjemmet",
        "dagtilbud",
        "sykehjem",
        "korttidsopphold",
        "trygde-og-servicebolig",
        "personlig-assistent",
        "tilrettelagt-transport",
        "stottekontakt",
        "fysioterapi",
        "ergoterapi",
        "psykisk-helse",
        "sosialhjelp",
        "midlertidig-botilbud",
        "kommunal-bolig",
    }
)
_FEEDBACK = frozenset({"praise", "suggestion", "complaint", "deviation", "appeal"})


def find_role(reading: Reading, kind: Kind | None) -> Role | None:
    """Who writes, as far as the words show it. Never guessed from a name."""
    signs = reading.signs
    if "role guardian" in signs:
        return "guardian"
    if "role employee" in signs or _begins_with_work(reading):
        return "employee"
    relative = "role relative sure" in signs
    if not relative and kind != "concern":
        relative = "role relative" in signs
    if relative:
        return "relative"
    if "role user" in signs or (
        kind in _FEEDBACK and "first person" in signs and reading.service in _CARE
    ):
        return "user"
    return "resident" if "role resident" in signs else None


def find_about(reading: Reading, kind: Kind | None) -> About | None:
    """Whom or what feedback is about. A question is about nobody."""
    if kind not in _FEEDBACK:
        return None
    signs = reading.signs
    for about in _ABOUT:
        if f"about {about}" in signs:
            return about
    return "service"


def find_sensitive(reading: Reading, kind: Kind | None, danger: str | None) -> Sensitive:
    """Threats before children before health."""
    signs = reading.signs
    if danger in {"112", "116 006"} or "sensitive threat" in signs:
        return "child" if kind == "concern" else "threat"
    if kind == "concern" or danger == "116 111" or "sensitive child" in signs:
        return "child"
    if danger in {"113", "116 123", "22 59 13 00"} or "sensitive health" in signs:
        return "health"
    return "none"


def is_of_grown_up(reading: Reading) -> bool:
    """Whether it tells of a grown-up and of no child: worry about one is no child welfare."""
    if any(word.startswith(_CHILD) for word in reading.words):
        return False
    grown = not _GROWN_UP.isdisjoint(reading.words)
    return grown or any(
        word.isdecimal() and len(word) <= 3 and 18 <= int(word) <= 110
        for word, before, after in zip(
            reading.words, ["", *reading.words], [*reading.words[1:], ""], strict=False
        )
        if before in {"på", "er", "var", "over", "fyller"} or after in {"år", "åring"}
    )


def _begins_with_work(reading: Reading) -> bool:
    """«jobba på heimen og …»: without «I», as in a text message."""
    words = reading.words
    return len(words) > 3 and stem(words[0]) in {"job", "arbeid"} and words[1] in _AT


_AT = frozenset({"på", "i", "hos", "ved", "for", "natt", "som"})
_CHILD: tuple[str, ...] = (
    "barn",
    "unge",
    "ungan",
    "onge",
    "jent",
    "gut",
    "elev",
    "sønn",
    "son",
    "datter",
    "dotter",
)
_CHILD += ("baby", "nies", "nevø", "søsken", "småsøsken", "tenåring", "lillebror", "lillesøster")
_GROWN_UP = frozenset(
    {"eldre", "gammel", "gamal", "gamle", "pensjonist", "kollega", "kollegaen", "tante", "onkel"}
    | {"bestemor", "bestefar", "svigermor", "svigerfar", "oldemor", "oldefar", "gamlingen"}
)
