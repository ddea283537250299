"""Which written standard a conversation is held in.

What the person writes decides at first; later only their wish, or several clear messages
in a row. Answering in the person's own standard is the municipality's rule: språklova § 15
does not bind municipalities (§ 3).
"""

from __future__ import annotations

from dialogue.play import Play
from intents.understood import Understood

CLEAR_MESSAGES_TO_CHANGE = 2


def follow_standard(play: Play, heard: Understood) -> None:
    """Take from a message what it shows of the person's written standard."""
    conversation = play.conversation
    if not heard.standard_sure or heard.standard == "other":
        return
    if heard.intent == "switch_standard" or heard.standard == conversation.standard:
        if conversation.standard_doubts:
            play.change(standard_doubts=0)
        return
    if conversation.standard is None:
        play.change(standard=heard.standard)
        return
    doubts = conversation.standard_doubts + 1
    if conversation.standard_chosen or doubts < CLEAR_MESSAGES_TO_CHANGE:
        play.change(standard_doubts=doubts)
        return
    play.change(standard=heard.standard, standard_doubts=0)
