"""Sensitive numbers never pass `mask`; ordinary ones always do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.sensitive import MARK, mask

SEPARATORS = st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2009", " - ", "/", "\u200b", "–"])
FIRST, SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """Ordinary, D-, H- and synthetic numbers, by the rule of today and that of 2032."""
    day = draw(st.integers(1, 28)) + draw(st.sampled_from([0, 40]))
    month = draw(st.integers(1, 12)) + draw(st.sampled_from([0, 40, 80]))
    year, individual = draw(st.integers(0, 99)), draw(st.integers(0, 999))
    nine = [int(d) for d in f"{day:02}{month:02}{year:02}{individual:03}"]
    first = -sum(w * d for w, d in zip(FIRST, nine, strict=True)) % 11
    first = (first + draw(st.integers(0, 3))) % 11
    if first == 10:
        first = draw(st.integers(0, 9))  # no valid number: still one by its shape
    ten = [*nine, first]
    second = -sum(w * d for w, d in zip(SECOND, ten, strict=True)) % 11 % 10
    return "".join(map(str, [*ten, second]))


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    others = draw(st.lists(st.integers(0, 9), min_size=14, max_size=14))
    digits = [draw(st.sampled_from([4, 5])), *others]
    total = sum(
        d if place % 2 else (2 * d - 9 if d > 4 else 2 * d) for place, d in enumerate(digits)
    )
    return "".join(map(str, [*digits, -total % 10]))


@given(identity_numbers(), SEPARATORS, st.sampled_from(["6-5", "2-2-2-5", "11", "2-2-2-3-2", "1"]))
def test_identity_numbers_are_masked_in_any_spacing(
    number: str, separator: str, grouping: str
) -> None:
    groups, place = [], 0
    for size in [1] * 11 if grouping == "1" else [int(g) for g in grouping.split("-")]:
        groups.append(number[place : place + size])
        place += size
    assert mask(f"nummeret er {separator.join(groups)} takk") == f"nummeret er {MARK} takk"


@given(card_numbers(), st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b"]))
def test_card_numbers_are_masked_in_groups_of_four(number: str, separator: str) -> None:
    written = separator.join(number[place : place + 4] for place in range(0, 16, 4))
    assert mask(f"kortet {written}!") == f"kortet {MARK}!"


@st.composite
def account_numbers(draw: st.DrawFn) -> str:
    """Accounts whose check digit is right (weights 5 4 3 2 7 6 5 4 3 2, modulus 11)."""
    ten = draw(
        st.lists(st.integers(0, 9), min_size=10, max_size=10).filter(
            lambda digits: -sum(map(int.__mul__, SECOND, digits)) % 11 < 10
        )
    )
    return "".join(map(str, [*ten, -sum(map(int.__mul__, SECOND, ten)) % 11]))


@given(account_numbers(), SEPARATORS, st.sampled_from([(4, 2, 5), (11,), (4, 7)]))
def test_accounts_are_masked_in_any_spacing(
    number: str, separator: str, sizes: tuple[int, ...]
) -> None:
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
    written = separator.join(
        number[end - size : end] for end, size in zip(ends, sizes, strict=True)
    )
    assert mask(f"kontoen er {written} takk") == f"kontoen er {MARK} takk"
    iban = separator.join(["NO93", number[:4], number[4:8], number[8:]])
    assert mask(f"iban {iban}, takk") == f"iban {MARK}, takk"


PHONES = st.builds(
    lambda digits, shape: shape.format(*digits),
    st.lists(st.integers(0, 9), min_size=7, max_size=7),
    st.sampled_from(
        ["9{}{}{}{}{}{}{}", "4{}{} {}{} {}{}{}", "9{} {}{} {}{} {}{}", "2{}{}{}{}{}{}{}"]
    ),
)
ORDINARY = st.one_of(
    PHONES,
    st.dates().map(lambda day: f"{day:%d.%m.%Y}"),
    st.integers(1, 99_999).map(lambda kroner: f"{kroner} kr"),
    st.integers(1, 9_999).map(lambda number: f"S{number}"),
    st.integers(1, 9_999).map(lambda number: f"2026/{number}"),
)


@given(st.lists(ORDINARY, min_size=1, max_size=3))
def test_phones_dates_amounts_and_cases_stay_in_a_sentence(things: list[str]) -> None:
    text = " og ".join(things)
    assert mask(text) == text


@given(identity_numbers())
def test_letters_around_and_wide_digits_hide_nothing(number: str) -> None:
    wide = number.translate({ord("0") + d: 0xFF10 + d for d in range(10)})
    assert mask(f"fnr{number}x") == f"fnr{MARK}x"
    assert mask(wide) == MARK


@given(st.text(alphabet="0123456789 .-/+abfnr\u00a0[]*", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(mask(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "ring 90000001",
        "ring +47 900 00 001 eller 900 00 002",
        "900 00 001, 900 00 002",
        "00479000 0001",
        "mitt svenske nummer er +46701234567",
        "møtet 12.05.2026 kl 12.30-14.00",
        "12.05.2026-18.05.2026",
        "fra 2026-05-12 til 2026-05-18",
        "12.05.2026 90000001",
        "sak S12 og 2026/12345",
        "det kostet 12 500 000 kr",
        "org.nr 974 760 673",
        "gnr 12 bnr 345, 4100 Jørpeland",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("konto 1234.56.78903", f"konto {MARK}"),
        ("iban NO9386011117947", f"iban {MARK}"),
        ("no 93 8601 11 17947 er iban", f"{MARK} er iban"),
        ("IBAN DE89 3704 0044 0532 0130 00", f"IBAN {MARK}"),
        ("konto 12345678903", f"konto {MARK}"),
        ("født 01.01.1990, personnummer 12345", f"født {MARK}, personnummer {MARK}"),
        ("010190 12345 ring 90000001", f"{MARK} ring 90000001"),
        ("0 1 0 1 9 0 1 2 3 4 5", MARK),
        ("01 januar 1990 12345", MARK),
        ("1.1.1990, 12345", MARK),
        ("fødd 010190, dei siste fem er 12345", f"fødd {MARK}, dei siste fem er {MARK}"),
        ("fnr: 01/01/90 siste 5: 12345", f"fnr: {MARK} siste 5: {MARK}"),
        ("personnr 12345 født 010190", f"personnr {MARK} født {MARK}"),
        ("kontonr 12 345 678 903", f"kontonr {MARK}"),
        ("amex 3714 496353 98431", f"amex {MARK}"),
        ("kort 41111111 11111111", f"kort {MARK}"),
    ],
)
def test_numbers_in_running_text(text: str, masked: str) -> None:
    assert mask(text) == masked
