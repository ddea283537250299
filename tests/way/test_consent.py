"""No order of events lets case information go out without a consent at that moment."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from consent_world import ACTIONS, World
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dialogue.edition import Edition
from dialogue.store.store import Store
from dialogue.store.vault import Vault

HAPPY = ["ask_and_handle", "yes", "handle", "reply", "handle"]
EXAMPLES = int(os.environ.get("CONSENT_EXAMPLES", "20"))
Play = Callable[[list[str]], World]


@pytest.fixture(scope="module")
def played(
    edition: Edition, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Play]:
    """Play deeds with a relative and a user of their own; one store serves them all."""
    path = tmp_path_factory.mktemp("consent") / "one.db"
    shutil.copyfile(sqlite_template, path)
    now = datetime(2026, 12, 2, 10, tzinfo=edition.timezone)
    numbers = count(91_000_000)

    async def play(store: Store, deeds: list[str]) -> World:
        relative, user = (f"+47{next(numbers)}" for _ in range(2))
        world = World(edition, store, now, relative, user)
        await world.open_ticket()
        world.sent.clear()
        for deed in [*deeds, "handle", "send", "wait_an_hour", "handle", "send"]:
            await getattr(world, deed)()
        return world

    with asyncio.Runner() as runner:
        opened = Store.open(f"sqlite:///{path}", Vault("a secret for tests only"))
        store = runner.run(opened)
        yield lambda deeds: runner.run(play(store, deeds))
        runner.run(store.close())


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([*HAPPY, "withdraw", "send"])
@example([*HAPPY, "end_by_unit", "send"])
@example([*HAPPY, "forget_user", "send"])
@example([*HAPPY, "wait_days", "wait_days", "send"])
@example(["ask_and_handle", "yes", "end_by_unit", "handle", "reply", "handle", "send"])
@example(["ask_and_handle", "wrong_code", "wrong_code", "wrong_code", "yes", "handle", "reply"])
@example(["ask_and_handle", "strangers", "handle", "reply", "handle", "send"])
@given(
    st.builds(
        lambda before, after: [*before, *after],
        st.sampled_from([[], HAPPY[:1], HAPPY[:3], HAPPY]),
        st.lists(st.sampled_from(ACTIONS), max_size=12),
    )
)
def test_nothing_is_told_without_a_consent_at_that_moment(played: Play, deeds: list[str]) -> None:
    assert all(played(deeds).told)


def test_with_a_consent_it_is_told(played: Play) -> None:
    assert played(HAPPY).told == [True]
    assert played([*HAPPY, "send", "withdraw", "handle", "reply"]).told == [True]


def test_a_stop_counts_as_no_answer_and_nobody_is_asked_again(played: Play) -> None:
    deeds = ["ask_and_handle", "send", "stop", "handle", "send", "yes", "handle", "ask", "reply"]
    world = played(deeds)
    assert world.told == []
    asked = [one.address for one in world.sent if one.purpose == "consent_request"]
    assert asked == [world.user, world.user]  # the introduction and the question
    assert not [one for one in world.sent if one.address == world.relative]
