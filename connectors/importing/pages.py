"""The main text of web pages (trafilatura), and the addresses of a sitemap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from connectors.importing.material import LONGEST_TEXT, Harvest, Material, clean, clean_line, decode

MOST_BYTES = 3_000_000  # of a page; Norwegian municipalities' are 0.05 to 0.5 MB
MOST_TAGS = 20_000  # a page of a municipality has 500 to 3,000; far more take minutes to read
FEWEST_CHARACTERS = 80
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s+[-|–·]\s+[^-|–·]{2,40}$")


def read_page(raw: bytes, address: str, harvest: Harvest, declared: str | None = None) -> None:
    """Put the main text of an HTML page into the harvest, or say why there is none."""
    import trafilatura

    if len(raw) > MOST_BYTES or raw.count(b"<") > 2 * MOST_TAGS:
        told = f"the page has more than {MOST_BYTES // 1_000_000} MB or {MOST_TAGS} elements"
        harvest.fault(
            address, 0, "import.too-large", told, "", "save its text in a file of its own."
        )
        return
    found = _META_CHARSET.search(raw[:4096])
    html = decode(raw, declared or (found[1].decode() if found else None)).replace("\x00", " ")
    try:
        page = trafilatura.bare_extraction(
            html,
            url=_web(address),
            include_comments=False,
            with_metadata=True,
            favor_precision=True,
        )
        text = trafilatura.extract(
            html,
            url=_web(address),
            output_format="markdown",
            include_comments=False,
            favor_precision=True,
        )
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        told = f"not readable as HTML ({type(error).__name__})"
        harvest.fault(address, 0, "import.unreadable", told, "", "save the page's text in a file.")
        return
    text = clean(text or "")[:LONGEST_TEXT]
    if len(text) < FEWEST_CHARACTERS:
        harvest.fault(
            address,
            0,
            "import.empty",
            "no main text was found",
            "Menus, lists of links and forms are left out.",
            "write the article by hand, or leave the page out.",
        )
        return
    title = clean_line(getattr(page, "title", None) or _first_heading(text) or address)
    title = _SITE_NAME.sub("", title)[:120]
    harvest.material.append(Material(address, title, _without_title(text, title), _web(address)))


def read_saved(path: Path, harvest: Harvest) -> None:
    """A saved page, or all of a folder. Its own address is its canonical link, if it tells one."""
    files = sorted(path.rglob("*.htm*")) if path.is_dir() else [path]
    if not files:
        mend = "name a folder with .html files in it."
        harvest.fault(str(path), 0, "import.empty", "no saved pages in the folder", "", mend)
    for file in files:
        if file.stat().st_size > MOST_BYTES:
            read_page(b" " * (MOST_BYTES + 1), str(file), harvest)
            continue
        raw = file.read_bytes()
        read_page(raw, _canonical(raw) or str(file), harvest)


def sitemap_addresses(raw: bytes, address: str, harvest: Harvest) -> Iterator[tuple[str, bool]]:
    """The addresses of a sitemap, and whether each is itself a sitemap.

    Source: sitemaps.org/protocol.html. Entities are refused: nobody needs them here.
    """
    from lxml import etree

    if _ENTITY.search(raw):
        what = "the sitemap declares entities (DOCTYPE)"
        harvest.fault(address, 0, "import.unreadable", what, "", "import a list of addresses.")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        what = f"not readable as a sitemap: {error.msg}"
        harvest.fault(address, line, "import.unreadable", what, "", "import a list of addresses.")
        return
    nested = etree.QName(root).localname == "sitemapindex"
    for place in root.iter("{*}loc"):
        if place.text and place.text.strip():
            yield place.text.strip(), nested


def _web(address: str) -> str | None:
    return address if urlsplit(address).scheme in ("http", "https") else None


def _canonical(raw: bytes) -> str | None:
    for tag in re.findall(rb"<link\b[^>]{0,500}>", raw[:200_000], re.IGNORECASE):
        address = re.search(rb"href=[\"'](https?://[^\"'\s]+)", tag)
        if address and re.search(rb"rel=[\"']canonical", tag, re.IGNORECASE):
            return address[1].decode("ascii", errors="replace")
    return None


def _first_heading(text: str) -> str | None:
    found = re.search(r"^#+ +(.+)$", text, re.M)
    return found[1] if found else None


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest.strip() if first.lstrip("# ").strip() == title and rest.strip() else text
