"""What is kept for the next start: found for the same, made anew for what has changed."""

from __future__ import annotations

import pickle
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge import content as content_room
from knowledge import index_cache
from knowledge.content import EXAMPLE, load_content
from knowledge.index_cache import load_index
from knowledge.kept import find, keep
from knowledge.problems import ContentError
from knowledge.search import search

ARTICLE = "articles/trafikk-og-veg/broyting.nn.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content folder: the example with four articles."""
    folder = tmp_path / "content"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("articles"))
    for id in ("broyting", "gatelys"):
        for path in (EXAMPLE / "articles").rglob(f"{id}.*.md"):
            copy = folder / path.relative_to(EXAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    return folder


@pytest.fixture
def cache(folder: Path, tmp_path: Path) -> Path:
    """A cache folder in which that content and its index are kept."""
    cache = tmp_path / "cache"
    load_index(load_content(folder, cache), cache)
    assert sorted(path.name.partition("-")[0] for path in cache.iterdir()) == ["content", "index"]
    return cache


def test_the_next_start_reads_content_and_index_back(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(*_: object) -> None:
        raise AssertionError("made anew")

    monkeypatch.setattr(content_room, "_load", made)
    monkeypatch.setattr(index_cache, "build_index", made)
    content = load_content(folder, cache)
    index = load_index(content, cache)
    monkeypatch.undo()
    assert content == load_content(folder)
    fresh = load_index(content)
    for query in ("når blir vegen brøytt", "gatelyset er øydelagt", "gattelys", "xyzzy"):
        assert search(index, query) == search(fresh, query)


def test_an_edited_article_is_read_anew(folder: Path, cache: Path) -> None:
    before = load_content(folder, cache)
    path = folder / ARTICLE
    path.write_text(
        path.read_text("utf-8").replace("questions:", 'questions:\n  - "xyzzy plugh"', 1)
    )
    after = load_content(folder, cache)
    assert after.version != before.version
    assert "xyzzy plugh" in after.articles["broyting", "nn"].questions
    index = load_index(after, cache)
    assert "xyzzy plugh" in index.asked
    path.write_text("no front matter")
    with pytest.raises(ContentError):
        load_content(folder, cache)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _turn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("break_file", [_cut, _empty, _turn])
def test_a_broken_file_is_made_anew(
    folder: Path, cache: Path, break_file: Callable[[Path], None]
) -> None:
    files = list(cache.iterdir())
    whole = {path: path.stat().st_size for path in files}
    for path in files:
        break_file(path)
    content = load_content(folder, cache)
    assert content == load_content(folder)
    assert "broyting" in load_index(content, cache).ids
    assert {path: path.stat().st_size for path in cache.iterdir()} == whole


def test_new_code_makes_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(cache, "thing", b"same", 7)
    assert find(cache, "thing", b"same") == 7
    assert find(cache, "thing", b"other") is None
    monkeypatch.setattr("knowledge.kept._code", lambda: b"other code")
    assert find(cache, "thing", b"same") is None


def test_two_who_keep_the_same_at_once_leave_it_whole(tmp_path: Path) -> None:
    value = list(range(50_000))
    threads = [
        threading.Thread(target=keep, args=(tmp_path, "thing", b"same", value)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert find(tmp_path, "thing", b"same") in (None, value)
    assert find(tmp_path, "thing", b"same") == value
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_only_time(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    content = load_content(folder, file)
    assert "broyting" in load_index(content, file / "below").ids


def test_only_the_newest_of_each_kind_are_kept(tmp_path: Path) -> None:
    keep(tmp_path, "other", b"", 1)
    for number in range(9):
        keep(tmp_path, "thing", bytes([number]), number)
    assert find(tmp_path, "thing", bytes([8])) == 8
    assert find(tmp_path, "other", b"") == 1
    assert len(list(tmp_path.glob("thing-*"))) == 4


class _Harmful:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("/tmp/never"),))


def test_a_file_can_call_nothing(tmp_path: Path) -> None:
    for value in (_Harmful(), print, pickle.loads):
        keep(tmp_path, "thing", b"", value)
        assert find(tmp_path, "thing", b"") is None
