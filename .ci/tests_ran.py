"""Did the tests that must run really run? Reads pytest's JUnit file.

A migration or storage test that is skipped, or not collected, for one of the two
databases would be a silent hole.
"""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

# a part of the test's name, and the databases that it must have passed on
NEEDED = {
    "test_migrations": ("sqlite", "postgresql"),
    "test_storage": ("sqlite", "postgresql"),
    "tests.way": ("sqlite", "postgresql"),
}


def main(path: str) -> int:
    passed: list[str] = []
    skipped: list[str] = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):  # noqa: S314, our own file
        name = f"{case.get('classname')}::{case.get('name')}"
        (skipped if case.find("skipped") is not None else passed).append(name)
    wrong = 0
    for part, databases in NEEDED.items():
        for database in databases:
            ran = [name for name in passed if part in name and re.search(rf"\W{database}\b", name)]
            print(f"{part} on {database}: {len(ran)} tests")
            wrong += not ran
    databaseless = [name for name in skipped if re.search(r"\W(sqlite|postgresql)\b", name)]
    for name in databaseless:
        print(f"skipped, and must not be: {name}")
    print(f"{len(passed)} tests ran, {len(skipped)} were skipped")
    return 1 if wrong or databaseless else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
