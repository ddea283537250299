"""Did the tests that must run really run? Reads pytest's JUnit file.

A migration or storage test that is not collected or skipped for one of the two databases
would be a silent hole.
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


OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def is_no_loss(skipped: str, passed: set[str]) -> bool:
    """Whether a skipped test has nothing to do with a database, or ran on the other one.

    Some things, like waking another process, only one of the two can do.
    """
    twin = re.sub(r"\b(sqlite|postgresql)(?=[\]-])", lambda one: OTHER[one[0]], skipped)
    return twin == skipped or twin in passed


def main(path: str) -> int:
    passed: set[str] = set()
    skipped: set[str] = set()
    for case in ElementTree.parse(path).getroot().iter("testcase"):  # noqa: S314, our own file
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("skipped") is not None:
            skipped.add(name)
        elif case.find("failure") is None and case.find("error") is None:
            passed.add(name)
    wrong = 0
    for part, databases in NEEDED.items():
        for database in databases:
            ran = [name for name in passed if part in name and re.search(rf"\W{database}\b", name)]
            print(f"{part} on {database}: {len(ran)} passed")
            wrong += not ran
    for name in sorted(skipped):
        if not is_no_loss(name, passed):
            print(f"ran on neither database: {name}")
            wrong += 1
    print(f"{len(passed)} tests passed, {len(skipped)} were skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
