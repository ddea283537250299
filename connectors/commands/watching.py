"""Taking up changed content and flows while one talks with them."""

from __future__ import annotations

from pathlib import Path

from connectors.commands.editions import cache_folder
from dialogue.edition import FLOWS, Edition, forget_flows, load_edition
from intents.examples import EXAMPLES
from knowledge.content import EXAMPLE
from knowledge.problems import ContentError


class Watch:
    """Knows whether a file of the content, the flows or the examples has changed."""

    def __init__(self, content: Path | None) -> None:
        self.content = content
        self._seen = self._look()

    def has_changed(self) -> bool:
        """Whether a file came, went or changed since the last look."""
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> frozenset[tuple[str, int]]:
        folders = (self.content or EXAMPLE, FLOWS, EXAMPLES)
        files = (path for folder in folders for path in folder.rglob("*.*"))
        return frozenset(
            (str(path), path.stat().st_mtime_ns)
            for path in files
            if path.suffix in (".py", ".yml", ".yaml", ".md", ".csv") and path.is_file()
        )

    def reload(self) -> tuple[Edition | None, str]:
        """The content and flows as they are now, or None and what is wrong with them."""
        self._seen = self._look()
        forget_flows()
        try:
            edition = load_edition(self.content, cache_folder())
        except ContentError as error:
            return None, f"not reloaded:\n{error}"
        except Exception as error:  # code that somebody is writing
            return None, f"not reloaded: {type(error).__name__}: {error}"
        return edition, f"reloaded: {edition.version}"
