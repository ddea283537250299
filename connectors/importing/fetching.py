"""Fetches web pages politely: robots.txt honoured, one at a time, with a pause, within limits."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp

from connectors.importing.material import Harvest
from connectors.importing.pages import MOST_BYTES, read_page, sitemap_addresses

AGENT = "samsvar-import"
MOST_REDIRECTS = 5
MOST_SITEMAPS = 50
MOST_UNPACKED = 10_000_000  # bytes of a packed sitemap: some hundred thousand addresses
LONGEST_PAUSE = 30.0  # seconds: what a crawl-delay may ask for at most
_GZIP = b"\x1f\x8b"
_REDIRECTS = (301, 302, 303, 307, 308)


class FetchFault(Exception):
    """An address that can't be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered."""

    address: str
    body: bytes
    kind: str
    charset: str | None


@dataclass(slots=True)
class Visitor:
    """Fetches addresses in turn. `pause_after` is the politeness delay, in seconds."""

    session: aiohttp.ClientSession
    pause_after: float
    _robots: dict[str, RobotFileParser] = field(default_factory=dict)
    _visited: set[str] = field(default_factory=set)

    async def fetch(self, address: str) -> Fetched:
        """Fetch one address. Raises FetchFault."""
        host = _origin(address)
        for _ in range(MOST_REDIRECTS + 1):
            await self._ask_leave(address)
            answered = await self._get(address)
            if isinstance(answered, Fetched):
                return answered
            address = urljoin(address, answered)
            if _origin(address) != host:
                raise FetchFault(f"it leads to another host ({urlsplit(address).hostname})")
        raise FetchFault(f"more than {MOST_REDIRECTS} redirects")

    async def _ask_leave(self, address: str) -> None:
        """Wait as long as is polite. Raises FetchFault where robots.txt says no."""
        origin = _origin(address)
        if origin not in self._robots:
            self._robots[origin] = await self._read_robots(origin)
        robots = self._robots[origin]
        if not robots.can_fetch(AGENT, address):
            raise FetchFault("the site's robots.txt does not allow it")
        if origin in self._visited:
            asked = float(robots.crawl_delay(AGENT) or 0)
            await asyncio.sleep(max(self.pause_after, min(asked, LONGEST_PAUSE)))
        self._visited.add(origin)

    async def _read_robots(self, origin: str) -> RobotFileParser:
        """RFC 9309, 2.3.1: none (4xx) allows everything, an error (5xx) nothing."""
        rules = RobotFileParser()
        try:
            answered = await self._get(f"{origin}/robots.txt", most=500_000)
            lines = (
                answered.body.decode("utf-8", "replace").splitlines()
                if isinstance(answered, Fetched)
                else []
            )
        except FetchFault as error:
            missing = str(error).startswith("it answers 4")
            lines = [] if missing else ["User-agent: *", "Disallow: /"]
        rules.parse(lines)
        return rules

    async def _get(self, address: str, most: int = MOST_BYTES) -> Fetched | str:
        """One request: what it answers, or where it leads."""
        try:
            async with self.session.get(address, allow_redirects=False) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    return response.headers["Location"]
                if response.status != 200:
                    raise FetchFault(f"it answers {response.status}")
                packed = response.headers.get("Content-Encoding", "identity")
                if packed != "identity" and not (packed == "gzip" and _is_packed_name(address)):
                    raise FetchFault("it comes packed, though that was not asked for")
                body = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > most:
                        raise FetchFault(f"it is larger than {most // 1000} kB")
                return Fetched(address, bytes(body), response.content_type, response.charset)
        except (aiohttp.ClientError, TimeoutError, ValueError, UnicodeError) as error:
            raise FetchFault(f"it can't be reached ({type(error).__name__})") from None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFault("only addresses with http:// or https:// are fetched")
    return f"{parts.scheme}://{parts.netloc}"


async def visit(
    addresses: list[str], harvest: Harvest, pause_after: float, most_pages: int
) -> None:
    """Fetch pages and sitemaps; what is found goes into the harvest."""
    timeout = aiohttp.ClientTimeout(total=60, connect=10, sock_read=20)
    headers = {"User-Agent": f"{AGENT}/1", "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(
        timeout=timeout, headers=headers, auto_decompress=False
    ) as session:
        visitor = Visitor(session, pause_after)
        await _visit_all(visitor, addresses, harvest, most_pages)


async def _visit_all(
    visitor: Visitor, addresses: list[str], harvest: Harvest, most_pages: int
) -> None:
    waiting, seen, pages, sitemaps = list(dict.fromkeys(addresses)), set(addresses), 0, 0
    while waiting:
        address = waiting.pop(0)
        if pages >= most_pages:
            what = f"{len(waiting) + 1} addresses are left out: {most_pages} pages are the most"
            mend = "raise --limit, or import the rest by itself."
            harvest.fault(address, 0, "import.too-large", what, "", mend)
            return
        try:
            got = await visitor.fetch(address)
            if not _is_sitemap(got):
                pages += 1
                _read(got, harvest)
                continue
            sitemaps += 1
            if sitemaps > MOST_SITEMAPS:
                raise FetchFault(f"more than {MOST_SITEMAPS} sitemaps")
            for found, _ in sitemap_addresses(_unpacked(got), address, harvest):
                if found not in seen and _origin(found) == _origin(address):
                    seen.add(found)
                    waiting.append(found)
        except FetchFault as error:
            mend = "open it in a browser; save the page and import the file, or leave it out."
            harvest.fault(address, 0, "import.fetch", str(error), "", mend)


def _is_sitemap(got: Fetched) -> bool:
    if got.kind in ("application/xml", "text/xml"):
        return True
    return got.address.split("?")[0].endswith(".xml") or _is_packed_name(got.address)


def _is_packed_name(address: str) -> bool:
    return address.split("?", 1)[0].endswith(".xml.gz")


def _unpacked(got: Fetched) -> bytes:
    """A sitemap as XML. Raises FetchFault where it is broken, or would become too large.

    No more than the limit is ever unpacked: a few kB can hold gigabytes.
    """
    if not got.body.startswith(_GZIP):
        return got.body
    unpacked, rest = b"", got.body
    try:
        while rest.startswith(_GZIP):  # a file may hold several members (RFC 1952, 2.2)
            member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            unpacked += member.decompress(rest, MOST_UNPACKED + 1 - len(unpacked))
            if len(unpacked) > MOST_UNPACKED:
                raise FetchFault(f"unpacked it is larger than {MOST_UNPACKED // 1000} kB")
            if not member.eof:
                raise FetchFault("it is packed, and its end is missing")
            rest = member.unused_data
    except zlib.error:
        raise FetchFault("it is packed, and can't be unpacked") from None
    return unpacked


def _read(got: Fetched, harvest: Harvest) -> None:
    if got.kind not in ("text/html", "application/xhtml+xml"):
        raise FetchFault(f"it is {got.kind}, not a web page")
    read_page(got.body, got.address, harvest, got.charset)
