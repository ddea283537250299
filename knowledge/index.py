"""The index: everything that search looks at, built once from the articles.

Four kinds of evidence, each explainable: BM25 over words and parts of compounds, BM25 over
character 3- and 4-grams, likeness to the single example questions, and a classifier that has
learnt from all of them what tells one article from another.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.articles import Article
from knowledge.classifier import Classifier
from knowledge.learning import Text, learn
from knowledge.lexicon import Lexicon
from knowledge.municipality import Municipality
from knowledge.ngrams import Ngrams, index_ngrams
from knowledge.outside import Topic, outside_of, shipped_topics
from knowledge.postings import Postings, Scores, bm25, inverse_frequencies, sparse
from knowledge.support import Support
from knowledge.weighing import Weighing
from knowledge.words import content_words

_WEIGHTS = {"title": 2.0, "questions": 1.0, "names": 1.0, "sms": 0.6, "body": 0.3}
_GRAM_FIELDS = ("title", "questions", "names", "sms")
_NAMING = ("title", "questions", "names")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+")


@dataclass(frozen=True, slots=True)
class Index:
    """What search needs. Immutable; built by `build_index`.

    `ids` are the articles, then `outside:<topic>` for what lies outside the base; `articles`
    is the number of the former. `asked` are the example questions of all, one after the other.
    """

    ids: tuple[str, ...]
    articles: int
    lexicon: Lexicon
    idf: dict[str, float]
    unknown_idf: float
    words: Postings
    ngrams: Ngrams
    weighing: Weighing
    support: Support
    classifier: Classifier
    asked: tuple[str, ...]


def build_index(
    articles: Iterable[Article],
    municipality: Municipality,
    topics: Mapping[str, Topic] | None = None,
) -> Index:
    """Index the articles. Both standards of an article are one document.

    `topics` are matters outside the base (default: those that ship with Samsvar).
    Deterministic; 1 to 2 ms an article, and 20 to learn what tells it from others.
    """
    grouped: dict[str, list[Article]] = {}
    for article in sorted(articles, key=lambda one: (one.id, one.standard)):
        grouped.setdefault(article.id, []).append(article)
    all_articles = [article for twins in grouped.values() for article in twins]
    outside = outside_of(all_articles, shipped_topics() if topics is None else topics)
    asked = [*map(_questions, grouped.values()), *(topic.questions for topic in outside.values())]
    fields = [_fields(twins, municipality) for twins in grouped.values()]
    fields += [{} for _ in outside]
    asked_words = [[content_words(question) for question in mine] for mine in asked]
    words = [
        {
            name: [word for text in texts for word in content_words(text)]
            for name, texts in f.items()
        }
        | {"questions": [word for question in mine for word in question]}
        for f, mine in zip(fields, asked_words, strict=True)
    ]
    lexicon = Lexicon(_words_of(words, _NAMING), _words_of(words, ("sms", "body")))
    counts = [_term_counts(one, lexicon) for one in words]
    idf = inverse_frequencies(counts)
    postings = bm25(counts, idf)
    ngrams = index_ngrams([_gram_words(one) for one in words], asked_words)
    unknown_idf = math.log(1 + len(asked))
    weighing = Weighing(lexicon, idf, unknown_idf, postings, ngrams)
    texts = _texts(list(grouped.values()), asked)
    return Index(
        ids=(*grouped, *(f"outside:{name}" for name in outside)),
        articles=len(grouped),
        lexicon=lexicon,
        idf=idf,
        unknown_idf=unknown_idf,
        words=postings,
        ngrams=ngrams,
        weighing=weighing,
        support=Support(postings, ngrams, _held(words, counts, lexicon)),
        classifier=learn(texts, len(asked), weighing),
        asked=tuple(question for mine in asked for question in mine),
    )


def _words_of(documents: Sequence[dict[str, list[str]]], names: Sequence[str]) -> set[str]:
    return {word for one in documents for name in names for word in one.get(name, ())}


def _held(
    documents: Sequence[dict[str, list[str]]],
    counts: Sequence[dict[str, float]],
    lexicon: Lexicon,
) -> Scores:
    """How far each document holds each of its terms, in the order of the postings.

    1 for a whole word, less for a part of a compound.
    """
    all_held: list[dict[str, float]] = []
    for words, terms in zip(documents, counts, strict=True):
        held = dict.fromkeys(terms, 0.0)
        for word in {word for found in words.values() for word in found}:
            for one, weight in lexicon.terms_of(word):
                held[one] = max(held[one], weight)
        all_held.append(held)
    return sparse([held.items() for held in all_held]).weights


def _questions(twins: Sequence[Article]) -> list[str]:
    """Every question and title of an article, in both standards, each once."""
    return list(dict.fromkeys(q for one in twins for q in (*one.questions, one.title)))


def _texts(articles: Sequence[Sequence[Article]], asked: Sequence[Sequence[str]]) -> list[Text]:
    """What the classifier learns from: the questions of each document, and sentences of SMS."""
    texts = [(question, number) for number, mine in enumerate(asked) for question in mine]
    for number, twins in enumerate(articles):
        sentences = [told for one in twins for told in _SENTENCE_END.split(one.sms)]
        texts += [(told, number) for told in sentences if len(content_words(told)) > 1]
    return texts


def _fields(twins: Sequence[Article], municipality: Municipality) -> dict[str, list[str]]:
    names: list[str] = []
    service = municipality.services.get(twins[0].service or "")
    if service is not None:
        names += [*service.name.values(), *(w for ws in service.words.values() for w in ws)]
    unit = municipality.units.get(twins[0].unit)
    if unit is not None:
        names += unit.name.values()
    return {
        "title": [one.title for one in twins],
        "names": names,
        "sms": [one.sms for one in twins],
        "body": [one.body for one in twins],
    }


def _term_counts(words: dict[str, list[str]], lexicon: Lexicon) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for name, found in words.items():
        for word, times in Counter(found).items():
            for one, weight in lexicon.terms_of(word):
                counts[one] += _WEIGHTS[name] * weight * times  # type: ignore[assignment]
    return dict(counts)


def _gram_words(words: dict[str, list[str]]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for name in _GRAM_FIELDS:
        for word in words.get(name, ()):
            counts[word] = counts.get(word, 0.0) + _WEIGHTS[name]
    return counts
