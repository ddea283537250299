"""Addresses (phone numbers, chat ids): encrypted to be read, hashed to be found.

Keys come from the service's secret by HKDF-SHA256, one for each use. Encryption is
AES-256-GCM with the channel as associated data, so that a cipher can't be moved from
one channel to another. What is stored begins with a format byte and the key's id, so
that a ring of secrets can be read while the newest one writes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dialogue.store.errors import AddressUnreadableError

_FORMAT = b"\x01"
_NONCE = 12  # bytes, NIST SP 800-38D
_KEY_ID = 4  # bytes
SHORTEST_SECRET = 16


class _Key:
    """What one secret is good for."""

    def __init__(self, secret: bytes) -> None:
        self.id = _derive(secret, b"samsvar key id", _KEY_ID)
        self.cipher = AESGCM(_derive(secret, b"samsvar address encryption", 32))
        self.lookup = _derive(secret, b"samsvar address lookup", 32)
        self.message = _derive(secret, b"samsvar message secret", 32)


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


class Vault:
    """The key ring. `secret` writes; `earlier` secrets are still read and looked up by.

    >>> vault = Vault("a secret of sixteen characters or more")
    >>> vault.decrypt("sms", vault.encrypt("sms", "+4790000001"))
    '+4790000001'
    """

    def __init__(self, secret: str | bytes, earlier: Sequence[str | bytes] = ()) -> None:
        self._keys = [_Key(_as_bytes(one)) for one in (secret, *earlier)]
        self._by_id = {key.id: key for key in self._keys}

    @property
    def key_ids(self) -> list[str]:
        """What the secrets may be told apart by, the newest first; not secret."""
        return [key.id.hex() for key in self._keys]

    def encrypt(self, channel: str, address: str) -> bytes:
        """The address as it is stored; never twice the same."""
        key, nonce = self._keys[0], secrets.token_bytes(_NONCE)
        sealed = key.cipher.encrypt(nonce, address.encode(), channel.encode())
        return _FORMAT + key.id + nonce + sealed

    def decrypt(self, channel: str, stored: bytes) -> str:
        """The address. Raises AddressUnreadableError when its secret is not in the ring."""
        key = self._by_id.get(stored[1 : 1 + _KEY_ID])
        start = 1 + _KEY_ID
        if stored[:1] != _FORMAT or key is None:
            raise AddressUnreadableError
        nonce, sealed = stored[start : start + _NONCE], stored[start + _NONCE :]
        try:
            return key.cipher.decrypt(nonce, sealed, channel.encode()).decode()
        except InvalidTag:
            raise AddressUnreadableError from None

    def is_current(self, stored: bytes) -> bool:
        """Whether an address was encrypted with the newest secret."""
        return stored[1 : 1 + _KEY_ID] == self._keys[0].id

    def hash(self, channel: str, address: str) -> bytes:
        """What the address is found by: a keyed hash, with the newest secret's key."""
        return _hash(self._keys[0], channel, address)

    def hashes(self, channel: str, address: str) -> list[bytes]:
        """What the address may be found by, the newest secret's first."""
        return [_hash(key, channel, address) for key in self._keys]

    def message_secret(self, number: int) -> str:
        """A keyed hash of a message's number: what codes come from."""
        return hmac.new(self._keys[0].message, str(number).encode(), hashlib.sha256).hexdigest()


def _hash(key: _Key, channel: str, address: str) -> bytes:
    return hmac.new(key.lookup, f"{channel}\0{address}".encode(), hashlib.sha256).digest()


def _as_bytes(secret: str | bytes) -> bytes:
    raw = secret.encode() if isinstance(secret, str) else secret
    if len(raw) < SHORTEST_SECRET:
        raise ValueError(f"the secret must have at least {SHORTEST_SECRET} characters")
    return raw
