"""Numbers that are never stored: national identity numbers, account and card numbers.

`mask` replaces them by one neutral mark. It goes by shape first and checksum second: a
mistyped identity number is as personal as a right one. Phone numbers, dates, prices and
ticket references stay. Health, children and threats are told by `understand`, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = "[***]"

# What people put between digits: spaces of every kind, punctuation, invisible characters.
_BETWEEN = (
    r"[\s.,\-/\\_:;*|'’()=‐‑‒–—−·•"
    r"\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufe0f\ufeff\u20e3]"
)
_SEQUENCE = re.compile(rf"\d(?:{_BETWEEN}{{0,3}}\d)*")
_DIGIT, _GROUP = re.compile(r"\d"), re.compile(r"\d+")
_PHONE_PREFIX = re.compile(
    r"(?:\+|\b00)47[ \u00a0]?(?:[2-9]\d{7}|\d{3} \d{2} \d{3}|\d{2}(?: \d{2}){3})(?!\d)"
)
_DATE_WITH_YEAR = re.compile(
    r"(?<!\d)(?:[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d|(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)"
)
_MONTHS = (
    r"(?:jan(?:uar)?|feb(?:ruar)?|mars?|apr(?:il)?|mai|juni?|juli?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|"
    r"okt(?:ober)?|nov(?:ember)?|des(?:ember)?)\.?"
)
_BIRTH = rf"[0-7]?\d(?:[.\-/ ]{{0,2}}\d\d?[.\-/ ]?|\.? ?{_MONTHS} ?)(?:19|20)?\d\d"
_NAMED = r"pers|fødsel|fodsel|fnr|pnr|p\.?nr|siste (?:fem|5)|fem siste|sifre"
_NUMBER_AFTER_DATE = re.compile(
    rf"(?<!\d)({_BIRTH})(\D{{0,25}}(?:{_NAMED})(?:\D|5(?!\d)){{0,20}}|\W{{1,3}})(\d{{5}}|"
    rf"\d{{3}} \d\d)(?!\d)"
    r"(?! ?(?:kr|,-))",
    re.IGNORECASE,
)
_NUMBER_BEFORE_DATE = re.compile(
    rf"\b((?:pers|fødsel|fodsel|fnr|pnr|p\.?nr)\D{{0,15}})(\d{{5}})(\D{{1,25}})({_BIRTH})(?!\d)",
    re.IGNORECASE,
)
# What is called an identity, account or card number is one, however it is grouped.
_CALLED = re.compile(
    rf"\b((?:f\.?nr|fødselsn\w*|fodselsn\w*|personn\w*|pers\.?nr|p\.?nr|d-?nummer|dnr|"
    rf"konto\w*)\D{{0,15}})"
    rf"(\d(?:{_BETWEEN}{{0,3}}\d){{10}})(?!\d)",
    re.IGNORECASE,
)
# An account number as abroad: the country, two check digits, and the account (ISO 13616).
_IBAN = re.compile(
    rf"(?<![A-Z0-9])(?:NO{_BETWEEN}?\d\d(?:{_BETWEEN}{{0,3}}\d){{11}}(?!\d)"
    r"|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9]))",
    re.IGNORECASE,
)
# American Express, whose last eleven digits may look like an identity number.
_FIFTEEN_DIGIT_CARD = re.compile(
    rf"(?<!\d)3[47]\d\d{_BETWEEN}{{0,3}}\d{{6}}{_BETWEEN}{{0,3}}\d{{5}}(?!\d)"
)
# Groupings in which identity and account numbers are commonly written.
_NATURAL = frozenset(
    {
        (11,),
        (6, 5),
        (2, 2, 2, 5),
        (6, 3, 2),
        (6, 2, 3),
        (2, 2, 2, 3, 2),
        (2, 2, 2, 2, 3),
        (3, 3, 3, 2),
        (2, 2, 2, 2, 2, 1),
        (4, 2, 5),
        (4, 7),
        (1,) * 11,
    }
)
_NATURAL_CARDS = frozenset(
    {
        (13,),
        (14,),
        (15,),
        (16,),
        (19,),
        (4, 4, 4, 4),
        (4, 6, 5),
        (4, 4, 4, 4, 3),
        (6, 10),
        (4, 4, 4, 1),
    }
)
_PHONE_SHAPES = ((8,), (3, 2, 3), (2, 2, 2, 2))
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def mask(text: str) -> str:
    """The text with identity, account and card numbers replaced by `[***]`.

    Idempotent. Sees through spaces, punctuation, full-width digits and letters around.

    >>> mask("fnr 010190 12345, ring 900 00 001")
    'fnr [***], ring 900 00 001'
    """
    if len(text) < 11 or len(_DIGIT.findall(text)) < 11:
        return text
    while True:
        masked = _mask_once(text)
        if masked == text:
            return text
        text = masked


def _mask_once(text: str) -> str:
    text = _IBAN.sub(_mask_iban, text)
    text = _FIFTEEN_DIGIT_CARD.sub(_mask_card, text)
    text = _NUMBER_AFTER_DATE.sub(_mask_split_number, text)
    kept = [match.span() for match in _PHONE_PREFIX.finditer(text)]
    spans: list[tuple[int, int]] = []
    for sequence in _SEQUENCE.finditer(text):
        start, end = sequence.span()
        spans.extend(_sensitive_spans(text, start, end, kept))
    for start, end in reversed(spans):
        text = text[:start] + MARK + text[end:]
    text = _NUMBER_BEFORE_DATE.sub(rf"\1{MARK}\3{MARK}", text)
    return _CALLED.sub(rf"\1{MARK}", text)


def _mask_iban(match: re.Match[str]) -> str:
    """A Norwegian one by its shape, another country's by its check digits (remainder 1 of 97)."""
    written = "".join(filter(str.isalnum, match.group().upper()))
    if written.startswith("NO") and written[2:].isdecimal() and len(written) == 15:
        return MARK
    value = "".join(str(int(character, 36)) for character in written[4:] + written[:4])
    return MARK if int(value) % 97 == 1 else match.group()


def _mask_card(match: re.Match[str]) -> str:
    return MARK if _passes_luhn("".join(_DIGIT.findall(match.group()))) else match.group()


def _mask_split_number(match: re.Match[str]) -> str:
    """A date of birth and a five-digit number after it, with or without words between."""
    date, between, _number = match.groups()
    parts = ["".join(str(int(c)) for c in part) for part in _GROUP.findall(date)]
    if len(parts) == 3:
        parts = [part.zfill(2) for part in parts]
    digits = "".join(parts)
    named = len(parts) == 2 and any(map(str.isalpha, date))  # «1. januar 1990»
    if not named and (len(digits) < 6 or not is_date_like(digits[:4] + digits[-2:])):
        return match.group()
    if any(character.isalpha() for character in between):
        return f"{MARK}{between}{MARK}"
    return MARK


def _sensitive_spans(
    text: str, start: int, end: int, kept: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    digits = ["".join(str(int(c)) for c in text[a:b]) for a, b in groups]
    first = 0
    while first < len(groups):
        last = _window(text, groups, digits, first, kept)
        if last is None:
            first += 1
            continue
        yield groups[first][0], groups[last][1]
        first = last + 1


def _window(
    text: str,
    groups: list[tuple[int, int]],
    digits: list[str],
    first: int,
    kept: list[tuple[int, int]],
) -> int | None:
    """The last group of a sensitive number that begins with group `first`, if there is one."""
    number = ""
    found: int | None = None
    for last in range(first, len(groups)):
        number += digits[last]
        if len(number) > 22:
            break
        if len(number) < 11:
            continue
        shape = tuple(len(group) for group in digits[first : last + 1])
        start, end = groups[first][0], groups[last][1]
        if any(start < b and a < end for a, b in kept) and not _is_identity_number(number):
            continue
        plus = start > 0 and text[start - 1] == "+"
        if found is not None and shape not in _NATURAL_CARDS and set(shape) != {1}:
            break  # what follows an identity number belongs to a card only if written as one
        if _is_sensitive(number, shape, text[start:end], plus):
            found = last
    return found


def _is_sensitive(number: str, shape: tuple[int, ...], written: str, after_plus: bool) -> bool:
    length = len(number)
    if length == 11:
        if _is_identity_number(number):
            return True
        if after_plus:
            return False
        if shape in _NATURAL:
            return shape in {(11,), (4, 2, 5)} or is_date_like(number) or _is_account(number)
        return _is_account(number) and not _begins_with_phone(shape)
    if length == 22 and len(shape) == 1:
        return is_date_like(number) and is_date_like(number[11:])
    return 13 <= length <= 19 and _is_card(number, shape, written)


def _is_card(number: str, shape: tuple[int, ...], written: str) -> bool:
    if not _passes_luhn(number):
        return False
    if number[0] in "23456789" and shape not in _NATURAL_CARDS and _begins_with_phone(shape):
        if shape == (8, 8) and len(written) > 17:  # «41111111, 22222222» are two phone numbers
            return False
        return set(shape) in ({2}, {8}) and number[0] in "3456"  # else two phone numbers
    rest = _DATE_WITH_YEAR.sub("", written, count=1)
    if rest != written:  # a date, then a phone number, a price or another date
        rest_digits = sum(map(str.isdecimal, _DATE_WITH_YEAR.sub("", rest)))
        return rest_digits > 8
    return True


def _begins_with_phone(shape: tuple[int, ...]) -> bool:
    return any(shape[: len(phone)] == phone for phone in _PHONE_SHAPES)


def is_date_like(number: str) -> bool:
    """Whether the first six digits can be a date in an identity number.

    Day +40: D-number. Month +40: H-number, +20/+60/+65/+80: synthetic test numbers.
    """
    day, month = int(number[:2]), int(number[2:4])
    return (1 <= day <= 31 or 41 <= day <= 71) and (1 <= month % 20 <= 12 or 66 <= month <= 77)


def _is_identity_number(number: str) -> bool:
    """Checksums as they are, and as they are from 2032 on (first remainder 0 to 3)."""
    if len(number) != 11 or not is_date_like(number):
        return False
    values = [int(digit) for digit in number]
    second = sum(weight * value for weight, value in zip(_SECOND_WEIGHTS, values, strict=False))
    if (second + values[10]) % 11:
        return False
    first = sum(weight * value for weight, value in zip(_FIRST_WEIGHTS, values, strict=False))
    return (first + values[9]) % 11 <= 3


def _is_account(number: str) -> bool:
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return sum(w * int(digit) for w, digit in zip(weights, number, strict=True)) % 11 == 0


def _passes_luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and total > 0
