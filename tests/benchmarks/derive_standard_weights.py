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
from collections.abc import Iterator
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


# What counts: a word that both sides of a pair have, one of an example that has no twin, the
# start of every count. Found on the development sets of messages (docs/understanding.md).
_SHARED, _ALONE, _START, _MOST = 1.0, 0.25, 1.0, 3
_GROUP_SHARE, _MOST_BY_GROUPS = 0.12, 1.0


def pairs(parallel: list[Path]) -> Iterator[tuple[str, str]]:
    """Texts that say the same in bokmål and in nynorsk."""
    for path in sorted((ROOT / "knowledge" / "example" / "articles").rglob("*.nb.md")):
        twin = path.with_name(path.name.replace(".nb.md", ".nn.md"))
        if twin.exists():
            yield path.read_text(encoding="utf-8"), twin.read_text(encoding="utf-8")
    for path in parallel:
        for line in path.read_text(encoding="utf-8").splitlines():
            pair = json.loads(line)
            yield pair["nb"], pair["nn"]


def count_words(parallel: list[Path]) -> dict[str, Counter[str]]:
    """How often a word stands on one side where the other has another word.

    A word that both sides have counts for both: so «torsdag» has no say, however often one
    of them names it. Examples have no twins, and a word of them says little.
    """
    counts: dict[str, Counter[str]] = {"nb": Counter(), "nn": Counter()}
    for one, other in pairs(parallel):
        found = [Counter(_WORD.findall(text.lower())) for text in (one, other)]
        for word in found[0].keys() | found[1].keys():
            shared = min(found[0][word], found[1][word])
            for standard, own in zip(counts, found, strict=True):
                counts[standard][word] += min(own[word] - shared, _MOST)
                counts[standard][word] += _SHARED * min(shared, _MOST)  # type: ignore[assignment]
    for example in load_examples():
        words = _WORD.findall(example.text.lower())
        if _DIALECT.isdisjoint(words):
            for word in set(words):
                counts[example.standard][word] += _ALONE  # type: ignore[assignment]
    for counter in counts.values():
        for word in NEUTRAL:
            counter.pop(word, None)
    return counts


def group_odds(words: dict[str, Counter[str]]) -> dict[str, float]:
    """Log odds for nynorsk of letter groups."""
    groups: dict[str, Counter[str]] = {"nb": Counter(), "nn": Counter()}
    for standard, counter in words.items():
        for word, count in counter.items():
            for group in letter_groups(word):
                groups[standard][group] += min(count, 6)
    totals = {standard: sum(counter.values()) for standard, counter in groups.items()}
    odds = {}
    for group in groups["nb"].keys() | groups["nn"].keys():
        nb, nn = groups["nb"][group], groups["nn"][group]
        value = math.log((nn + 1) / totals["nn"]) - math.log((nb + 1) / totals["nb"])
        if nb + nn >= 4 and abs(value) >= 0.3:
            odds[group] = round(max(-4.0, min(4.0, value)), 2)
    return dict(sorted(odds.items()))


def word_odds(words: dict[str, Counter[str]], groups: dict[str, float]) -> dict[str, float]:
    """Log odds for nynorsk of words; what is seldom seen leans on its letter groups.

    Words that say nothing are kept with 0: so their letter groups are not asked either.
    """
    bias = math.log(sum(words["nn"].values()) / sum(words["nb"].values()))
    odds = {}
    for word in words["nb"].keys() | words["nn"].keys():
        nb, nn = words["nb"][word], words["nn"][word]
        if nb + nn < 1:
            continue
        leaning = sum(groups.get(group, 0.0) for group in letter_groups(word)) * _GROUP_SHARE
        share = math.exp(max(-_MOST_BY_GROUPS, min(_MOST_BY_GROUPS, leaning)) / 2)
        value = math.log((nn + _START * share) / (nb + _START / share)) - bias
        odds[word] = round(max(-4.0, min(4.0, value)), 2) if abs(value) >= 0.4 else 0.0
    return dict(sorted(odds.items()))


def derive(parallel: list[Path]) -> None:
    """Write the weights."""
    words = count_words(parallel)
    groups = group_odds(words)
    weights = {"words": word_odds(words, groups), "groups": groups}
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
