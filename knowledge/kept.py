"""What is dear to make is kept in the cache folder, so that the next start reads it back.

A file is named by a hash of all that its value depends on, this room's code among it: what has
changed is not found, and made anew. It is written whole or not at all, and begins with a hash
of itself: a broken one is made anew too. No fault of the folder is ever an error.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from functools import cache as once
from pathlib import Path

_ROOM = Path(__file__).parent
_CODE = (".py", ".yml", ".json")
_DIGEST = 32  # bytes
_MOST_KEPT = 4  # files of one kind: of this content, and of others that came before
# Besides this room's own classes, what a file may be made of: arrays, days and times.
_ALLOWED = frozenset(
    {
        ("datetime", "date"),
        ("datetime", "time"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)


def find(folder: Path | None, kind: str, depends: bytes) -> object:
    """What was kept of this kind for the same, or None.

    `depends` is all that the value depends on besides this room's code.
    """
    return None if folder is None else _read(folder / _named(kind, depends))


def keep(folder: Path | None, kind: str, depends: bytes, value: object) -> None:
    """Keep a value for the next start. It is made of this room's classes, arrays and plain data."""
    if folder is not None:
        _write(folder / _named(kind, depends), value)


def _named(kind: str, depends: bytes) -> str:
    digest = hashlib.sha256(f"{kind} {sys.version}".encode() + _code())
    digest.update(depends)
    return f"{kind}-{digest.hexdigest()[:32]}.kept"


@once
def _code() -> bytes:
    """A hash of this room's code and data, and of the numpy and the stemmer in use."""
    import numpy as np

    digest = hashlib.sha256(np.__version__.encode())
    from knowledge.stemming import stemmer_code

    digest.update(stemmer_code())
    for path in sorted(one for one in _ROOM.iterdir() if one.suffix in _CODE):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()


class _Unpickler(pickle.Unpickler):
    """Reads no other classes than those named here, so that a foreign file can do nothing."""

    def find_class(self, module: str, name: str) -> object:
        ours = module.startswith("knowledge.") and "." not in name
        if ours or (module, name) in _ALLOWED:
            found = super().find_class(module, name)
            if not ours or (isinstance(found, type) and found.__module__ == module):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _read(path: Path) -> object:
    """The value that a file keeps; None when it is missing, broken or of another shape."""
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return None
        value: object = _Unpickler(io.BytesIO(data[_DIGEST:])).load()
    except Exception:  # whatever a foreign file holds: made anew
        return None
    with suppress(OSError):
        os.utime(path)  # what is in use is not forgotten
    return value


def _write(path: Path, value: object) -> None:
    with suppress(OSError):  # a cache that cannot be written costs only time
        data = pickle.dumps(value, protocol=5)
        path.parent.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(file, "wb") as unfinished:
                unfinished.write(hashlib.sha256(data).digest() + data)
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _forget_old(path)


def _forget_old(path: Path) -> None:
    kind = path.name.rpartition("-")[0]
    files = sorted(path.parent.glob(f"{kind}-*.kept"), key=lambda one: one.stat().st_mtime)
    for old in files[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)
