"""What RASA.md states is held, statement by statement, by what is played or tested here."""

from pathlib import Path

import pytest

from knowledge.yaml_lines import read

HERE = Path(__file__).parent
STATEMENTS = [
    pytest.param(statement["held"], id=f"{part}: {statement['says']}")
    for part, statements in read(HERE / "rasa_statements.yml").data.items()
    for statement in statements
]


@pytest.fixture(scope="module")
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))


@pytest.mark.parametrize("held", STATEMENTS)
def test_a_statement_of_rasa_md_is_held(held: list[str], sources: str) -> None:
    assert held
    for name in held:
        if name.endswith(".py"):
            assert (HERE.parent / name).exists(), name
        elif name.startswith("test_"):
            assert f"def {name}(" in sources, name
        else:
            bot, _, conversation = name.partition("/")
            assert (HERE / "bots" / bot / "transcripts" / f"{conversation}.yml").exists(), name
