"""Time and memory of understand + search: `python tests/benchmarks/search_speed.py [ARTICLES]`.

The example's articles are varied until there are so many (default 500): each copy has every
word of its titles and questions changed by a letter or two, so that words, n-grams and
postings grow as they would with other articles. CPU time, so that other processes' load
disturbs little. A cold start is a new process that imports, reads the content, builds the
index, reads the trained model from its cache and answers one question.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from intents.model import load_model
from intents.understand import understand
from knowledge.articles import Article
from knowledge.content import EXAMPLE, load_content
from knowledge.index import build_index
from knowledge.search import search

QUESTIONS = Path(__file__).parent.parent / "knowledge/dev_questions_earlier_held_out.jsonl"
COLD = """
import sys, time
from pathlib import Path
from intents.model import load_model
from intents.understand import understand
from knowledge.content import EXAMPLE, load_content
from knowledge.index_cache import load_index
from knowledge.search import search
imported = time.process_time()
cache = Path(sys.argv[1])
content = load_content(EXAMPLE, cache)
read = time.process_time()
index = load_index(content, cache)
built = time.process_time()
model = load_model(content.municipality, cache)
loaded = time.process_time()
understand("når blir vegen brøytt", model)
search(index, "når blir vegen brøytt")
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(imported, read - imported, built - read, loaded - built, time.process_time(), peak)
"""


def vary(article: Article, number: int) -> Article:
    """A like article of other words."""
    chance = random.Random(f"{article.id}{number}")

    def other(text: str) -> str:
        return " ".join(_changed(word, chance) for word in text.split())

    return replace(
        article,
        id=f"{article.id}-{number}",
        title=other(article.title),
        questions=tuple(map(other, article.questions)),
        sms=other(article.sms),
        body=other(article.body),
    )


def _changed(word: str, chance: random.Random) -> str:
    if len(word) < 5 or chance.random() < 0.5:
        return word
    at = chance.randrange(1, len(word))
    return word[:at] + chance.choice("bdfgklmnprstv") + word[at:]


def grown(wanted: int) -> list[Article]:
    """The example's articles and so many variations that there are `wanted` in both standards."""
    mine = load_content(EXAMPLE).articles
    articles = list(mine.values())
    copies = [vary(one, n) for n in range(1, 1 + wanted // 60) for one in mine.values()]
    return (articles + copies)[: 2 * wanted]


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    content = load_content(EXAMPLE)
    articles = grown(wanted)
    began = time.process_time()
    index = build_index(articles, content.municipality)
    print(f"{index.articles} articles indexed in {time.process_time() - began:.2f} s of CPU")
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(content.municipality, Path(folder))
        asked = [json.loads(line)["q"] for line in QUESTIONS.read_text("utf-8").splitlines()]
        for name in ("first time", "again"):
            gc.collect()
            gc.freeze()
            times, searches = [], []
            for question in asked:
                began = time.process_time()
                understand(question, model)
                between = time.process_time()
                search(index, question)
                searches.append((time.process_time() - between) * 1e3)
                times.append((time.process_time() - began) * 1e3)
            print(
                f"understand + search, {name}: {statistics.median(times):.2f} ms median, "
                f"{sorted(times)[int(len(times) * 0.99)]:.2f} ms p99; "
                f"search alone {statistics.median(searches):.2f} and "
                f"{sorted(searches)[int(len(times) * 0.99)]:.2f} ms"
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory of this process, with the training of the model: {peak:.0f} MB")
        cold = [
            [
                float(one)
                for one in subprocess.run(
                    [sys.executable, "-c", COLD, folder], capture_output=True, check=True, text=True
                ).stdout.split()
            ]
            for _ in range(3)
        ]
    best = min(cold, key=lambda one: one[4])
    print(
        f"cold start with {len(content.article_ids())} articles: {best[4]:.2f} s of CPU (imports "
        f"{best[0]:.2f}, content {best[1]:.2f}, index {best[2]:.2f}, model {best[3]:.2f}), "
        f"{best[5]:.0f} MB"
    )


if __name__ == "__main__":
    main()
