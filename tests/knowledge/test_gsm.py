"""The SMS alphabet. The table was recorded from npm's sms-segments-calculator 1.3.0 (Twilio)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.gsm import BASIC, EXTENSION, is_gsm7, segments, septets, to_gsm7

RECORDED = json.loads(
    Path(__file__).with_name("recorded_segments.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("character", "times", "encoding", "count"), RECORDED)
def test_segments_agree_with_twilio(character: str, times: int, encoding: str, count: int) -> None:
    text = character * times
    assert is_gsm7(text) == (encoding == "GSM-7")
    assert segments(text) == count


def test_the_table_has_every_character_of_the_standard_once() -> None:
    assert len(set(BASIC)) == len(BASIC) == 127  # 128 less the escape
    assert len(set(EXTENSION)) == len(EXTENSION) == 10
    assert is_gsm7("æøåÆØÅéäöü€")
    assert not any(is_gsm7(character) for character in "«»–…êôâ\u00a0😀")


def test_norwegian_typography_gets_its_twins() -> None:
    assert (
        to_gsm7("«Åpent» 8–15 … ringe 116\u00a0117, crêpe")
        == '"Åpent" 8-15 ... ringe 116 117, crepe'
    )


@given(st.text())
def test_replacing_never_costs_more_segments_of_gsm_text(text: str) -> None:
    mended = to_gsm7(text)
    assert to_gsm7(mended) == mended
    if is_gsm7(text):
        assert mended == text


@given(st.text(alphabet=BASIC, min_size=1, max_size=1000))
def test_segments_follow_the_septets(text: str) -> None:
    length = septets(text)
    assert segments(text) == (1 if length <= 160 else -(-length // 153))
