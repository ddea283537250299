"""What is wrong with the settings, told so that it can be mended."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import BaseSettings

# Variables of ours that are no settings: for tests and for packagers.
OTHERS = frozenset({"SAMSVAR_TEST_DATABASE_URL"})


class Fault:
    """A variable, what is wrong with it, and how to set it. Never holds the value."""

    def __init__(self, variable: str, what: str, mend: str = "") -> None:
        self.variable = variable
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        line = f"{self.variable} {self.what}"
        return f"{line}\n  {self.mend}" if self.mend else line


class SettingsError(Exception):
    """The service can't start with these settings; `faults` holds all that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def variables_of(kind: type[BaseSettings]) -> dict[str, str]:
    """The variable of each field of a part; parts of parts are not variables."""
    prefix = str(kind.model_config.get("env_prefix", ""))
    return {
        name: str(field.validation_alias or f"{prefix}{name.upper()}")
        for name, field in kind.model_fields.items()
        if not field.exclude
    }


def given_variables(env_file: Path | None) -> set[str]:
    """Names, in capitals, of all variables that have a value."""
    values: dict[str, str | None] = {}
    if env_file is not None and env_file.is_file():
        values |= dotenv_values(env_file)
    values |= os.environ
    return {name.upper() for name, value in values.items() if value}


def faults_in(kind: type[BaseSettings], error: ValidationError) -> list[Fault]:
    """pydantic's errors in words of our own, without the values."""
    variables = variables_of(kind)
    names = {variable: name for name, variable in variables.items()}
    faults: list[Fault] = []
    for each in error.errors(include_input=False, include_url=False):
        place = str(each["loc"][0]) if each["loc"] else ""
        name = names.get(place, place)
        field = kind.model_fields.get(name)
        description = field.description or "" if field is not None else ""
        faults.append(Fault(variables.get(name, place), _what(dict(each)), description))
    return faults


def _what(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "value_error":
        return str(context.get("error", error["msg"]))
    if error["type"] == "greater_than_equal":
        return f"must be {context.get('ge')} or more"
    if error["type"] == "less_than_equal":
        return f"must be {context.get('le')} or less"
    if error["type"].startswith("int_"):
        return "must be a whole number"
    if error["type"] == "literal_error":
        return f"must be {context.get('expected')}"
    return "can't be read"


def unknown_variables(env_file: Path | None, known: Iterable[str]) -> list[str]:
    """`SAMSVAR_…` variables that mean nothing: most often a slip of the pen."""
    names = set(known)
    told: list[str] = []
    for variable in sorted(given_variables(env_file) - names - OTHERS):
        if variable.startswith("SAMSVAR_"):
            near = difflib.get_close_matches(variable, names, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            told.append(f"{variable} is not a setting{hint}")
    return told
