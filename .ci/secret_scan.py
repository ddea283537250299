"""Look for secrets in every tracked file, with detect-secrets.

Left out: guessing by a variable's name (the tests are full of made-up tokens) and by
base64 entropy (hashes of the lock files). Made-up values of the tests are told by their
own marks below; a line can also end in `pragma: allowlist secret`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

NOT_USED = {"KeywordDetector", "Base64HighEntropyString", "IPPublicDetector"}
LIMITS = {"HexHighEntropyString": {"limit": 3.0}}
LOCKS = re.compile(r"\.lock$")
# user:password@host in documentation, and passwords of tests
EXAMPLES = re.compile(r"//[a-z_]+:(password|secret|pass|hemmelig|hemmeleg|\$\{\w+[^}]*\})@", re.I)
# digits and letters in rows, as 0123456789abcdef…: nobody's token
ROWS = re.compile(r"^(?:0123456789abcdef|0123456789|abcdef|f00d|c0ffee|(.)\1+)*$", re.I)


# in tests: user:anything@host, where no such host can be in the world
NOWHERE = re.compile(r"//[^@\s]+@(\w+|127\.0\.0\.1|[\w.-]+\.example)(?![\w.])")


def is_made_up(secret: PotentialSecret, line: str) -> bool:
    """Whether it stands for a secret without being one."""
    if secret.filename.startswith("tests/") and NOWHERE.search(line):
        return True
    return bool(EXAMPLES.search(line) or ROWS.match(secret.secret_value or ""))


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True)
    files = [name for name in listed.stdout.split("\0") if name and not LOCKS.search(name)]
    kinds = sorted(kind.__name__ for kind in get_mapping_from_secret_type_to_class().values())
    plugins = [{"name": kind, **LIMITS.get(kind, {})} for kind in kinds if kind not in NOT_USED]
    found = 0
    with transient_settings({"plugins_used": plugins}):
        for name in files:
            for secret in scan_file(name):
                line = Path(name).read_text("utf-8", "replace").split("\n")[secret.line_number - 1]
                if not is_made_up(secret, line):
                    print(f"{name}:{secret.line_number}: {secret.type}")
                    found += 1
    print(f"{len(files)} files, {len(plugins)} detectors, {found} secrets")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
