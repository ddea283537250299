"""The municipality's own wording of what the bot says: texts.yml, checked against the bot's own.

A text may be worded anew; what people must be told, and what waits for an answer, stays. The
choices of a response are the bot's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from dialogue.domain import Bot, Variation
from dialogue.text_budget import MOST_SEGMENTS, MOST_SEPTETS, Budget
from knowledge.articles import STANDARDS
from knowledge.facts import FIELD, Facts, filled
from knowledge.gsm import foreign_characters, is_gsm7, segments, to_gsm7
from knowledge.municipality import Municipality
from knowledge.parity import differences, standard_evidence
from knowledge.problems import Problem, Severity
from knowledge.yaml_lines import Document

OWN_CHANNEL = "telegram"
"""The channel for which a text may differ; SMS is said by the text without a channel."""

MAY_GO = frozenset({"municipality", "service_centre", "article_title", "rated_day"})
"""Variables that a text need not say. All others tell people what they must know."""

_SHAPE = 'write `nb: "…"` and `nn: "…"` below the name, and `telegram:` with both where it differs.'
_QUOTED = re.compile(r'"[^"]*"')
_VARIABLE = re.compile(r"{([^{}\n]+)}")
_TOLD = re.compile(r"(?<![\w{])(?:\d[\d ]+\d|[A-ZÆØÅ]{2,}(?: [A-ZÆØÅ]{2,})*)(?!\w)")
_STRESSED = {"NÅ", "NO"}  # capitals that only raise the voice
_FEWEST_FOREIGN_WORDS = 2


@dataclass(frozen=True, slots=True)
class _Own:
    """One text of texts.yml. `standard` is None where the bot says the same in both."""

    name: str
    path: tuple[str, ...]
    standard: str | None
    channel: str | None
    text: str


def with_own_texts(
    bot: Bot, document: Document | None, municipality: Municipality, facts: Facts
) -> tuple[Bot, list[Problem]]:
    """The bot with the municipality's texts in place of its own, and every fault in them.

    Fields (`{{ water.phone }}`) are filled in; unknown ones are told by `check_facts`.
    """
    if document is None or document.data is None:
        return bot, []
    problems: list[Problem] = []
    if not isinstance(document.data, dict):
        problems.append(
            _text_fault(document, (), "shape", "it must list responses by name", _SHAPE)
        )
        return bot, problems
    budget = Budget(municipality)
    responses = dict(bot.responses)
    for name, value in document.data.items():
        if name not in bot.responses:
            problems.append(_unknown(bot, document, str(name)))
            continue
        own = list(_read(document, name, value, bot.responses[name], problems))
        filled_in = [replace(one, text=_filled(one, facts)) for one in own]
        for one in filled_in:
            problems += _faults(document, one, _built_in(bot.responses[name], one), budget)
        problems += _twin_faults(document, filled_in)
        responses[name] = _overridden(bot.responses[name], filled_in)
    plain = {**bot.plain, "responses": {**bot.plain["responses"], **_plain(bot, responses)}}
    return replace(bot, responses=responses, plain=plain), problems


def _read(
    document: Document,
    name: str,
    value: Any,
    built_in: tuple[Variation, ...],
    problems: list[Problem],
) -> Iterator[_Own]:
    """The texts of one response, of those that are whole."""
    if all(variation.condition is None for variation in built_in):
        if isinstance(value, str) and value.strip():
            yield _Own(name, (name,), None, None, value.strip())
        else:
            what = f"«{name}» is said in one language alone"
            problems.append(
                _text_fault(document, (name,), "shape", what, f'write `{name}: "…"` on one line.')
            )
        return
    if not isinstance(value, dict) or set(value) - {*STANDARDS, OWN_CHANNEL}:
        what = f"«{name}» must have nb and nn"
        problems.append(_text_fault(document, (name,), "shape", what, _SHAPE))
        return
    yield from _pair(document, (name,), value, None, problems)
    if OWN_CHANNEL in value:
        yield from _pair(document, (name, OWN_CHANNEL), value[OWN_CHANNEL], OWN_CHANNEL, problems)
    elif any(variation.channel == OWN_CHANNEL for variation in built_in):
        what = f"on Telegram «{name}» still has the bot's own words"
        mend = f"write `{OWN_CHANNEL}:` with nb and nn too, if yours shall be said there."
        problems.append(_text_fault(document, (name,), "channel", what, mend, severity="warning"))


def _pair(
    document: Document,
    path: tuple[str, ...],
    value: Any,
    channel: str | None,
    problems: list[Problem],
) -> Iterator[_Own]:
    if not isinstance(value, dict) or set(value) - {
        *STANDARDS,
        *([] if channel else [OWN_CHANNEL]),
    }:
        what = f"«{'.'.join(path)}» must have nb and nn"
        problems.append(_text_fault(document, path, "shape", what, _SHAPE))
        return
    for standard in STANDARDS:
        text = value.get(standard)
        if isinstance(text, str) and text.strip():
            yield _Own(path[0], (*path, standard), standard, channel, text.strip())
        else:
            what = f"«{'.'.join(path)}» has no text in {standard}"
            why = "People are answered in the standard that they write."
            mend = f'write `{standard}: "…"` beside the other.'
            problems.append(_text_fault(document, path, "twin-missing", what, mend, why))


def _built_in(variations: tuple[Variation, ...], own: _Own) -> Variation:
    """What the bot says in its place: the own text must tell the same."""
    fitting = [
        variation
        for variation in variations
        if (own.standard is None or ("standard", own.standard) in (variation.condition or ()))
        and variation.channel in (None, own.channel)
    ]
    return max(fitting, key=lambda variation: variation.channel == own.channel)


def _overridden(built_in: tuple[Variation, ...], own: list[_Own]) -> tuple[Variation, ...]:
    made = []
    for one in own:
        model = _built_in(built_in, one)
        made.append(Variation({**model.content, "text": one.text}, one.channel, model.condition))
    taken = {(variation.channel, variation.condition) for variation in made}
    kept = [each for each in built_in if (each.channel, each.condition) not in taken]
    return (*made, *kept)


def _plain(bot: Bot, responses: Mapping[str, tuple[Variation, ...]]) -> dict[str, Any]:
    """The changed responses as the domain writes them, for actions that read it."""
    return {
        name: [
            {
                **each.content,
                **({"channel": each.channel} if each.channel else {}),
                **(
                    {"condition": [{"type": "slot", "name": n, "value": v} for n, v in c]}
                    if (c := each.condition)
                    else {}
                ),
            }
            for each in variations
        ]
        for name, variations in responses.items()
        if variations is not bot.responses[name]
    }


def _filled(own: _Own, facts: Facts) -> str:
    return filled(own.text, facts, own.standard or "nb")


def _faults(
    document: Document, own: _Own, built_in: Variation, budget: Budget
) -> Iterator[Problem]:
    said = str(built_in.content["text"])
    yield from _variable_faults(document, own, said)
    yield from _told_faults(document, own, said)
    yield from _length_faults(document, own, built_in, budget)
    if own.standard is not None:
        yield from _standard_faults(document, own)


def _variable_faults(document: Document, own: _Own, said: str) -> Iterator[Problem]:
    text = FIELD.sub("", own.text)  # a field that is left has no value: told elsewhere
    known = dict.fromkeys(_VARIABLE.findall(said))
    listed = ", ".join(f"{{{one}}}" for one in known) or "none"
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if name in known:
            continue
        near = get_close_matches(name, known, n=1)
        what = f"nobody fills {{{name}}} in «{own.name}»"
        mend = f"did you mean {{{near[0]}}}? " if near else ""
        yield _text_fault(
            document, own.path, "variable", what, f"{mend}Its variables are: {listed}.",
            "People would read the braces.",
        )  # fmt: skip
    if set(_VARIABLE.sub("", text)) & {"{", "}"}:
        what = f"«{own.name}» has a brace that is no variable"
        mend = "write a variable as {name}, a fact as {{ section.name }}, or take the brace away."
        yield _text_fault(document, own.path, "braces", what, mend)


def _told_faults(document: Document, own: _Own, said: str) -> Iterator[Problem]:
    lost = [f"{{{name}}}" for name in dict.fromkeys(_VARIABLE.findall(said))
            if name not in MAY_GO and f"{{{name}}}" not in own.text]  # fmt: skip
    lost += [word for word in dict.fromkeys(_TOLD.findall(said))
             if word not in _STRESSED and word not in own.text]  # fmt: skip
    if lost:
        what = f"«{own.name}» no longer says {', '.join(lost)}"
        mend = f"keep it. The bot's own text is: {said}"
        yield _text_fault(document, own.path, "lost", what, mend, "People must be told it.")
    asked, own_asked = (_QUOTED.sub("", text).count("?") for text in (said, own.text))
    if asked != own_asked:
        what = f"«{own.name}» asks {own_asked} questions, the bot's own text {asked}"
        why = "The bot waits for one answer, or for none; a person must see which."
        mend = f"ask as many. The bot's own text is: {said}"
        yield _text_fault(document, own.path, "question", what, mend, why)


def _length_faults(
    document: Document, own: _Own, built_in: Variation, budget: Budget
) -> Iterator[Problem]:
    said, mended = str(built_in.content["text"]), to_gsm7(own.text)
    foreign = foreign_characters(own.text)
    if foreign and is_gsm7(said):
        named = ", ".join(f"«{one}» (U+{ord(one):04X})" for one in foreign)
        replaceable = is_gsm7(mended)
        yield _text_fault(
            document, own.path, "gsm-7", f"outside the SMS alphabet: {named}",
            'write "-", plain quotes, "..." and ordinary letters.',
            "It is replaced when it is sent." if replaceable else
            f"The SMS would cost {segments(own.text)} segments.",
            "warning" if replaceable else "error",
        )  # fmt: skip
    if own.channel is not None:
        return
    why = "Counted with what its variables may become, and its choices."
    if not is_gsm7(mended):
        over, unit = segments(mended) - MOST_SEGMENTS, "SMS"
    else:
        own_length = budget.septets(own.name, mended, built_in)
        over = own_length - max(MOST_SEPTETS, budget.septets(own.name, said, built_in))
        unit = "characters"
    if over > 0:
        what = f"«{own.name}» is {over} {unit} too long for two segments of SMS"
        yield _text_fault(document, own.path, "too-long", what, "say the main point only.", why)


def _standard_faults(document: Document, own: _Own) -> Iterator[Problem]:
    other = "nn" if own.standard == "nb" else "nb"
    evidence = standard_evidence(_VARIABLE.sub("", own.text))
    wrong = sorted(set(evidence[other]))
    if wrong and (len(wrong) >= _FEWEST_FOREIGN_WORDS or not evidence[str(own.standard)]):
        what = f"«{own.name}»: words of {other} in a text in {own.standard}: {', '.join(wrong)}"
        mend = f"write it in {own.standard}."
        yield _text_fault(document, own.path, "standard", what, mend, severity="warning")


def _twin_faults(document: Document, own: list[_Own]) -> Iterator[Problem]:
    for nb in own:
        for nn in own:
            if (nb.standard, nn.standard) != ("nb", "nn") or nb.channel != nn.channel:
                continue
            for kind, left, right in differences(nb.text, nn.text):
                what = f"«{nb.name}»: other {kind} in nb ({', '.join(left) or 'none'}) than in nn"
                mend = f"say the same in both; nn has {', '.join(right) or 'none'}."
                yield _text_fault(document, nb.path, "twin-facts", what, mend)


def _unknown(bot: Bot, document: Document, name: str) -> Problem:
    near = get_close_matches(name, bot.responses, n=1, cutoff=0.6)
    what = f"the bot has no response «{name}»"
    mend = "`samsvar texts` lists them all."
    if near:
        mend = f"did you mean «{near[0]}»? {mend}"
    return _text_fault(document, (name,), "unknown", what, mend, "It would never be said.")


def _text_fault(
    document: Document,
    path: tuple[str, ...],
    code: str,
    what: str,
    mend: str,
    why: str = "",
    severity: Severity = "error",
) -> Problem:
    return Problem(document.file, document.line(*path), f"texts.{code}", what, why, mend, severity)
