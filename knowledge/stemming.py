"""Snowball's Norwegian stemmer alone: its package imports those of 36 languages, for 0.2 s."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, cast

_PACKAGE = "knowledge._snowballstemmer"


def load_stemmer() -> Callable[[str], str]:
    """The function that takes the endings off a Norwegian word."""
    try:
        stemmer: Any = _alone("norwegian_stemmer").NorwegianStemmer()
    except (ImportError, AttributeError):  # a version of another shape: then all of it
        stemmer = import_module("snowballstemmer").stemmer("norwegian")
    return cast("Callable[[str], str]", stemmer.stemWord)


def stemmer_code() -> bytes:
    """The code of the stemmer in use: what it gives changes with it."""
    stem: Any = load_stemmer()
    path = sys.modules[type(stem.__self__).__module__].__file__
    return Path(path).read_bytes() if path else b""


def _alone(name: str) -> ModuleType:
    """One module of the package, whose own `__init__` is not run."""
    spec = find_spec("snowballstemmer")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("snowballstemmer")
    package = ModuleType(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[_PACKAGE] = package
    return import_module(f"{_PACKAGE}.{name}")
