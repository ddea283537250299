"""Facts of twins."""

from __future__ import annotations

from dataclasses import replace

from knowledge.content import Content
from knowledge.parity import drift, facts, standard_evidence


def test_facts_are_the_same_in_both_standards() -> None:
    nb = "Ring 116 117 før 1. mars kl. 15.30. Tre dager, se www.eksempelvag.example/x."
    nn = "Ring 116117 før 1. mars kl. 15:30. 3 dagar, sjå www.eksempelvag.example/x."
    assert facts(nb) == facts(nn)


def test_each_kind_of_fact_is_told_apart() -> None:
    found = facts("Skriv til torg@eksempelvag.example innen 15. november, 2 000 kroner.")
    assert dict(found.addresses) == {"torg@eksempelvag.example": 1}
    assert dict(found.dates) == {"15.11": 1}
    assert dict(found.numbers) == {"2000": 1}
    assert not found.links


def test_a_changed_number_is_a_drift(example: Content) -> None:
    nb, nn = example.articles["broyting", "nb"], example.articles["broyting", "nn"]
    assert drift(nb, nn) == []
    changed = replace(nb, sms=nb.sms.replace("175", "176"))
    assert drift(changed, nn) == [("sms", "numbers", ["176"], ["175"])]


def test_the_same_numbers_in_another_order_are_a_drift(example: Content) -> None:
    nb, nn = example.articles["sfo", "nb"], example.articles["sfo", "nn"]
    swapped = replace(nn, sms=nn.sms.replace("12", "6").replace("6 prosent", "12 prosent"))
    assert [(part, kind) for part, kind, _, _ in drift(nb, swapped)] == [("sms", "order")]


def test_function_words_show_the_standard() -> None:
    assert standard_evidence("Eg veit ikkje kva de meiner")["nn"] == ["eg", "ikkje", "kva"]
    assert standard_evidence("Når er det åpent i byen?") == {"nb": [], "nn": []}
