"""No order of events lets case information go out without a consent at that moment."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from consent_world import ACTIONS, RELATIVE, USER, World, a_world
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dialogue.edition import Edition

HAPPY = ["ask_and_handle", "yes", "handle", "reply", "handle"]
EXAMPLES = int(os.environ.get("CONSENT_EXAMPLES", "25"))


def _now(edition: Edition, minute: int = 0) -> datetime:
    return datetime(2026, 12, 2, 10, minute, tzinfo=edition.timezone)


@pytest.fixture(scope="module")
def begun(
    edition: Edition, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database in which the relative has a ticket."""
    path = tmp_path_factory.mktemp("consent") / "begun.db"
    shutil.copyfile(sqlite_template, path)

    async def begin() -> None:
        async with a_world(edition, f"sqlite:///{path}", _now(edition)) as world:
            await world.open_ticket()

    asyncio.run(begin())
    return path


def played(edition: Edition, begun: Path, deeds: list[str]) -> World:
    path = begun.with_name("played.db")
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copyfile(begun, path)

    async def play() -> World:
        async with a_world(edition, f"sqlite:///{path}", _now(edition, 30)) as world:
            world.ticket = (await world.store.list_tickets())[0].id
            for deed in [*deeds, "handle", "send", "wait_an_hour", "handle", "send"]:
                await getattr(world, deed)()
            return world

    return asyncio.run(play())


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
def test_nothing_is_told_without_a_consent_at_that_moment(
    edition: Edition, begun: Path, deeds: list[str]
) -> None:
    assert all(played(edition, begun, deeds).told)


def test_with_a_consent_it_is_told(edition: Edition, begun: Path) -> None:
    assert played(edition, begun, HAPPY).told == [True]
    assert played(edition, begun, [*HAPPY, "send", "withdraw", "handle", "reply"]).told == [True]


def test_a_stop_counts_as_no_answer_and_nobody_is_asked_again(
    edition: Edition, begun: Path
) -> None:
    deeds = ["ask_and_handle", "send", "stop", "handle", "send", "yes", "handle", "ask", "reply"]
    world = played(edition, begun, deeds)
    assert world.told == []
    asked = [one.address for one in world.sent if one.purpose == "consent_request"]
    assert asked == [USER, USER]  # the introduction and the question
    assert not [one for one in world.sent if one.address == RELATIVE]
