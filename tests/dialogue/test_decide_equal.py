"""Like cases alike: the channel and the written standard change words, nothing else."""

from __future__ import annotations

import pytest
from filing import filed
from held import Held
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.edition import Edition

FEEDBACK = (
    "mor fekk ikkje middag før klokka fire i går, andre gong denne veka på sjukeheimen",
    "Jeg vil klage på vedtaket om hjemmehjelp",
    "Tusen takk til de flinke folkene på biblioteket",
    "Eg vil klage på at gatelyset i Storgata har vore borte i ein månad",
    "eg vil ha innsyn i journalen min hos heimetenesta",
    "rektoren på skulen sa stygge ting til sonen min, eg klagar",
    "Forslag: lag flere benker på lekeplassen",
    "det var feil medisin til far på sjukeheimen, dette er eit avvik",
    "eg er uroa for nabojenta, ho blir slått av stefaren",
    "Jeg klager på legevakta, vi ventet i seks timer",
    "Barnehagen stengte en time for tidlig igjen, dette er ikke bra nok",
)
SERVICES = ("heimehjelpa", "barnehagen", "gatelyset", "biblioteket", "sjukeheimen", "SFO", "NAV")
ABOUT = ("ingen kom", "lederen var uhøflig", "det tok altfor lang tid", "alt var feil igjen")
WHO = ("mor", "eg", "sonen min", "brukaren", "naboen")


@pytest.mark.parametrize("text", FEEDBACK)
def test_feedback_is_filed_alike_from_every_channel(edition: Edition, text: str) -> None:
    by_sms = filed(edition, "sms", text)
    assert len(by_sms) == 1, "it is filed"
    assert filed(edition, "telegram", text) == by_sms


@pytest.mark.parametrize("text", FEEDBACK)
def test_feedback_is_filed_alike_whatever_standard_the_person_is_answered_in(
    edition: Edition, text: str
) -> None:
    assert filed(edition, "sms", text, "nb") == filed(edition, "sms", text, "nn")


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    who=st.sampled_from(WHO),
    about=st.sampled_from(ABOUT),
    service=st.sampled_from(SERVICES),
    tail=st.text("abcdefghijklmnopqrstuvwxyzæøå ", max_size=30),
)
def test_no_wording_is_filed_otherwise_on_another_channel(
    held: Held, who: str, about: str, service: str, tail: str
) -> None:
    text = f"Eg vil klage på {service}, {about}, {who} er fortvila {tail}"
    assert filed(held.edition, "telegram", text) == filed(held.edition, "sms", text)
