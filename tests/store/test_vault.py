"""Addresses are sealed, found and opened again, also with earlier secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.store.errors import AddressUnreadableError
from dialogue.store.vault import Vault

OLD = Vault("the first secret of all")
NEW = Vault("quite another secret", earlier=["the first secret of all"])


@given(st.text(min_size=1, max_size=40))
def test_what_is_sealed_opens_again(address: str) -> None:
    try:
        address.encode()
    except UnicodeEncodeError:
        return
    sealed = OLD.encrypt("sms", address)
    assert OLD.decrypt("sms", sealed) == address
    assert address.encode() not in sealed or len(address) < 3


def test_the_same_address_is_never_sealed_alike_but_always_found_alike() -> None:
    assert OLD.encrypt("sms", "+4790000001") != OLD.encrypt("sms", "+4790000001")
    assert OLD.hash("sms", "+4790000001") == OLD.hash("sms", "+4790000001")


def test_the_same_number_on_two_channels_is_found_apart() -> None:
    assert OLD.hash("sms", "1001") != OLD.hash("telegram", "1001")
    assert OLD.hash("sm", "s1001") != OLD.hash("sms", "1001")


def test_a_seal_does_not_open_on_another_channel() -> None:
    with pytest.raises(AddressUnreadableError):
        OLD.decrypt("telegram", OLD.encrypt("sms", "+4790000001"))


@given(st.integers(0, 43), st.integers(1, 255))
def test_a_seal_that_was_touched_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(OLD.encrypt("sms", "+4790000001"))
    sealed[place] ^= change
    with pytest.raises(AddressUnreadableError):
        OLD.decrypt("sms", bytes(sealed))


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01abcd", b"\x02abcdefghijklmnop"])
def test_what_is_no_seal_does_not_open(broken: bytes) -> None:
    with pytest.raises(AddressUnreadableError):
        OLD.decrypt("sms", broken)


def test_an_earlier_secret_still_opens_and_finds_and_a_later_does_not() -> None:
    sealed = OLD.encrypt("sms", "+4790000001")
    assert NEW.decrypt("sms", sealed) == "+4790000001"
    assert OLD.hash("sms", "+4790000001") in NEW.hashes("sms", "+4790000001")
    assert NEW.hashes("sms", "x")[0] == NEW.hash("sms", "x")
    assert not NEW.is_current(sealed)
    assert NEW.is_current(NEW.encrypt("sms", "x"))
    with pytest.raises(AddressUnreadableError):
        OLD.decrypt("sms", NEW.encrypt("sms", "+4790000001"))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        Vault("too short")
