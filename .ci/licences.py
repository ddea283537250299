"""Are the licences of everything that Samsvar is shipped with on the list?

The packages are those of `requirements.lock` (the tools of `requirements-dev.lock` are
not shipped). The lesser GPL is fine for a library that is installed beside us and can be
replaced; the GPL and AGPL are not.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ALLOWED = {
    "0BSD", "3-Clause BSD License", "Apache License 2.0", "Apache Software License",
    "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
    "CNRI-Python", "ISC",
    "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "Public Domain", "PSF-2.0",
    "Python Software Foundation License", "TCL", "Unlicense", "Zlib",
    # by file: our own files stay ours
    "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)",
    # replaceable libraries
    "GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.1-or-later",
    "LGPL-3.0-only", "LGPL-3.0-or-later",
}  # fmt: skip


def is_allowed(licence: str) -> bool:
    """Every part of `A AND B` or `A; B`, and one of `A OR B`."""
    return all(
        any(choice.strip(" ()") in ALLOWED or choice.strip() in ALLOWED for choice in choices)
        for choices in (
            re.split(r"\s+OR\s+", part) for part in re.split(r"\s+AND\s+|\s*;\s*", licence.strip())
        )
    )


def main() -> int:
    lock = Path("requirements.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z0-9._-]+)==", lock, re.M)
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--packages"]
    shown = subprocess.run([*command, *names], check=True, capture_output=True, text=True)
    packages = json.loads(shown.stdout)
    refused = [p for p in packages if not is_allowed(p["License"])]
    for package in refused:
        print(f"{package['Name']} {package['Version']}: {package['License']} is not on the list")
    print(f"{len(packages)} of {len(names)} locked packages are installed, {len(refused)} refused")
    return 1 if refused or len(packages) < len(names) * 0.9 else 0


if __name__ == "__main__":
    sys.exit(main())
