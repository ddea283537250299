"""The actions of a bot folder, imported; whatever code stands there, a fault is told in a line."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from dialogue.rasa_bridge import actions_from_module
from knowledge.problems import ContentError, Problem


def actions_of(folder: Path) -> dict[str, Any]:
    """The actions of a bot folder: its ``actions.py`` or ``actions/``, or none.

    Raises ContentError where the code cannot be imported.
    """
    for path in (folder / "actions.py", folder / "actions" / "__init__.py"):
        if path.exists():
            try:
                return actions_from_module(_imported(path))
            except (Exception, SystemExit) as error:  # any code may stand there
                raise ContentError([_not_imported(folder, path, error)]) from error
    return {}


def _imported(path: Path) -> ModuleType:
    name = f"conformed_{abs(hash(path.resolve()))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _not_imported(folder: Path, path: Path, error: BaseException) -> Problem:
    """Where in the actions the import ended, and with what."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).is_relative_to(folder.resolve()):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = error.lineno or 0
    return Problem(
        str(path.relative_to(folder)),
        line,
        "actions.import",
        f"the actions cannot be imported: {type(error).__name__}: {error}",
        "Without them no action and no validator of the bot runs.",
        "mend the code, or install what it asks for.",
    )
