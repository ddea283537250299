"""What an editor uses beside an editor's own program: new, preview, check --watch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli import app
from connectors.commands.watch import changes_in, watch
from knowledge.content import EXAMPLE, check_content, load_content
from knowledge.problems import Problem
from knowledge.spelling import check_spelling

ARTICLE = "articles/kultur/bibliotek"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example municipality with the one article of the library."""
    for path in EXAMPLE.glob("*.*"):
        shutil.copy(path, tmp_path)
    (tmp_path / ARTICLE).parent.mkdir(parents=True)
    for standard in ("nb", "nn"):
        shutil.copy(EXAMPLE / f"{ARTICLE}.{standard}.md", tmp_path / ARTICLE).rename(
            tmp_path / f"{ARTICLE}.{standard}.md"
        )
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Callable[..., tuple[int, str]]:
    def _run(*words: str, input: str | None = None) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*words, "--content", str(folder)], input=input)
        return done.exit_code, done.output

    return _run


def test_a_new_article_asks_for_what_is_missing_and_is_refused_until_it_is_written(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    code, said = run("new", "article", "badstue", input="Badstue: «varm»\n\nkultur\nkultur\n")
    assert code == 0, said
    content = {p.name for p in (folder / "articles/kultur").glob("badstue.*")}
    assert content == {"badstue.nb.md", "badstue.nn.md"}
    found = {p.code for p in check_content(folder) if "badstue" in p.file}
    assert "articles.unwritten" in found
    assert "yaml.syntax" not in found
    again, said = run("new", "article", "badstue", "--title", "x", "--unit", "kultur")
    assert again == 2
    assert "is there already" in said


@pytest.mark.parametrize(
    "words",
    [
        ("Badstue",),
        ("../../etc",),
        ("badstue", "--unit", "hallen"),
        ("badstue", "--service", "stup"),
        ("badstue", "--theme", "../x"),
    ],
)
def test_what_cannot_be_an_article_is_refused(
    folder: Path, run: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    given = {"--title": "x", "--title-nn": "y", "--unit": "kultur", "--theme": "kultur"}
    rest = [word for key, value in given.items() if key not in words for word in (key, value)]
    code, said = run("new", "article", *words, *rest)
    assert code == 2, said
    assert {p.stem for p in (folder / "articles").rglob("*.md")} == {"bibliotek.nb", "bibliotek.nn"}


def test_the_example_inside_the_program_is_never_written_to() -> None:
    done = CliRunner().invoke(app, ["new", "article", "badstue"], env={"SAMSVAR_CONTENT": ""})
    assert done.exit_code == 2
    assert "--content" in done.output


def test_a_preview_shows_the_segments_and_what_costs(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    path = folder / f"{ARTICLE}.nn.md"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("sms: >-\n")
    path.write_text(
        f"{head}sms: >-\n  {'Lån {{'.replace('{{', '€')} – bok. {rest}", encoding="utf-8"
    )
    _, said = run("preview", "bibliotek", "--lang", "nn")
    assert "Replaced when sent: –" in said
    assert "Cost two each: €" in said
    assert "Telegram" in said
    _, said = run("preview", "bibliotek", "--json")
    shown = [json.loads(line) for line in said.splitlines()]
    assert [one["standard"] for one in shown] == ["nb", "nn"]
    for one in shown:
        assert "".join(one["sms"]["parts"]) == one["sms"]["text"]
        assert max(one["sms"]["used"]) <= one["sms"]["room"]


def test_a_preview_of_an_article_with_faults_tells_them(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    path = folder / f"{ARTICLE}.nb.md"
    path.write_text(path.read_text(encoding="utf-8").replace("unit: kultur", "unit: x"), "utf-8")
    code, said = run("preview", "bibliotek", "--lang", "nb")
    assert code == 1
    assert "articles.unknown-unit" in said
    assert "SMS" in said
    code, said = run("preview", "hallen")
    assert code == 1
    assert "There is no article" in said


def test_a_preview_shows_a_text_of_the_bot_with_its_names_filled_in(
    folder: Path, run: Callable[..., tuple[int, str]]
) -> None:
    own = "utter_greet:\n  nb: Hei fra {{ municipality.name }}. Hva lurer du på?\n  nn: Hallo.\n"
    (folder / "texts.yml").write_text(own, encoding="utf-8")
    code, said = run("preview", "utter_greet")
    assert code == 1
    assert "Hei fra Eksempelvåg." in said
    assert "yours" in said
    assert "[texts.question]" in said
    code, said = run("preview", "utter_introduction", "--json")
    assert code == 0
    shown = [json.loads(line) for line in said.splitlines()]
    assert [(one["standard"], one["own"]) for one in shown] == [("nb", False), ("nn", False)]
    assert all("Eksempelvåg" in one["sms"]["text"] for one in shown)
    assert all(one["telegram"]["text"] != one["sms"]["text"] for one in shown)
    code, said = run("preview", "utter_gret")
    assert code == 1
    assert "Did you mean «utter_greet»" in said


def test_watching_tells_only_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / f"{ARTICLE}.nb.md"
    good = path.read_text(encoding="utf-8")

    def saves() -> Iterator[None]:
        capsys.readouterr()
        path.write_text(good.replace("unit: kultur", "unit: x"), encoding="utf-8")
        yield
        assert "articles.unknown-unit" in capsys.readouterr().out
        path.write_text(good.replace("unit: kultur", "\nunit: x"), encoding="utf-8")
        yield
        assert "unknown-unit" not in capsys.readouterr().out
        path.write_text(good, encoding="utf-8")
        yield
        assert "mended: articles/kultur/bibliotek.nb.md" in capsys.readouterr().out

    def check() -> list[Problem]:
        return [p for p in check_content(folder) if p.code != "facts.unused"]

    watch(folder, check, saves())


def test_a_save_during_the_first_check_is_noticed(folder: Path) -> None:
    changes = changes_in(folder)
    (folder / "words.yml").write_text("a: b\n", encoding="utf-8")
    assert next(changes) is None


def test_a_misspelt_word_is_told_and_an_allowed_one_is_not(folder: Path) -> None:
    content = load_content(folder)

    def known(word: str) -> bool:
        return word not in ("bibliotekkortet", "Bibliotekkortet", "lånekort")

    (folder / "words.txt").write_text("# allowed\nlånekort  # so\n", encoding="utf-8")
    article = folder / f"{ARTICLE}.nb.md"
    article.write_text(article.read_text("utf-8") + "\nlånekort bibliotekkortet\n", "utf-8")
    content = load_content(folder)
    told = list(check_spelling(content, {"nb": known, "nn": lambda word: True}))
    assert [problem.what.split("»")[0] for problem in told] == ["«bibliotekkortet"]
