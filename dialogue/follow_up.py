"""Follow-up questions: «og kva kostar det?» after an answer, answered from the same article.

Only the article's own sentences are said. What it does not hold is not guessed at.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from dialogue.conversation import Conversation
from intents.understood import Understood
from knowledge.articles import Article, short_link
from knowledge.gsm import is_gsm7, segments, to_gsm7
from knowledge.yaml_lines import read

REMEMBERED_FOR = timedelta(hours=1)
MOST_WORDS = 12
MOST_SEGMENTS = 2

_WORD = re.compile(r"[a-zæøåéòôü]+|\d+")
_WORDS = read(Path(__file__).with_suffix(".yml")).data
_SMALL = frozenset(str(_WORDS["small"]).split())
_DETAILS = frozenset(str(_WORDS["details"]).split())
_BACK = re.compile(r"^(?:og|men|enn|hva med|kva med|ka med|ke med|hva om|kva om|så)\b")
_FURTHER = re.compile(r"\s*(?:og |men |enn )?(?:hva|kva|ka|ke) (?:med|om)\b")
_TAIL = re.compile(r"\b(?:da|då|òg|også|og)\W*$")
_PRONOUN = re.compile(r"\b(?:det|den|dette|der|dei|de|dem|han|ho)\b")
_OPEN = r"åpningstid|opningstid|\båpen|\båpn|\båpent|\bope\b|\bopen\b|\bopna|stengt|stengd|stenger"
# What is asked for, and the words by which an article tells it; the wider ones if there are none.
_ASPECTS: tuple[tuple[str, str, str], ...] = (
    (r"kost|\bpris|betal|gratis|gebyr|kroner|\bkr\b|\bdyr",
     r"kost|\bpris|betal|gratis|gebyr|kroner|\bkr\b|eigendel|egenandel|egendel", ""),
    (r"laurdag|lørdag|søndag|sundag|\bhelg", r"laurdag|lørdag|søndag|sundag|\bhelg", _OPEN),
    (r"ferie|feria|\bjul|påske|sommar|sommer|helligdag|heilagdag",
     r"ferie|\bjul|påske|sommar|sommer|helligdag|heilagdag", _OPEN),
    (r"morgen|morgon|morran", r"morgen|morgon|før skule|før skole", _OPEN),
    (r"\bnett|digital", r"portal|skjema|digital|\bapp\b", ""),
    (r"kveld|\bnatt", r"kveld|\bnatt|døgn", _OPEN),
    (r"åpen|åpn|\bope\b|\bopen\b|\bopn|stengt|stengd|steng", _OPEN, ""),
    (r"frist", r"frist|\binnen\b|\binnan\b|senest|seinast", ""),
    (r"lang tid|lenge\b|ventetid|fort\b",
     r"\bdag(?:er|ar)?\b|\bveke|\buke|\bmåned|\bmånad|\btime", ""),
    (r"telefon|\btlf|\bring|nummer", r"\bring\b|telefon|\d{3} ?\d{2,3}", ""),
    (r"e-?post|\bmail", r"e-?post|@", ""),
    (r"\bsøk|skjema|bestill|søkna", r"\bsøk|skjema|bestill", ""),
    (r"adresse|ligger|\bligg\b", r"adresse|\bligg", ""),
    (r"gammel|gamal|alder", r"\bår\b|alder|trinn", ""),
    (r"ta med|ha med|vedlegg|dokument|legitimasjon", r"ta med|vedlegg|dokument|legitimasjon", ""),
    (r"\bkrav\b|\brett\b|rettigh|\brettar", r"\brett\b|\bkrav\b", ""),
    (r"\bklag", r"\bklag", ""),
)  # fmt: skip
_COMPILED = [tuple(re.compile(p) if p else None for p in one) for one in _ASPECTS]
_SENTENCE = re.compile(r"(?<=[^\d.][.!?])\s+(?=[A-ZÆØÅ\"])")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def recent_article(conversation: Conversation, at: datetime) -> str | None:
    """The article that was said lately, if any."""
    last = conversation.article
    return last.id if last is not None and at - last.at <= REMEMBERED_FOR else None


def refers_back(heard: Understood) -> bool:
    """Whether a message asks more about what was answered last, and names nothing of its own."""
    text = heard.text.lower().strip()
    words = _WORD.findall(text)
    if not words or len(words) > MOST_WORDS or heard.service or heard.unit:
        return False
    own = [word for word in own_words(text) if word not in _DETAILS]
    back = _BACK.match(text) is not None
    if own:
        return back
    back = back or _TAIL.search(text) is not None
    pronoun = _PRONOUN.search(text) is not None
    return back or pronoun or bool(asked_words(text)) or len(words) <= 3


def asks_further(heard: Understood) -> bool:
    """«kva med vaksne?»: a question, though it holds no word of asking that is sure."""
    return _FURTHER.match(heard.text.lower()) is not None and not (heard.service or heard.unit)


def own_words(text: str) -> list[str]:
    """The words that are neither small nor what the question asks for."""
    return [
        word
        for word in _WORD.findall(text.lower())
        if word not in _SMALL and not any(one[0] and one[0].search(word) for one in _COMPILED)
    ]


def asked_words(text: str) -> str:
    """The words that say what is asked for: «kostar», «frist»."""
    words = _WORD.findall(text.lower())
    return " ".join(w for w in words if any(one[0] and one[0].search(w) for one in _COMPILED))


def passage(article: Article, question: str) -> str | None:
    """What an article says about a follow-up question, with its link; None if nothing.

    The fuller text comes first: the short one has been said already.
    """
    fuller, short = _sentences(article), _SENTENCE.split(" ".join(article.sms.split()))
    if "klag" not in question.lower():  # «kor lang tid tek det?» is not about a right of appeal
        fuller, short = ([s for s in some if "klag" not in s.lower()] for some in (fuller, short))
    found = _about(fuller, question.lower()) or _about(short, question.lower())
    return _fitting(article, found) if found else None


def _about(sentences: list[str], text: str) -> list[str]:
    asked = [one for one in _COMPILED if one[0] and one[0].search(text)]
    found = _with_all(sentences, [one[1] for one in asked if one[1]])
    if asked and not found:
        found = _with_all(sentences, [one[2] for one in asked if one[2]])
    own = own_words(text)
    if own and (not asked or found):
        stems = [re.compile(rf"\b{re.escape(word[:6])}") for word in own if len(word) > 2]
        told = [s for s in (found or sentences) if any(p.search(s.lower()) for p in stems)]
        # «kva kostar det for barn då»: where no price for children is told, the price is
        found = told or (found if asked and set(own) <= _DETAILS else [])
    return found


def beginning(article: Article) -> str:
    """The fuller text of an article from its beginning, as much as two segments hold."""
    return _fitting(article, _sentences(article)) or article.sms


def _with_all(sentences: list[str], patterns: list[re.Pattern[str]]) -> list[str]:
    """The sentences that hold most of what is asked for, in their order."""
    hits = [sum(bool(p.search(one.lower())) for p in patterns) for one in sentences]
    most = max(hits, default=0)
    return [one for one, hit in zip(sentences, hits, strict=True) if hit == most] if most else []


def _sentences(article: Article) -> list[str]:
    """The sentences of the fuller text, without its Markdown."""
    lines: list[str] = []
    lead = ""
    for line in article.body.splitlines():
        plain = _LINK.sub(r"\1", line).replace("*", "").replace("`", "").strip()
        listed = plain.startswith("- ")
        plain = re.sub(r"^(?:[-#>]+|\d+\.)\s*", "", plain)
        lead = plain if plain.endswith(":") else lead if listed or not plain else ""
        if listed and lead and plain[-1:] not in ".!?":  # «prisar og klippekort» says too little
            plain = f"{lead} {plain}."
        if plain:
            lines.append(plain)
    return [s for line in lines for s in _SENTENCE.split(to_gsm7(line)) if is_gsm7(s)]


def _fitting(article: Article, sentences: list[str]) -> str | None:
    """As many of the sentences as go into two segments, after the title and before the link."""
    link = f" {short_link(article.link)}" if article.link else ""
    text = f"{to_gsm7(article.title)}."
    chosen: list[str] = []
    for sentence in dict.fromkeys(sentences):
        if segments(" ".join([text, *chosen, sentence]) + link) <= MOST_SEGMENTS:
            chosen.append(sentence)
        elif chosen:
            break
    said = " ".join([text, *chosen])
    return (said if link.strip() and link.strip() in said else said + link) if chosen else None
