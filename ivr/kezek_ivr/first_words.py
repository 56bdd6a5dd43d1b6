"""What is said before anything else: by the rung of the ladder, then the managers' bulletins; and, as soon as his place
is known, those for callers from there. Any digit ends it; an emergency hears none of it, and a shelf of bulletins that
does not answer delays nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from kezek_ivr.announcing import concerned
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.overload import felt
from kezek_ivr.patience import within
from kezek_ivr.ports import Bulletins, Rungs, ToldFirst
from kezek_ivr.prompts import PromptError, prompt_texts
from kezek_ivr.settings import ReceptionSettings


class FirstWords:
    """Without `bulletins` or `rungs` nothing of theirs is said."""

    def __init__(
        self, bulletins: Bulletins | None, rungs: Rungs | None, dialogue: Dialogue, settings: ReceptionSettings
    ) -> None:
        self._bulletins, self._rungs, self._dialogue, self._settings = bulletins, rungs, dialogue, settings

    async def tell(self, talk: Conversation) -> None:
        """Raises HungUp, LineLost."""
        if talk.priority == EMERGENCY or talk.straight:
            return
        rung = felt(talk, self._rungs)
        told: tuple[ToldFirst, ...] = ()
        if self._bulletins is not None:
            asked = self._bulletins.first(talk.language, rung.packs)
            told = tuple(await within(asked, (), self._settings.directory_limit_s, "bulletins"))
        known = prompts_of(talk.language)  # a bulletin that a rule names by its code is said with the bulletins
        by_rung = (ToldFirst(0, prompt, talk.language) for prompt in rung.first if prompt in known)
        await self._say(talk, chain(by_rung, told))

    async def tell_of_place(self, talk: Conversation) -> None:
        """Those that he has not heard yet. Raises HungUp, LineLost."""
        who = concerned(talk)
        if self._bulletins is None or who is None or talk.priority == EMERGENCY or talk.straight:
            return
        asked = self._bulletins.of_place(who, talk.language)
        await self._say(talk, await within(asked, (), self._settings.directory_limit_s, "bulletins"))

    async def _say(self, talk: Conversation, bulletins: Iterable[ToldFirst]) -> None:
        for told in bulletins:
            if told.id in talk.told_bulletins:
                continue
            if told.id:
                talk.told_bulletins.add(told.id)
                talk.story.tell("bulletin", bulletin=told.id)
            if await talk.line.play(told.prompt, language=told.language):
                digit = await talk.line.digit(CUT_SHORT_S)
                if digit == self._dialogue.emergency_digit:
                    talk.priority = EMERGENCY
                talk.straight = digit in (self._dialogue.emergency_digit, self._dialogue.operator_digit)
                return


@lru_cache(maxsize=16)
def prompts_of(language: str) -> frozenset[str]:
    """The names of those there are."""
    try:
        return frozenset(prompt_texts(language))
    except PromptError:
        return frozenset()
