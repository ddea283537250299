"""Check the image and the compose file where no Docker engine is at hand.

    .venv/bin/python docker/check.py FOLDER

1. hadolint judges the Dockerfile.
2. The compose file is read by the rules of the Compose specification, variables and
   merges resolved, and every service, volume and setting that it names must be there.
3. Each step of the Dockerfile is done in FOLDER in place of `/`, with its own commands,
   and only from what the ignore file lets into the context. Then the image's command is
   started and its own health check asked. FOLDER must be empty.

It does not replace a build: the base image and its Debian are not looked at.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "docker" / "Dockerfile"
COMPOSE = ROOT / "docker" / "compose.yml"
ENVIRONMENT = ROOT / "docker" / "env.example"
# The image's own places; all else is the machine's.
PLACES = re.compile(r"(?<![\w./-])/(opt/samsvar|build|data)\b")
STARTS_WITHIN = 60.0  # seconds


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions, lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


class Image:
    """What the Dockerfile makes, in a folder in place of `/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workdir = folder
        self.variables: dict[str, str] = {}
        self.command: dict[str, list[str]] = {}
        self.tools = folder / "tools"
        lines = (ROOT / "docker/Dockerfile.dockerignore").read_text(encoding="utf-8").split()
        self.context = {line[1:] for line in lines if line.startswith("!")}

    def inside(self, text: str) -> str:
        return PLACES.sub(lambda match: f"{self.folder}/{match[1]}", text)

    def environment(self) -> dict[str, str]:
        """The image's variables on top of the few of this machine that pip needs."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SAMSVAR_", "PYTHON"))}
        kept["PATH"] = f"{self.tools}:{kept['PATH']}"
        given = {
            k: self.inside(v.replace("$PATH", kept["PATH"])) for k, v in self.variables.items()
        }
        return kept | given

    def build(self) -> None:
        """Do every instruction."""
        subprocess.run([sys.executable, "-m", "venv", self.tools / "python"], check=True)
        (self.tools / "pip").symlink_to("python/bin/pip")
        # the machine keeps its users; that the image has one of its own is asked of USER
        (self.tools / "useradd").write_text("#!/bin/sh\n")
        (self.tools / "useradd").chmod(0o755)
        for word, rest in instructions(DOCKERFILE.read_text(encoding="utf-8")):
            self.do(word, rest)

    def do(self, word: str, rest: str) -> None:
        if word == "FROM":
            self.variables, self.workdir = {}, self.folder
        elif word == "ENV":
            self.variables |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif word == "WORKDIR":
            self.workdir = Path(self.inside(rest))
            self.workdir.mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            self.copy(rest)
        elif word == "RUN":
            print(f"RUN {rest}", flush=True)
            command = ["/bin/sh", "-euc", self.inside(rest)]
            subprocess.run(command, check=True, cwd=self.workdir, env=self.environment())
        elif word in ("ENTRYPOINT", "CMD"):
            self.command[word] = json.loads(rest)
        elif word == "HEALTHCHECK":
            self.command[word] = json.loads(rest.partition("CMD ")[2])
        elif word == "USER":
            self.command[word] = [rest]
        elif word not in ("ARG", "EXPOSE", "VOLUME", "STOPSIGNAL"):
            raise SystemExit(f"docker/check.py does not know {word}")

    def copy(self, rest: str) -> None:
        if rest.startswith("--from="):
            return  # both stages share the folder
        *sources, target = rest.split()
        for source in sources:
            if source.strip("/") not in self.context:
                raise SystemExit(f"COPY {source}: Dockerfile.dockerignore keeps it out")
            if source.endswith("/"):
                kept = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(ROOT / source, self.workdir / target, ignore=kept)
            else:
                shutil.copy(ROOT / source, self.workdir / target)

    def serve(self) -> None:
        """Start what the image starts, and ask its health check until it is content."""
        user = int(self.command["USER"][0])
        environment = self.environment() | {"SAMSVAR_PORT": str(free_port())}
        environment |= {"SAMSVAR_HOST": "127.0.0.1"}
        as_user: dict[str, Any] = {"cwd": self.workdir, "env": environment}
        if os.geteuid() == 0 and interpreter_is_open_to_all():
            as_user |= {"user": user, "group": 0, "extra_groups": []}
        else:
            print(f"as user {os.geteuid()}: user {user} can't start this machine's Python")
        command = self.command["ENTRYPOINT"] + self.command["CMD"]
        program = shutil.which(command[0], path=environment["PATH"])
        assert program is not None, f"{command[0]} is not on the image's PATH"
        with subprocess.Popen([program, *command[1:]], **as_user) as service:
            try:
                wait_until_healthy(service, self.command["HEALTHCHECK"], as_user)
            finally:
                service.send_signal(signal.SIGTERM)
        if service.returncode != 0:
            raise SystemExit(f"after SIGTERM the service ended with {service.returncode}")


def wait_until_healthy(
    service: subprocess.Popen[bytes], check: list[str], as_user: dict[str, Any]
) -> None:
    began = time.monotonic()
    while time.monotonic() < began + STARTS_WITHIN and service.poll() is None:
        asked = subprocess.run(check, check=False, stderr=subprocess.DEVNULL, **as_user)
        if asked.returncode == 0:
            print(f"healthy after {time.monotonic() - began:.1f} s")
            return
        time.sleep(0.5)
    raise SystemExit(f"the service was not healthy within {STARTS_WITHIN:.0f} s")


def interpreter_is_open_to_all() -> bool:
    real = Path(sys.executable).resolve()
    return all(folder.stat().st_mode & 0o001 for folder in [real, *real.parents])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def check_compose() -> None:
    """The compose file by the specification, and the settings in it by our own."""
    from compose_spec import PyCompose

    from connectors.settings import settings_table

    def value(match: re.Match[str]) -> str:
        return match["otherwise"] if match["kind"] == ":-" else "filled-in"

    pattern = r"\$\{\w+(?:(?P<kind>:[-?])(?P<otherwise>[^}]*))?\}"
    plain = re.sub(pattern, value, COMPOSE.read_text(encoding="utf-8"))
    data = yaml.safe_load(plain)
    compose = PyCompose.from_json(json.dumps(data))
    compose.validate()
    known = {row.variable for row in settings_table()}
    named = set(re.findall(r"^(\w+)=", ENVIRONMENT.read_text(encoding="utf-8"), re.M))
    for service in data["services"].values():
        named |= set(service.get("environment", {}))
        for needed in service.get("depends_on", {}):
            assert needed in data["services"], needed
    unknown = {name for name in named if name.startswith("SAMSVAR_")} - known
    assert not unknown, f"no such settings: {sorted(unknown)}"
    print(f"compose.yml: {', '.join(compose.service_names())}; {len(named & known)} settings")


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    hadolint = Path(sys.executable).parent / "hadolint"
    subprocess.run([hadolint, DOCKERFILE], check=True)
    print("hadolint has nothing to say")
    check_compose()
    image = Image(folder)
    (folder / "tools").mkdir()
    image.build()
    image.serve()
    size = sum(f.lstat().st_size for f in (folder / "opt").rglob("*")) / 1e6
    print(f"/opt/samsvar is {size:.0f} MB")


if __name__ == "__main__":
    main()
