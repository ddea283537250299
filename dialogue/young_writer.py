"""A child that writes of what happens to it, and does not want it known at home.

It is answered with what the law says of the school nurse's secrecy, and with the number of
somebody to talk to; an open form waits, and asks again. It is no worry about another child,
so no case of child welfare is opened of it.
"""

from __future__ import annotations

import msgspec

from dialogue.play import Play
from intents.remarks import has_remark
from intents.understood import Understood

OF_ANOTHER = ("relative", "guardian", "employee")
MATTERS = ("young", "own_matter", "own_child", "small_child")  # that are told for the first time
NAMED_BY_CHILDREN = ("foreldr", "mamma", "pappa")
MOST_WORDS = 14  # longer messages tell more, which the form is to have
TOLD = "feedback_text"  # the slot of the feedback form that holds what was told


def answer_not_at_home(play: Play, plain: Understood) -> Understood | None:
    """Answer «jeg vil ikke at mamma skal få vite det», from a child; else nothing."""
    if len(plain.text.split()) > MOST_WORDS or not has_remark(plain.text, "not_at_home"):
        return None
    if not (_tells_of_itself(play) if play.form_is_open else _may_be_a_child(play, plain)):
        return None
    heard = msgspec.structs.replace(plain, intent="not_at_home")
    play.run("not_at_home", heard, aside=play.form_is_open)
    if play.form_is_open and play.conversation.prompts:
        play.ask_again(play.conversation.prompts[-1])
    return heard


def _tells_of_itself(play: Play) -> bool:
    """Whether what the open form was told is a child's own matter."""
    told = str(play.conversation.tracker.slots.get(TOLD) or "")
    return has_remark(told, "young") and has_remark(told, "own_matter")


def _may_be_a_child(play: Play, plain: Understood) -> bool:
    """Whether words that ask and tell nothing else come from a child, as far as its case or
    they show."""
    case = play.conversation.open_case
    if plain.intent == "question" or (case and case.facts.get("who") in OF_ANOTHER):
        return False
    if plain.service or plain.unit or any(has_remark(plain.text, name) for name in MATTERS):
        return False
    of_child = case is not None and case.facts.get("sensitive") == "child"
    named = any(word in plain.text.lower() for word in NAMED_BY_CHILDREN)
    return of_child or plain.sensitive == "child" or named
