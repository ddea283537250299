"""The stemmer that is loaded alone is Snowball's own."""

from __future__ import annotations

from importlib import import_module

from knowledge import stemming
from knowledge.content import EXAMPLE, load_content
from knowledge.words import tokens


def test_words_are_stemmed_as_by_the_whole_package() -> None:
    whole = import_module("snowballstemmer").stemmer("norwegian").stemWord
    alone = stemming.load_stemmer()
    articles = list(load_content(EXAMPLE).articles.values())[::9]
    words = {word for article in articles for word in tokens(f"{article.title} {article.body}")}
    assert len(words) > 500
    assert [alone(word) for word in words] == [whole(word) for word in words]
