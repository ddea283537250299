"""From a text to the words that count: folded, read as one spelling, stemmed.

æ, ø, å and double letters are folded on both sides, because SMS leave them out; nn and
dialect are read as the nb form that `vocabulary.yml` gives. Nothing here is shown to people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from knowledge.stemming import load_stemmer
from knowledge.yaml_lines import read

_WORD = re.compile(r"[0-9]+|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INNER = re.compile(r"['’-]")
_LETTERS = str.maketrans("æøåäöéèêëòóôüáà", "eoaeoeeeeooouaa")
_DIGRAPHS = re.compile(r"aa|ae|oe")
_DIGRAPH = {"aa": "a", "ae": "e", "oe": "o"}
_DOUBLE = re.compile(r"([a-z])\1+")
_stem = load_stemmer()


_REMEMBERED = 8_192  # words; the rare ones are read anew


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """vocabulary.yml, folded: what to ignore, what is the same, what is related.

    `kept` are not folded: they are never ignored, though a function word folds to the same.
    `same_stems` is `same` by stems. `elements` may be parts of compounds, and of words of
    three letters only `short`. `hours` after a word of `asking` only asks when («kor tid»).
    `doubled` end in a double letter before folding (boss).
    """

    ignored: frozenset[str]
    kept: frozenset[str]
    same: dict[str, str]
    inside: tuple[tuple[re.Pattern[str], str], ...]
    any_inside: re.Pattern[str]
    same_stems: dict[str, str]
    related: dict[str, frozenset[str]]
    unsplit: frozenset[str]
    short: frozenset[str]
    elements: frozenset[str]
    doubled: frozenset[str]
    hours: frozenset[str]
    asking: frozenset[str]
    cues: dict[str, frozenset[str]]
    forms: tuple[tuple[re.Pattern[str], str], ...]


@lru_cache(maxsize=_REMEMBERED)
def fold(word: str) -> str:
    """A lower-case word without æ, ø, å and double letters.

    >>> fold("søppeldunk"), fold("soppeldunk"), fold("soeppeldunk")
    ('sopeldunk', 'sopeldunk', 'sopeldunk')
    """
    word = word.translate(_LETTERS)
    word = _DIGRAPHS.sub(lambda match: _DIGRAPH[match[0]], word)
    return _DOUBLE.sub(r"\1", word)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words that ship with Samsvar, read once."""
    data = read(Path(__file__).with_name("vocabulary.yml")).data
    same = {fold(form): fold(forms[0]) for forms in data["same"] for form in map(str, forms[1:])}
    inside = tuple(
        (re.compile(fold(form)), fold(forms[0]))
        for forms in data["inside"]
        for form in sorted(forms[1:], key=len, reverse=True)
        if fold(form) != fold(forms[0])
    )
    ignored = frozenset(fold(word) for word in str(data["ignored"]).split())
    kept_words = frozenset(str(data["kept"]).split())
    stems: dict[str, str] = {}
    for form, its in same.items():
        stems.setdefault(_stemmed(form), its)
    none: frozenset[str] = frozenset()
    any_inside = re.compile("|".join(form.pattern for form, _ in inside))
    kept = Vocabulary(
        ignored,
        kept_words,
        same,
        inside,
        any_inside,
        stems,
        {},
        none,
        none,
        none,
        none,
        none,
        none,
        {},
        (),
    )
    raw = [str(word) for key in ("same", "related") for group in data[key] for word in group]
    short = {fold(word) for word in str(data["short"]).split()}
    related: dict[str, set[str]] = {}
    for group in data["related"]:
        terms = {term(fold(str(word)), kept) for word in group}
        for one in terms:
            related.setdefault(one, set()).update(terms - {one})
    return replace(
        kept,
        related={word: frozenset(others) for word, others in related.items()},
        unsplit=frozenset(term(fold(word), kept) for word in str(data["unsplit"]).split()),
        short=frozenset(short),
        elements=frozenset(fold(word) for word in [*str(data["elements"]).split(), *raw]) - ignored,
        doubled=frozenset(fold(word) for word in raw if len(word) > 2 and word[-1] == word[-2]),
        hours=frozenset(map(fold, str(data["when"]["hours"]).split())),
        asking=frozenset(map(fold, str(data["when"]["asking"]).split())),
        cues={
            cue: frozenset(fold(w) for word in str(words).split() for w in [word.replace("-", "")])
            for cue, words in data["cues"].items()
        },
        forms=tuple((re.compile(pattern), its) for pattern, its in data["forms"]),
    )


def tokens(text: str) -> list[str]:
    """The words of a text, lower case and folded, in order, none left out."""
    return [fold(word) for word in spelled_words(text)]


def spelled_words(text: str) -> list[str]:
    """The words of a text as they are spelled, in lower case, in order."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word.isalnum():
            found.append(word)
            continue
        pieces = _INNER.split(word)
        found += ["".join(pieces)] if any(len(piece) < 3 for piece in pieces) else pieces
    return found


def content_words(text: str) -> list[str]:
    """The words of a text that say what it is about.

    >>> content_words("kor tid kjem bossbilen")
    ['bosbilen']
    >>> content_words("skulle ta med mat på skule")
    ['mat', 'skule']
    """
    return content_words_of(spelled_words(text))


def content_words_of(spoken: Sequence[str]) -> list[str]:
    """Of the words of a text (`spelled_words`), those that say what it is about, folded."""
    words, found = vocabulary(), []
    before = ""
    for spelled in spoken:
        word = fold(spelled)
        asks_when = word in words.hours and before in words.asking
        ignored = word in words.ignored and spelled not in words.kept
        if len(word) > 1 and not ignored and not asks_when:
            found.append(word)
        before = word
    return found


@lru_cache(maxsize=_REMEMBERED)
def canonical(word: str, words: Vocabulary | None = None) -> str:
    """The spelling as which a folded word is read.

    >>> canonical(fold("skuleskyssen")), canonical(fold("bosset"))
    ('skoleskysen', 'sopel')
    """
    words = words or vocabulary()
    word = words.same.get(word, word)
    if words.any_inside.search(word):
        for form, its in words.inside:
            if its not in word:
                word = form.sub(its, word)
    return words.same.get(word, word)


@lru_cache(maxsize=_REMEMBERED)
def term(word: str, words: Vocabulary | None = None) -> str:
    """The one form under which a folded word is counted.

    >>> term(fold("skulane")), term(fold("skolen")), term(fold("bosset"))
    ('skol', 'skol', 'sopel')
    """
    words = words or vocabulary()
    stem = _stemmed(canonical(word, words))
    return _stemmed(words.same_stems[stem]) if stem in words.same_stems else stem


def _stemmed(word: str) -> str:
    stem = str(_stem(word))
    # Folding has taken the double s that tells «plass» from a genitive: keep both.
    return word if word[len(stem) :] in ("s", "as") else stem


def dialect_forms(word: str) -> list[str]:
    """How a folded word may be spelt in writing, if it is a dialect form. Most are no words."""
    found = []
    for pattern, replacement in vocabulary().forms:
        form = pattern.sub(replacement, word)
        if form != word and len(form) > 2:
            found.append(_DOUBLE.sub(r"\1", form))
    return found


def grams(word: str) -> list[str]:
    """The character 3- and 4-grams of a word, with its edges marked by spaces."""
    padded = f" {word} "
    return [padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n + 1)]
