"""`samsvar` commands, each in a process of its own, without importing everything for each.

`python -m shell` imports the command line once, and forks for each line that it reads:
`{"arguments": […], "env": {…}, "stdin": "…"}` gives `{"code": 0, "out": "…", "err": "…"}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = ("-m", "connectors.cli")
ENDS_WITHIN = 90.0  # seconds, on a busy machine


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of ours; a narrow, colourless terminal."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SAMSVAR_")}
    root = Path(__file__).parents[2]
    return plain | {
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests' / 'support'}",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }


async def run_command(*arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> Ended:
    """Run `samsvar` with these arguments to its end, from nothing, as a terminal does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *COMMAND, *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean_environment() | (env or {}),
    )  # fmt: skip
    try:
        async with asyncio.timeout(ENDS_WITHIN):
            out, err = await process.communicate(stdin.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"samsvar {' '.join(arguments)} does not end") from None
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


class Shell:
    """Where somebody types `samsvar …`, in an empty folder."""

    def __init__(self, folder: Path, cache_home: Path) -> None:
        self.cache = cache_home / "samsvar"
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "shell"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=clean_environment() | {"XDG_CACHE_HOME": str(cache_home)},
        )

    def run(self, *arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> Ended:
        """Run `samsvar` with these arguments to its end."""
        asked = {"arguments": arguments, "env": env or {}, "stdin": stdin}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return Ended(**json.loads(self._process.stdout.readline()))

    async def command(
        self, *arguments: str, env: dict[str, str] | None = None, stdin: str = ""
    ) -> Ended:
        """The same, while the stand-ins go on."""
        return await asyncio.to_thread(self.run, *arguments, env=env, stdin=stdin)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def main() -> None:
    from dialogue.edition import load_flows

    load_flows()
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            files = {name: Path(folder) / name for name in ("in", "out", "err")}
            files["in"].write_text(asked["stdin"], encoding="utf-8")
            child = os.fork()
            if child == 0:
                _become(asked, files)
            code = _ended(child)
            out, err = (files[name].read_text("utf-8") for name in ("out", "err"))
        print(json.dumps({"code": code, "out": out, "err": err}), flush=True)


def _become(asked: dict[str, Any], files: dict[str, Path]) -> None:
    """The command itself, as if it had just been started. Never returns."""
    import connectors.cli

    code: Any = 1
    try:
        for number, name in enumerate(("in", "out", "err")):
            flags = os.O_RDONLY if name == "in" else os.O_WRONLY | os.O_CREAT
            os.dup2(os.open(files[name], flags, 0o600), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (ends with the process)
        os.environ.update(asked["env"])
        sys.argv = ["samsvar", *asked["arguments"]]
        connectors.cli.main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int) -> int:
    until = time.monotonic() + ENDS_WITHIN
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return -9


if __name__ == "__main__":
    main()
