"""Somebody who says nothing and presses nothing: perhaps he cannot. He is never turned away.

He is told so, and that he may stay; who only waits for an operator presses 0. All others go to the emergency class with
'silent' noted, for the operator to listen before he speaks.
"""

from __future__ import annotations

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import CUT_SHORT_S


async def ask_the_silent(talk: Conversation, dialogue: Dialogue) -> None:
    """Raises HungUp and LineLost."""
    words = dialogue.silent
    cut = await talk.line.play(words.ask, words.usual, language=talk.language)
    digit = await talk.line.digit(CUT_SHORT_S if cut else words.answer_s)
    if digit == dialogue.operator_digit:
        return
    talk.priority = EMERGENCY
    talk.keeper.set_emergency({"how": "silent"})
    talk.story.tell("silent", key=digit is not None)
