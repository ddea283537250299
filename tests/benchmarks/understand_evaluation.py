"""How well `understand` does on labelled messages: python understand_evaluation.py FILE.jsonl.

A line is {"text", "expecting"?, "choices"?, "known_standard"?, "group"?, "expect": {…},
"accept"?: {field: [more values]}, "reject"?: {field: [values]}}, or {"text", "masked"}.
`expect` holds fields of `Understood`; `rating` is the value or {"value", "comment"?},
`parts` their number. Only the fields that a line expects are judged. Prints the
share right for each field and group with its Wilson interval, macro-F1 for kind and
role, the misses with --misses, and the time a message takes. --calibrate cross-validates
the classifier on the examples and prints the sharpness that makes its scores honest.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from dialogue.evaluation.intervals import macro_f1 as f1_of_pairs
from dialogue.evaluation.intervals import wilson
from intents.model import load_model
from intents.sensitive import mask
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


def fits(field: str, expected: Any, value: Any, row: dict[str, Any]) -> bool:
    """Whether a value is the expected one, or as right as it; comments are compared loosely."""
    if field == "rating" and isinstance(expected, dict):
        expected = expected["value"]
    if field == "comment" and expected and value:
        return str(expected).lower().strip(" .!") in str(value).lower()
    return value == expected or value in row.get("accept", {}).get(field, ())


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line to judge, a comment beside its rating."""
    fields = dict(row["expect"])
    rating = fields.get("rating")
    if isinstance(rating, dict) and rating.get("comment"):
        fields["comment"] = rating["comment"]
    return fields


def evaluate_masking(rows: list[dict[str, Any]]) -> None:
    """Print how many numbers are masked that must be, and left that must stay."""
    for must in (True, False):
        texts = [row["text"] for row in rows if row["masked"] is must]
        wrong = [text for text in texts if ("[***]" in mask(text)) is not must]
        print(f"{'masked' if must else 'left as they are'}: {len(texts) - len(wrong)}/{len(texts)}")


def macro_f1(pairs: list[tuple[Any, Any]]) -> float:
    """The mean of F1 over the expected values."""
    return f1_of_pairs([(str(expected), str(value)) for expected, value in pairs])


def evaluate(path: Path, show_misses: bool) -> None:
    """Print the figures of one file."""
    municipality, _ = read_municipality(ROOT / "knowledge" / "example")
    assert municipality is not None
    model = load_model(municipality)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    total: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    times: list[float] = []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if rows and "masked" in rows[0]:
        evaluate_masking(rows)
        return
    alarms: Counter[bool] = Counter()
    for row in rows:
        asked = {k: row[k] for k in ("expecting", "choices", "known_standard") if k in row}
        started = time.perf_counter()
        understood = understand(row["text"], model, **asked)
        times.append(time.perf_counter() - started)
        for field, values in row.get("reject", {}).items():
            total["rejected"]["all"] += 1
            right["rejected"]["all"] += got(understood, field) not in values
        if row["expect"].get("emergency", "") is None:
            alarms[understood.emergency is not None] += 1
        for field, expected in judged(row).items():
            value = got(understood, field)
            right_one = fits(field, expected, value, row)
            for group in ("all", row.get("group", "-")):
                total[field][group] += 1
                right[field][group] += right_one
            pairs[field].append((expected, value))
            if show_misses and not right_one:
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
    if alarms:
        print(f"false alarms {alarms[True]} of {alarms.total()}")
    found = [value is not None for expected, value in pairs["emergency"] if expected is not None]
    if found:
        print(f"dangers found {sum(found)} of {len(found)}")
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
