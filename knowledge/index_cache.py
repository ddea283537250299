"""The index of a content folder: built, or read back as it was built for the same content."""

from __future__ import annotations

from pathlib import Path

from knowledge.content import Content
from knowledge.index import Index, build_index
from knowledge.kept import find, keep


def load_index(content: Content, cache: Path | None = None) -> Index:
    """The index of this content; read from the folder `cache` when it was built before."""
    if cache is None:
        return build_index(content.articles.values(), content.municipality)
    municipality = content.municipality  # of it, an index has the names of services and units
    told = (list(content.articles.values()), municipality.services, municipality.units)
    depends = repr(told).encode("utf-8", "surrogatepass")
    index = find(cache, "index", depends)
    if not isinstance(index, Index):
        index = build_index(content.articles.values(), content.municipality)
        keep(cache, "index", depends, index)
    return index
