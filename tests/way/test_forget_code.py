"""«slett meg»: only whoever can read the code that we answer is forgotten; on both databases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from near_deciders import NearDeciders

from connectors.script import Say
from connectors.simulation import VAULT_SECRET, Simulation, open_simulation
from dialogue.asked_code import new_code
from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition
from dialogue.messages import Incoming, PersonMessage
from dialogue.store.errors import NotFoundError
from dialogue.store.vault import Vault

ANNA, OLA = "+4790000001", "+4790000002"


@pytest.fixture
async def phones(edition: Edition, database_url: str) -> AsyncIterator[Simulation]:
    began = datetime(2026, 11, 24, 10, tzinfo=edition.timezone)
    async with open_simulation(edition, database_url, began) as simulation:
        yield simulation


async def say(phones: Simulation, text: str, who: str = ANNA) -> str:
    happened = await phones.play(Say("sms", who, text))
    return " ".join(thing["text"] for thing in happened if thing["type"] == "message")


async def ask(phones: Simulation, who: str = ANNA) -> str:
    """The code that comes for «slett meg»."""
    found = re.search(r"\d{6}", await say(phones, "slett meg", who))
    assert found is not None
    return found[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def is_known(phones: Simulation, who: str = ANNA) -> bool:
    try:
        return bool(await phones.store.upkeep.export_person("sms", who))
    except NotFoundError:
        return False


async def test_the_code_forgets_and_a_question_between_is_answered(phones: Simulation) -> None:
    code = await ask(phones)
    assert "bibliotek" in await say(phones, "Når er biblioteket åpent?")
    assert "nummeret ditt blir slettet" in await say(phones, f"{code[:3]} {code[3:]}")
    assert not await is_known(phones)


async def test_a_yes_is_not_enough(phones: Simulation) -> None:
    await ask(phones)
    assert "koden" in await say(phones, "ja")
    assert await is_known(phones)


async def test_three_wrong_codes_and_asking_anew_gives_no_more(phones: Simulation) -> None:
    wrong = other_than(await ask(phones))
    assert ": 2" in await say(phones, wrong)
    assert ": 1" in await say(phones, wrong)
    await say(phones, "nei")
    code = await ask(phones)  # one try left, for all that a new code came
    assert "for mange" in await say(phones, other_than(code))
    assert "for mange" in await say(phones, code)
    assert "for mange" in await say(phones, "slett meg")
    assert await is_known(phones)
    await phones.wait(timedelta(minutes=31))
    await say(phones, await ask(phones))
    assert not await is_known(phones)


async def test_too_late_is_too_late(phones: Simulation) -> None:
    code = await ask(phones)
    await phones.wait(timedelta(minutes=31))
    assert "lenger" in await say(phones, code)
    assert await is_known(phones)


async def test_another_persons_code_is_none(phones: Simulation) -> None:
    code, others = await ask(phones), await ask(phones, OLA)
    assert code != others
    await say(phones, others)
    await say(phones, code, OLA)
    assert await is_known(phones)
    assert await is_known(phones, OLA)


@pytest.mark.parametrize("no", ["nei", "avbryt"])
async def test_no_ends_it(phones: Simulation, no: str) -> None:
    code = await ask(phones)
    assert "ingenting" in await say(phones, no)
    await say(phones, code)
    assert await is_known(phones)


async def test_deciders_are_given_the_same_secret(edition: Edition, phones: Simulation) -> None:
    way = partial(decide, edition), partial(decide_failure, edition)
    deciders = NearDeciders(*way)
    body = PersonMessage(text="slett meg")
    incoming = Incoming(channel="sms", address=ANNA, message_id="m", body=body)
    (number,) = await phones.store.receive(incoming, phones.now)
    assert number is not None
    await phones.store.run_batch(way[0], phones.now, on_failure=way[1], deciders=deciders)
    assert deciders.decided == 1
    secret = Vault(VAULT_SECRET).message_secret(number)
    expected, _ = new_code(number, secret, phones.now, None)
    told = str(await phones.store.upkeep.export_person("sms", ANNA))
    assert f"koden {expected} " in told
    assert new_code(number, "", phones.now, None)[0] not in told


def test_the_secret_is_of_the_number_and_of_the_key() -> None:
    one, other = Vault("one secret for the tests"), Vault("other secret for the tests")
    assert one.message_secret(7) == one.message_secret(7)
    assert len({one.message_secret(7), one.message_secret(8), other.message_secret(7)}) == 3
