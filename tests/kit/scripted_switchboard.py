"""An exchange without Asterisk: phones that answer, talk, hold and hang up as a script says. No I/O, only timers.

    board = ScriptedSwitchboard({"201": Phone(answers_after=3), "202": Phone(talks=NEVER)}, {"102": Phone()})
    board.citizen("+77010000009", Phone(answers_after=5), during("callback", press("1")))     # for `dial`
    board.hang_up("202"); board.press_hold("201")                                             # at any moment

The verbs are those of `kezek_telephony.types.Switchboard`; what can be seen afterwards: `ScriptedExchange`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

from kezek_telephony import types
from kezek_telephony.types import (
    AsideEnded,
    AsideStep,
    Connected,
    Declined,
    DialStep,
    HungUp,
    Line,
    NotTaken,
    Outside,
    Refused,
    Ringing,
    RingStep,
    SuperviseMode,
    TalkEnded,
)
from kit.scripted_caller import ScriptedLine
from kit.scripted_dial import ScriptedDial
from kit.scripted_exchange import ScriptedExchange
from kit.scripted_phone import NEVER, NOBODY, Phone
from kit.scripted_talk import Aside, ScriptedTalk

__all__ = ["NEVER", "Phone", "ScriptedSwitchboard"]


class ScriptedSwitchboard(ScriptedExchange):
    """Meets `kezek_telephony.types.Switchboard`; make its lines with `call(...)`."""

    def __init__(self, phones: Mapping[str, Phone] | None = None, outside: Mapping[str, Phone] | None = None) -> None:
        super().__init__(phones, outside)
        self._ringing: dict[str, dict[str, Phone]] = {}  # call -> the phones that ring for it
        self._last_offer: dict[str, int] = {}
        self._dials: dict[str, ScriptedDial] = {}
        self.said: list[tuple[str, str, str]] = []  # (number, prompt, language) told to whom a caller was diverted

    # --- ringing --------------------------------------------------------------------------------------------------

    async def ring(
        self,
        line: Line,
        *,
        phones: Sequence[types.Phone],
        offer: int,
        seconds: int,
        still_ours: Callable[[], bool],
    ) -> AsyncIterator[RingStep]:
        if not phones:
            raise ValueError("no phone")
        names = {phone.name: self.phones.get(phone.name, NOBODY) for phone in phones}
        caller = self._begin(line)
        try:
            await asyncio.sleep(0)
            if not still_ours():
                yield NotTaken("stale")
            elif offer <= self._last_offer.get(line.arrival.call, 0):
                yield self._back(caller, "stale")
            else:
                self._last_offer[line.arrival.call] = offer
                caller.done.append(f"ring {' '.join(names)}")
                reached = [name for name, phone in names.items() if phone.registered]
                self.rung += [(line.arrival.call, name, offer) for name in reached]
                async for step in self._attempt(caller, names, seconds):
                    yield step
        finally:
            self._end(line)

    async def divert(
        self, line: Line, to: Outside, *, seconds: int, say: Sequence[str] = (), language: str = ""
    ) -> AsyncIterator[RingStep]:
        self.said += [(to.number, prompt, language) for prompt in say]
        caller = self._begin(line)
        try:
            await asyncio.sleep(0)
            caller.done.append(f"divert {to.number}")
            async for step in self._attempt(caller, {to.number: self.outside.get(to.number, NOBODY)}, seconds):
                yield step
        finally:
            self._end(line)

    async def stop_ringing(self, line: Line, *, phone: str = "") -> None:
        self.need_link()
        ringing = self._ringing.get(line.arrival.call, {})
        if not ringing or (phone and phone not in ringing):
            return
        if phone:
            del ringing[phone]
        else:
            ringing.clear()
        self.lines[line.arrival.call].wake()

    def _begin(self, line: Line) -> ScriptedLine:
        caller = self.lines[line.arrival.call]
        caller.check()
        self.need_link()
        if line.arrival.call in self._ringing:
            raise Refused("the call is being rung already")
        self._ringing[line.arrival.call] = {}
        return caller

    def _end(self, line: Line) -> None:
        del self._ringing[line.arrival.call]

    async def _attempt(self, caller: ScriptedLine, names: Mapping[str, Phone], seconds: int) -> AsyncIterator[RingStep]:
        call = caller.arrival.call
        ringing = self._ringing[call]
        ringing |= {name: phone for name, phone in names.items() if phone.registered and not phone.busy}
        if not ringing:
            yield self._back(caller, "busy" if any(phone.busy for phone in names.values()) else "unreachable")
            return
        caller.with_music = False
        caller.cue("ringing")
        yield Ringing()
        began = asyncio.get_running_loop().time()
        while ringing:
            first = min(ringing, key=lambda name: ringing[name].answers_after)
            left = began + min(ringing[first].answers_after, seconds) - asyncio.get_running_loop().time()
            if await caller.until(lambda first=first: first not in ringing, left):  # type: ignore[misc]
                continue
            behaviour = ringing[first]
            if behaviour.answers_after > seconds:
                yield self._back(caller, "no_answer")
                return
            if behaviour.declines:
                del ringing[first]
                if ringing:
                    yield Declined(first, "declined")
                continue
            ringing.clear()
            async for step in self._talk(caller, first, behaviour, several=len(names) > 1):
                yield step
            return
        yield self._back(caller, "declined")

    async def _talk(
        self, caller: ScriptedLine, party: str, behaviour: Phone, *, several: bool
    ) -> AsyncIterator[RingStep]:
        began = asyncio.get_running_loop().time()
        talk = self.begin_talk(caller, party, behaviour)
        yield Connected(party if several else "")
        try:
            while not (talk.over or caller.gone):
                with suppress(HungUp):
                    await caller.until(lambda: talk.over or bool(talk.steps), None)
                while talk.steps:
                    yield talk.steps.popleft()
        finally:
            self.end_talk(talk)
        if not caller.gone:
            caller.done.append("talk ended")
            caller.forget_keys()
        yield TalkEnded(asyncio.get_running_loop().time() - began, caller_stays=not caller.gone)

    def _back(self, caller: ScriptedLine, reason: str) -> NotTaken:
        caller.check()
        caller.forget_keys()
        caller.start_music()
        return NotTaken(reason)

    # --- in a talk ------------------------------------------------------------------------------------------------

    async def release(self, line: Line) -> None:
        self.talk_of(line.arrival.call).release()

    async def hold(self, line: Line) -> None:
        self.talk_of(line.arrival.call).hold(True)

    async def resume(self, line: Line) -> None:
        self.talk_of(line.arrival.call).hold(False)

    async def join(self, line: Line) -> None:
        self.talk_of(line.arrival.call).join()

    async def hand_over(self, line: Line) -> None:
        self.talk_of(line.arrival.call).hand_over()

    async def retrieve(self, line: Line) -> None:
        self.talk_of(line.arrival.call).retrieve()

    async def consult(self, line: Line, to: types.Phone | Outside, *, seconds: int) -> AsyncIterator[AsideStep]:
        talk = self.talk_of(line.arrival.call)
        if isinstance(to, Outside):
            party, behaviour = to.number, self.outside.get(to.number, NOBODY)
        else:
            party, behaviour = to.name, self.phones.get(to.name, NOBODY)
        aside = talk.ask(party)
        await asyncio.sleep(0)
        if not behaviour.registered or behaviour.busy:
            yield self._not_taken(talk, aside, "busy" if behaviour.registered else "unreachable")
            return
        yield Ringing()
        if not await self._asked(talk, aside, min(behaviour.answers_after, seconds)):
            if behaviour.answers_after > seconds or behaviour.declines:
                reason = "no_answer" if behaviour.answers_after > seconds else "declined"
                yield self._not_taken(talk, aside, reason)
                return
            aside.connected = True
            self.later(behaviour.talks, lambda: talk.leaves(party))
            yield Connected()
            await self._asked(talk, aside, None)
        yield AsideEnded(aside.how)

    async def _asked(self, talk: ScriptedTalk, aside: Aside, seconds: float | None) -> bool:
        """Wait for the end of the consultation; False after `seconds`. Raises HungUp when the caller leaves."""
        return await talk.caller.until(lambda: bool(aside.how), seconds)

    def _not_taken(self, talk: ScriptedTalk, aside: Aside, reason: str) -> AsideStep:
        if aside.how:
            return AsideEnded(aside.how)
        talk.end_aside("not_taken")
        return NotTaken(reason)

    # --- outside --------------------------------------------------------------------------------------------------

    async def dial(
        self, call: str, to: Outside, *, since: float, language: str, seconds: int
    ) -> AsyncIterator[DialStep]:
        self.need_link()
        if await self.dialled(call):
            raise Refused("the call lives already")
        self.dialled_to.append((call, to.number))
        cues, given = self._citizens.get(to.number, ((), {}))
        facts = {"call": call, "caller": to.number, "since": since, "language": language, "callback": True, **given}
        dial = ScriptedDial(
            self.outside.get(to.number, NOBODY), seconds, lambda: self.on_answer(self.call(*cues, **facts))
        )
        self._dials[call] = dial
        async for step in dial.steps(self._link_lost):
            yield step

    async def dialled(self, call: str) -> bool | None:
        if not self._up:
            return None
        rings = call in self._dials and self._dials[call].lives
        return rings or (call in self.lines and not self.lines[call].gone)

    async def cancel_dial(self, call: str) -> None:
        self.need_link()
        if call in self._dials:
            self._dials[call].cancel()

    # --- supervision and recording ----------------------------------------------------------------------------------

    async def supervise(self, call: str, operator_phone: str, *, phone: types.Phone, mode: SuperviseMode) -> str:
        if operator_phone not in self.talk_of(call).parties:
            raise Refused("that operator is not in that talk")
        if not self.phones.get(phone.name, NOBODY).registered:
            raise Refused("the supervisor's phone cannot be rung")
        leg = f"{call}.by.{phone.name}"
        self.supervising[leg] = (call, operator_phone, phone.name, mode)
        return leg

    async def stop_supervising(self, leg: str) -> None:
        self.need_link()
        self.supervising.pop(leg, None)

    async def record(self, line: Line, file: str) -> None:
        self.need_link()
        self.lines[line.arrival.call].check()
        if self.recording.get(line.arrival.call) != file:
            self.recording[line.arrival.call] = file
            self.recorded.append((line.arrival.call, file))

    async def stop_recording(self, line: Line) -> None:
        self.need_link()
        self.recording.pop(line.arrival.call, None)
