"""What tests of all rooms share: a fresh database of each kind, and a store on it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import postgres
import pytest
from postgres import complete
from shell import Shell
from sqlalchemy.engine import URL

from dialogue.edition import Edition, load_edition
from dialogue.store import engine
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from knowledge.content import EXAMPLE

SECRET = "a secret for tests only"


@pytest.fixture(scope="session", autouse=True)
def hasty_sqlite() -> Iterator[None]:
    """Tests' data need not outlive a power cut; `kill -9` it outlives all the same."""
    whole, engine.SYNCHRONOUS = engine.SYNCHRONOUS, "OFF"
    yield
    engine.SYNCHRONOUS = whole


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where `samsvar/` keeps what it has learnt: once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "cache"
    (home / "samsvar").mkdir(parents=True, exist_ok=True)
    return home


@pytest.fixture(scope="session")
def edition(cache_home: Path) -> Edition:
    """The example municipality and the flows, loaded once: it takes some seconds."""
    return load_edition(EXAMPLE, cache_home / "samsvar")


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory, cache_home: Path) -> Iterator[Shell]:
    """Where `samsvar …` is typed; each command is a process of its own."""
    one = Shell(tmp_path_factory.mktemp("shell"), cache_home)
    yield one
    one.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL server for the session, in a folder that its user can reach."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> Iterator[str]:
    """A migrated database that others are copied from."""

    async def make() -> URL:
        url = await postgres_server.create()
        await upgrade(url)
        return url

    url = complete(make())
    assert url.database is not None
    yield url.database
    complete(postgres_server.drop(url))


@pytest.fixture(scope="session")
def cleared_databases(postgres_template: str) -> list[URL]:
    """Databases with this version's tables that earlier tests used and that are empty again."""
    return []


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    complete(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on: each such test runs on both."""
    kind: str = request.param
    return kind


@pytest.fixture
async def empty_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[str]:
    """A database without tables."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'samsvar.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = await server.create()
    yield url.render_as_string(hide_password=False)
    await server.drop(url)


@pytest.fixture
async def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[str]:
    """A fresh database with this version's tables."""
    if database_kind == "sqlite":
        path = tmp_path / "samsvar.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    free: list[URL] = request.getfixturevalue("cleared_databases")
    template = request.getfixturevalue("postgres_template")
    url = free.pop() if free else await server.create(template)
    yield url.render_as_string(hide_password=False)
    if await server.clear(url):
        free.append(url)
    else:
        await server.drop(url)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on a fresh database, with unit mail on."""
    async with await Store.open(database_url, Vault(SECRET), unit_channels=("unit_mail",)) as one:
        yield one
