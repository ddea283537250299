"""One common form for dialect, SMS spelling and both written standards.

Only understanding compares these forms; nobody ever reads them, and the message itself
is not changed. The forms are data, in `normalising.yml`. Numbers and unknown words
(and so names) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from intents.tokens import Token, repeats_letters, shorten_repeats, split_words
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import read

NORMALISING = Path(__file__).with_name("normalising.yml")
# How people write when the telephone has no æ, ø, å.
_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})
_DOUBLED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
# Below this a form without æ, ø, å is another word too often («for» for «før»).
_SHORTEST_PLAIN = 4


@dataclass(frozen=True, slots=True)
class Forms:
    """Other form → common form, for one word and for several in a row (by the first word)."""

    words: Mapping[str, str]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


def load_forms(path: Path = NORMALISING) -> Forms:
    """Read the forms. Raises ContentError ([normalising.form-twice]) with the lines."""
    document = read(path)
    words: dict[str, str] = {}
    problems: list[Problem] = []
    for common, others in document.data["words"].items():
        for other in others:
            if words.setdefault(str(other), common) != common or other == common:
                problems.append(
                    Problem(
                        path.name,
                        document.line("words", common),
                        "normalising.form-twice",
                        f"«{other}» stands under both «{words[str(other)]}» and «{common}»",
                        mend="keep it where people most often mean it.",
                    )
                )
    if problems:
        raise ContentError(problems)
    _add_plain_spellings(words, set(document.data["words"]))
    phrases = {common: list(others) for common, others in document.data["phrases"].items()}
    for verb in document.data.get("verbs after I", ()):
        phrases.setdefault(f"jeg {words.get(verb, verb)}", []).append(f"e {verb}")
    return Forms(words, _phrases(phrases))


def _add_plain_spellings(words: dict[str, str], commons: set[str]) -> None:
    for form, common in [*words.items(), *((common, common) for common in commons)]:
        for table in (_PLAIN, _DOUBLED):
            plain = form.translate(table)
            if plain != form and len(plain) >= _SHORTEST_PLAIN and plain not in commons:
                words.setdefault(plain, common)


def _phrases(data: dict[str, Any]) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for common, others in data.items():
        for other in others:
            first, *rest = other.split()
            phrases.setdefault(first, []).append((tuple(rest), common))
    return {
        first: tuple(sorted(found, key=lambda phrase: -len(phrase[0])))
        for first, found in phrases.items()
    }


def fold(word: str, forms: Forms) -> str:
    """The common form of one lower-case word."""
    common = forms.words.get(word)
    if common is not None:
        return common
    if len(word) > 2 and word.isalpha():
        shorter = shorten_repeats(word)
        if shorter != word:
            return forms.words.get(shorter) or forms.words.get(_once(shorter)) or shorter
    return word


def _once(word: str) -> str:
    return "".join(c for place, c in enumerate(word) if place == 0 or c != word[place - 1])


def tokenise(text: str, forms: Forms) -> list[Token]:
    """The words of a text with their common forms and places."""
    found = split_words(text)
    tokens: list[Token] = []
    words, phrases = forms.words, forms.phrases
    repeated = repeats_letters(text.lower())
    place = 0
    while place < len(found):
        word, start, end = found[place]
        if word in phrases:
            step, common = _phrase_at(found, place, forms)
            if step:
                tokens += _of_phrase(found[place : place + step], common.split())
                place += step
                continue
        folded = fold(word, forms) if repeated else words.get(word, word)
        tokens.append(Token(word, folded, start, end))
        place += 1
    return tokens


def _phrase_at(found: list[tuple[str, int, int]], place: int, forms: Forms) -> tuple[int, str]:
    for rest, common in forms.phrases.get(found[place][0], ()):
        following = found[place + 1 : place + 1 + len(rest)]
        if tuple(word for word, _, _ in following) == rest:
            return 1 + len(rest), common
    return 0, ""


def _of_phrase(found: list[tuple[str, int, int]], commons: list[str]) -> list[Token]:
    """Tokens of several words with one common form: each its own where there are as many."""
    if len(commons) == len(found):
        return [
            Token(word, common, start, end)
            for (word, start, end), common in zip(found, commons, strict=True)
        ]
    start, end = found[0][1], found[-1][2]
    return [Token(found[0][0], common, start, end) for common in commons]


def normalise(text: str, forms: Forms) -> str:
    """The text in common forms, lower case, one space between words."""
    return " ".join(token.folded for token in tokenise(text, forms))


_ENDINGS = (
    "ande",
    "ende",
    "ane",
    "ene",
    "ast",
    "ar",
    "er",
    "en",
    "et",
    "es",
    "a",
    "e",
    "å",
    "o",
    "r",
)


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """A word without its ending: what the standards and the dialects bend differently.

    >>> stem("ligge") == stem("ligger") == stem("ligg")
    True
    """
    if len(word) > 3:
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word[: -len(ending)]
                break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
