"""What `samsvar gaps` tells editors, in nb and nn."""

from __future__ import annotations

from collections.abc import Mapping

_Words = Mapping[str, Mapping[str, str]]

REASON: _Words = {
    "nb": {
        "handover": "ingen artikkel",
        "asked_back": "spurt tilbake, ingenting valgt",
        "unclear": "ingen av valgene",
        "reported": "meldt som feil",
    },
    "nn": {
        "handover": "ingen artikkel",
        "asked_back": "spurt attende, ingenting valt",
        "unclear": "ingen av vala",
        "reported": "meldt som feil",
    },
}
OUTCOME: _Words = {
    "nb": {
        "asked_back": "spørres tilbake",
        "handover": "ubesvart",
        "still_wrong": "får samme svar som før, og det var feil",
    },
    "nn": {
        "asked_back": "blir spurt attende",
        "handover": "utan svar",
        "still_wrong": "får same svar som før, og det var feil",
    },
}
_SAID: _Words = {
    "nb": {
        "one_person": "1 person",
        "people": "{count} personer",
        "one_message": "1 melding",
        "messages": "{count} meldinger",
        "until": "{first} til {last}",
        "more": "… og {count} andre måter å si det på",
        "wrong": "feil artikkel: {ids}",
        "nearest": "nærmeste artikkel: {id} ({confidence})",
        "draft": "utkast: {id}",
        "groups": "{count} grupper{hidden}.",
        "hidden": " ({count} er ikke vist: --limit)",
        "month": "{month}: {all} meldinger uten svar, av dem {reported} meldt som feil; "
        "{closed} har fått svar nå.",
        "answered": "{id}  {answered} av {people} personer får svar nå{by}",
        "by": " fra {ids}",
        "still": "fortsatt {outcome}{among}  «{question}»",
        "sum": "{done} av {total} meldinger ville fått svar nå; {kept}.",
        "kept": "ingenting er lukket (--dry-run)",
        "closed": "de er lukket",
    },
    "nn": {
        "one_person": "1 person",
        "people": "{count} personar",
        "one_message": "1 melding",
        "messages": "{count} meldingar",
        "until": "{first} til {last}",
        "more": "… og {count} andre måtar å seie det på",
        "wrong": "feil artikkel: {ids}",
        "nearest": "næraste artikkel: {id} ({confidence})",
        "draft": "utkast: {id}",
        "groups": "{count} grupper{hidden}.",
        "hidden": " ({count} er ikkje viste: --limit)",
        "month": "{month}: {all} meldingar utan svar, av dei {reported} melde som feil; "
        "{closed} har fått svar no.",
        "answered": "{id}  {answered} av {people} personar får svar no{by}",
        "by": " frå {ids}",
        "still": "framleis {outcome}{among}  «{question}»",
        "sum": "{done} av {total} meldingar ville fått svar no; {kept}.",
        "kept": "ingenting er lukka (--dry-run)",
        "closed": "dei er lukka",
    },
}


def say(key: str, standard: str, **values: object) -> str:
    """A text of the list in a written standard."""
    return _SAID[standard][key].format(**values)
