"""A user is asked for consent by `samsvar serve`: signed webhooks, the command line, phones."""

from __future__ import annotations

import re

import pytest
from served_process import Town, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
RELATIVE, USER = "+4790000081", "+4790000082"
COMPLAINT = "Jeg er datter til en som bor på sykehjemmet, og vil klage på at mor får for lite mat"


async def _told(town: Town, phone: str, words: str) -> str:
    """The message to that phone with these words, when it has come."""
    await until(lambda: any(words in text for text in town.to(phone)))
    return next(text for text in town.to(phone) if words in text)


@pytest.mark.parametrize("town", ["sqlite"], indirect=True)  # one more service; one is enough
async def test_a_consent_from_the_first_complaint_to_the_last_day(town: Town) -> None:
    for number, text in enumerate((COMPLAINT, "nei", "ja", "ja")):
        await town.sms(text, f"SM-consent-{number}", RELATIVE)
        await town.gets(RELATIVE, number + 2)
    ticket = re.findall(r"S\d+", await _told(town, RELATIVE, "Saksnummeret"))[0]
    telling = ("reply", ticket, "Moren din har fått ny matplan.")
    refused = await town.command(*telling)
    assert (refused.code, "Y2" in refused.err) == (1, True)

    ask = ("consent", "ask", ticket, "--to", "900 00 082", "--relative", "dattera di")
    doubtful = await town.command(*ask)
    assert (doubtful.code, "a relative's word is not enough" in doubtful.err) == (2, True)
    asked = await town.command(*ask, "--address-confirmed", "--standard", "nb")
    assert asked.code == 0, asked.err
    assert "asked" in asked.out
    assert "0082" not in asked.out
    code = re.findall(r"JA (\d{6})", await _told(town, USER, "Svar JA"))[0]
    for sid in ("SM-yes", "SM-yes", "SM-yes-again"):  # delivered twice, and written twice
        assert (await town.sms(f"Ja {code}", sid, USER)).status == 200
    await _told(town, USER, "Du har sagt ja fra før")
    assert sum("Takk. Sykehjemmet kan nå svare" in text for text in town.to(USER)) == 1
    await _told(town, RELATIVE, "kan nå gi deg opplysninger")

    answered = await town.command(*telling)
    assert answered.code == 0, answered.err
    await _told(town, RELATIVE, "ny matplan")
    explained = (await town.command("explain", ticket)).out
    assert "gitt med kode" in explained
    assert "(Y5)" in explained

    await town.sms("Trekk samtykket", "SM-no-more", USER)
    await _told(town, RELATIVE, "bare gi deg generelle svar")
    assert (await town.command(*telling)).code == 1
    listed = (await town.command("consent", "list", ticket)).out
    assert "withdrawn" in listed
    shown = (await town.command("tickets", ticket)).out
    kinds = re.findall(r"(consent_\w+|replied)", shown)
    assert kinds == ["consent_asked", "consent_given", "replied", "consent_withdrawn"]
    assert code not in shown + listed + explained
