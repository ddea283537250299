"""Ratings, choices and languages as people write them; whom worry is about; why."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from intents.explain import explain
from intents.model import LanguageModel
from intents.understand import understand

KINDERGARTEN = ("Søke barnehageplass", "Pris på barnehageplass", "Slutte i barnehagen")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("terningkast fem", 5), ("ein liten femmar", 5), ("6/6", 6), ("fem av seks", 5),
        ("Jeg ville gitt dere en sterk firer", 4), ("4er", 4), ("god 4", 4), ("æ sir 5", 5),
        ("enten 5 eller 6, si 6", 6), ("Maren var flink så det blir 6", 6), ("bunn", 1),
        ("Eg gav dykk 5 sist, men denne gongen vert det 2.", 2), ("svært fornøyd, 6", 6),
        ("ikkje så verst, ein firar", 4), ("høgaste karakter", 6), ("lågast mogleg", 1),
        ("full pott", 6), ("berre 2", 2), ("helt grei firer", 4), ("ho fortener ein seksar", 6),
        ("«4»", 4), ("en plass mellom 2 og 3", None), ("fire og ein halv", None),
        ("bare 2 ganger", None),
        ("10/10", None), ("mellom 4 og 5", None), ("4-5", None), ("har 2 barn", None),
        ("hvor mange kan man gi, 6?", None), ("jeg ventet i 3 timer", None),
    ],
)  # fmt: skip
def test_ratings_are_read_as_written(text: str, value: int | None, model: LanguageModel) -> None:
    rating = understand(text, model, expecting="rating").rating
    assert (rating and rating.value) == value


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("alternativ ein", 0), ("hu midterste", 1), ("den andre du skrev", 1), ("d med prisen", 1),
        ("det va avslag e fekk så den første", 0), ("det som koster", 1), ("B", 1), ("siste", 2),
        ("den fyrste er rett", 0), ("heilt nedst", 2), ("nest siste", 1), ("2 passar best", 1),
        ("Eg meinte det om å søkje", 0), ("2 og 3", None), ("ka tid åpne butikken", None),
    ],
)  # fmt: skip
def test_choices_are_read_as_said(text: str, choice: int | None, model: LanguageModel) -> None:
    assert understand(text, model, expecting="choice", choices=KINDERGARTEN).choice == choice


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sąsiad bije żonę", "pl"), ("Gurigu wuu gubanayaa", "so"), ("Kur yra biblioteka", "lt"),
        ("Як записати дитину до школи?", "uk"), ("Как получить место", "ru"),
        ("hvor kan jeg aflevere affald", "da"), ("2'ar, drit dårli", "nn"),
    ],
)  # fmt: skip
def test_languages_are_named(text: str, language: str, model: LanguageModel) -> None:
    assert understand(text, model, known_standard="nn").language == language


def test_worry_about_a_grown_up_is_no_child_welfare(model: LanguageModel) -> None:
    def kind(text: str) -> str | None:
        return understand(text, model).kind

    assert kind("Jeg er bekymret for tanta mi på 70 som drikker for mye") != "concern"
    assert kind("eg er uroa for naboen, ho er 82 og et nesten ikkje") != "concern"
    assert kind("Barnet bor hos en bestemor som drikker, jeg er bekymret") == "concern"


@pytest.mark.parametrize(
    ("text", "expecting"),
    [("2 - ho sa ho skulle ringje, men gjorde det aldri", "rating"), ("det om å slutte", "choice"),
     ("ok no er eg klar", None), ("Dette er ikke Per, han har byttet nummer", None)],
)  # fmt: skip
def test_short_answers_are_no_danger(text: str, expecting: str, model: LanguageModel) -> None:
    choices: Sequence[str] = KINDERGARTEN
    found = understand(text, model, expecting=expecting, choices=choices)  # type: ignore[arg-type]
    assert found.emergency is None


def test_the_nearest_examples_are_told(model: LanguageModel) -> None:
    why = explain("vil klage på hol i vegen", model)
    assert why["examples"][0]["label"] == "feedback/deviation"
    assert why["examples"][0]["likeness"] > 0.5
    assert why["danger"]["number"] is None
