"""Hello, and in which language: the channel's, the household's, else by a menu in which each says its own line."""

from __future__ import annotations

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue

CUT_SHORT_S = 0.5  # a digit that cut a prompt short is there by now


async def greet(talk: Conversation, dialogue: Dialogue, *, known: str, states: bool = False) -> None:
    """Greet in the `known` language, or ask for one. Sets the conversation's language, and `straight` or the priority
    when 0 or 9 was pressed; where `states` of tickets can be told, that he wants one. Raises HungUp and LineLost."""
    digit: str | None = None
    if known in dialogue.languages:
        talk.language = known
    elif len(dialogue.languages) == 1:
        (talk.language,) = dialogue.languages
    else:
        digit = await _menu(talk, dialogue)
        talk.story.tell("language", language=talk.language, how="menu" if digit in dialogue.by_digit() else "default")
        _special(talk, dialogue, digit)
        return
    talk.story.tell("language", language=talk.language, how="known")
    if await talk.line.play(dialogue.greeting, language=talk.language):
        digit = await talk.line.digit(CUT_SHORT_S)
    talk.wants_state = states and digit == dialogue.ticket.digit
    _special(talk, dialogue, digit)


async def _menu(talk: Conversation, dialogue: Dialogue) -> str | None:
    """The digit pressed, one of the menu or one that helps at once; the language is the default's without one. Who
    presses nothing is not told again: he hears the default language's questions within 20 s."""
    line, menu, by_digit = talk.line, dialogue.language, dialogue.by_digit()
    talk.language = menu.default
    cut = await line.play(dialogue.greeting, language=menu.default)
    for _ in range(menu.rounds):
        for digit, language in by_digit.items():
            cut = cut or await line.play(menu.prompt, f"press/{digit}", language=language)
        pressed = await line.digit(CUT_SHORT_S if cut else menu.first_digit_s)
        if pressed is not None and pressed in by_digit:
            talk.language = by_digit[pressed]
            return pressed
        if pressed in (dialogue.operator_digit, dialogue.emergency_digit):
            return pressed
        if pressed is None:
            break
        cut = False
    return None


def _special(talk: Conversation, dialogue: Dialogue, digit: str | None) -> None:
    if digit == dialogue.emergency_digit:
        talk.priority = EMERGENCY
    talk.straight = digit is not None and digit in (dialogue.operator_digit, dialogue.emergency_digit)
