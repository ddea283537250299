"""The same conversation gives the same answers alone and among many others."""

from __future__ import annotations

import shutil
from pathlib import Path

from crowd import Town, watched_conversations

from dialogue.edition import Edition
from dialogue.store.store import Store
from dialogue.store.vault import Vault

OTHERS = 150  # 10,000 in tests/benchmarks/equal_treatment.py
VAULT = Vault("a secret for tests only")


async def test_the_answers_are_the_same_among_many_others(
    edition: Edition, store: Store, sqlite_template: Path, tmp_path: Path
) -> None:
    began, talks = watched_conversations(edition, 12)
    assert len(talks) == 12
    quiet = tmp_path / "quiet.db"
    shutil.copyfile(sqlite_template, quiet)
    async with await Store.open(f"sqlite:///{quiet}", VAULT) as alone:
        expected = await Town(edition, alone, seed=1).play(began, talks, others=0)
    found = await Town(edition, store, seed=2).play(began, talks, OTHERS)
    assert all(texts for texts, _ in expected.values())
    assert any(tickets for _, tickets in expected.values())
    for phone, talk in zip(expected, talks, strict=True):
        assert found[phone] == expected[phone], talk
