"""Derive intents/standard_weights.json: log odds of words and letter groups for nynorsk.

    python derive_standard_weights.py [PARALLEL.jsonl …]

Counts the articles of the example municipality and the examples of messages in this
repository, and parallel texts ({"nb": …, "nn": …} a line) if given. The shipped weights
were derived with NAV's own application texts (github.com/navikt, MIT licence), of which only
these counts are kept. Evaluate with --evaluate LANGID.tsv (standard, source, text).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from pathlib import Path

from intents.examples import load_examples
from intents.written_standard import DIALECT, NEUTRAL, WEIGHTS, letter_groups

ROOT = Path(__file__).resolve().parents[2]
_WORD = re.compile(r"[^\W\d_]+")
# Dialect shows no standard, whichever folder an example stands in.
_DIALECT = DIALECT | {
    "boss",
    "bossbilen",
    "blei",
    "koste",
    "åpne",
    "opna",
    "henta",
    "tar",
    "nå",
    "datt",
    "ramla",
    "an",
    "vår",
    "å",
}


def texts(parallel: list[Path]) -> dict[str, list[str]]:
    """Every text by standard."""
    found: dict[str, list[str]] = {"nb": [], "nn": []}
    for path in sorted((ROOT / "knowledge" / "example" / "articles").rglob("*.md")):
        found[path.stem.rsplit(".", 1)[1]].append(path.read_text(encoding="utf-8"))
    for example in load_examples():
        if _DIALECT.isdisjoint(_WORD.findall(example.text.lower())):
            found[example.standard].append(example.text)
    for path in parallel:
        for line in path.read_text(encoding="utf-8").splitlines():
            pair = json.loads(line)
            for standard in ("nb", "nn"):
                found[standard].append(pair[standard])
    return found


def log_odds(counts: dict[str, Counter[str]], least: int, weakest: float) -> dict[str, float]:
    """Log odds for nynorsk of what is counted often enough and says enough."""
    totals = {standard: sum(counter.values()) for standard, counter in counts.items()}
    odds = {}
    for key in counts["nb"].keys() | counts["nn"].keys():
        nb, nn = counts["nb"][key], counts["nn"][key]
        if nb + nn < least:
            continue
        value = math.log(((nn + 0.3) / totals["nn"]) / ((nb + 0.3) / totals["nb"]))
        if abs(value) >= weakest:
            odds[key] = round(max(-4.0, min(4.0, value)), 2)
    return dict(sorted(odds.items()))


def derive(parallel: list[Path]) -> None:
    """Write the weights."""
    words: dict[str, Counter[str]] = {"nb": Counter(), "nn": Counter()}
    groups: dict[str, Counter[str]] = {"nb": Counter(), "nn": Counter()}
    for standard, every in texts(parallel).items():
        for text in every:
            found = [word for word in _WORD.findall(text.lower()) if word not in NEUTRAL]
            words[standard].update(found)
        for word, count in words[standard].items():
            for group in letter_groups(word):
                groups[standard][group] += min(count, 20)
    weights = {"words": log_odds(words, 2, 0.7), "groups": log_odds(groups, 6, 0.5)}
    WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print({name: len(table) for name, table in weights.items()}, WEIGHTS.stat().st_size, "bytes")


def evaluate(path: Path) -> None:
    """Print the shares decided and wrong by length."""
    from intents.normalise import load_forms, tokenise
    from intents.written_standard import find_standard, load_weights

    forms, weights = load_forms(), load_weights()
    rows: dict[str, list[tuple[bool, bool, bool]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        truth, _, text = line.split("\t")
        found = find_standard(text, tokenise(text, forms), None, "nb", weights)
        forced = "nn" if found.score > 0 else "nb"
        size = len(_WORD.findall(text))
        length = "1-3 words" if size < 4 else "4-7 words" if size < 8 else "8 and more"
        for key in (length, "all"):
            rows.setdefault(key, []).append(
                (found.sure, found.sure and found.standard != truth, forced == truth)
            )
    for key, row in sorted(rows.items()):
        sure = sum(s for s, _, _ in row)
        wrong = sum(w for _, w, _ in row)
        print(f"{key}: n {len(row)}, decided {sure / len(row):.3f}, "
              f"wrong of those {wrong / max(1, sure):.4f}, "
              f"right if forced {sum(f for _, _, f in row) / len(row):.3f}")  # fmt: skip


if __name__ == "__main__":
    if "--evaluate" in sys.argv:
        evaluate(Path(sys.argv[-1]))
    else:
        derive([Path(name) for name in sys.argv[1:]])
