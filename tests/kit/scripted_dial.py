"""Citizens who are dialled, without a telephone: they answer, or not, as their behaviour says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from kezek_telephony.types import Answered, DialStep, NotReached, Ringing
from kit.scripted_phone import Phone


class ScriptedDial:
    """One citizen is being dialled; `on_answer` is called when he picks up, whoever still listens."""

    def __init__(self, behaviour: Phone, seconds: float, on_answer: Callable[[], object]) -> None:
        self.outcome: Answered | NotReached | None = None
        self._behaviour, self._on_answer = behaviour, on_answer
        self._over = asyncio.Event()
        if not behaviour.registered:
            self._end(NotReached("unreachable"))
        elif behaviour.busy:
            self._end(NotReached("busy"))
        else:
            loop, waits = asyncio.get_running_loop(), min(behaviour.answers_after, seconds)
            loop.call_later(waits, self._decide, behaviour.answers_after <= seconds)

    @property
    def lives(self) -> bool:
        return self.outcome is None

    def cancel(self) -> None:
        self._end(NotReached("no_answer"))

    async def steps(self, link_lost: asyncio.Event) -> AsyncIterator[DialStep]:
        if self.outcome is None:
            yield Ringing()
        waits = [asyncio.ensure_future(event.wait()) for event in (self._over, link_lost)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        yield self.outcome or NotReached("unclear")

    def _decide(self, answers: bool) -> None:
        if self.outcome is None and answers and not self._behaviour.declines:
            self._on_answer()
            self._end(Answered())
        self._end(NotReached("declined" if answers else "no_answer"))

    def _end(self, outcome: Answered | NotReached) -> None:
        if self.outcome is None:
            self.outcome = outcome
            self._over.set()
