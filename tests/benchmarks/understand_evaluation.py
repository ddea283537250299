"""How well `understand` does on labelled messages: python understand_evaluation.py FILE.jsonl.

A line is {"text", "expecting"?, "choices"?, "known_standard"?, "group"?, "expect": {…}}.
`expect` holds fields of `Understood`; `rating` is the value, `comment` the comment of a
rating, `parts` their number. Only the fields that a line expects are judged. Prints the
share right for each field and group with its Wilson interval, macro-F1 for kind and
role, the misses with --misses, and the time a message takes. --calibrate cross-validates
the classifier on the examples and prints the sharpness that makes its scores honest.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from intents.model import load_model
from intents.understand import understand
from intents.understood import Understood
from knowledge.municipality_files import read_municipality

ROOT = Path(__file__).resolve().parents[2]


def got(understood: Understood, field: str) -> Any:
    """The value of an expected field."""
    if field == "rating":
        return understood.rating.value if understood.rating else None
    if field == "comment":
        return understood.rating.comment if understood.rating else None
    if field == "parts":
        return len(understood.parts)
    return getattr(understood, field)


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share, z = right / total, 1.96
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return middle - half, middle + half


def macro_f1(pairs: list[tuple[Any, Any]]) -> float:
    """The mean of F1 over the expected values."""
    names = sorted({str(expected) for expected, _ in pairs})
    scores = []
    for name in names:
        hit = sum(str(e) == name and str(g) == name for e, g in pairs)
        wrong = sum((str(e) == name) != (str(g) == name) for e, g in pairs)
        scores.append(2 * hit / (2 * hit + wrong) if hit else 0.0)
    return sum(scores) / len(scores) if scores else 0.0


def evaluate(path: Path, show_misses: bool) -> None:
    """Print the figures of one file."""
    municipality, _ = read_municipality(ROOT / "knowledge" / "example")
    assert municipality is not None
    model = load_model(municipality)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    total: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    times: list[float] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked = {k: row[k] for k in ("expecting", "choices", "known_standard") if k in row}
        started = time.perf_counter()
        understood = understand(row["text"], model, **asked)
        times.append(time.perf_counter() - started)
        for field, expected in row["expect"].items():
            value = got(understood, field)
            for group in ("all", row.get("group", "-")):
                total[field][group] += 1
                right[field][group] += value == expected
            pairs[field].append((expected, value))
            if show_misses and value != expected:
                print(f"{field}: {expected} got {value} | {row['text']}")
    for field, counts in total.items():
        shares = []
        for group, count in counts.items():
            low, high = wilson(right[field][group], count)
            share = right[field][group] / count
            shares.append(f"{group} {share:.3f} [{low:.2f}-{high:.2f}] n={count}")
        print(f"{field:15} " + " · ".join(shares))
    for field in ("kind", "role", "about", "sensitive"):
        if pairs[field]:
            print(f"macro-F1 {field:10} {macro_f1(pairs[field]):.3f}")
    times.sort()
    print(f"ms a message: median {times[len(times) // 2] * 1e3:.2f}, "
          f"p99 {times[int(len(times) * 0.99)] * 1e3:.2f}")  # fmt: skip


def calibrate(folds: int = 5) -> None:
    """Cross-validate on the examples; the twins of both standards are held out together."""
    import numpy as np

    from intents.classifier import softmax, train
    from intents.examples import load_examples
    from intents.features import featurise, signs_for_classifier
    from intents.reading import read_text

    municipality, _ = read_municipality(ROOT / "knowledge" / "example")
    assert municipality is not None
    model = load_model(municipality)
    examples = load_examples()
    vectors = []
    for example in examples:
        reading = read_text(example.text, model)
        signs = signs_for_classifier((*reading.matches, *reading.dangers))
        vectors.append(featurise(reading.tokens, signs, bool(reading.services)))
    sizes = Counter((e.label, e.standard) for e in examples)
    seen: Counter[tuple[str, str]] = Counter()
    fold_of = []
    for example in examples:
        key = (example.label, example.standard)
        fold_of.append(seen[key] * folds // sizes[key])
        seen[key] += 1
    rows: list[tuple[str, Any, tuple[str, ...]]] = []
    for fold in range(folds):
        learnt = [i for i, own in enumerate(fold_of) if own != fold]
        classifier = train([vectors[i] for i in learnt], [examples[i].label for i in learnt])
        rows += [
            (examples[i].label, classifier.scores(vectors[i]), classifier.labels)
            for i, own in enumerate(fold_of)
            if own == fold
        ]
    pairs = [(label, names[int(scores.argmax())]) for label, scores, names in rows]
    kinds = [p for p in pairs if p[0].startswith("feedback") or p[0] == "question"]
    print(f"right {sum(a == b for a, b in pairs) / len(pairs):.3f} of {len(pairs)}")
    print(f"macro-F1 of kinds {macro_f1(kinds):.3f}, of all {macro_f1(pairs):.3f}")

    def loss(sharpness: float) -> float:
        return -float(
            np.mean(
                [
                    np.log(softmax(scores * np.float32(sharpness))[names.index(label)] + 1e-9)
                    for label, scores, names in rows
                ]
            )
        )

    print(f"sharpness {min((s / 10 for s in range(4, 30)), key=loss)}")


if __name__ == "__main__":
    if "--calibrate" in sys.argv:
        calibrate()
    for name in [argument for argument in sys.argv[1:] if not argument.startswith("--")]:
        evaluate(Path(name), "--misses" in sys.argv)
