"""The callers of a drill: SIPp does the signalling of all, each has an ear of his own, and does what he planned."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from kezek_api.drill.ear import Ear, Ears
from kezek_api.drill.sipp import Sipp, Traced, bound, sipp
from kezek_api.drill.types import CallerPlan, ExchangePoint, Left, Seen

NUMBER = "109"
REFUSALS = (400, 401, 403, 404, 408, 480, 481, 486, 487, 488, 500, 501, 502, 503, 504, 600, 603)
GIVEN_UP = 699  # no exchange says that
SIGN_S = 2.0  # an exchange that has given no sign by then is dead: the city's exchange tries another one
ANSWER_S = 8.0  # one that is there and slow, as the whole machine may be, or has taken the call, has so long to answer
BYE_S = 4.0
LOOK_S = 0.1
STAYS_S = (3.0, 9.0)  # after the talk's beginning, when nobody has hung up by then
PRESSES_S = (0.3, 1.5)  # after the answer
TAKES_IN_S = (0.3, 2.0)  # what he is told of his house, before he does anything about it
ENOUGH = "1"  # that is all he wanted to know

Talked = Callable[[str], float]  # when an operator picked up for this caller, monotonic seconds; 0 for never


class Callers:
    """`async with Callers.at(home) as callers: seen = await callers.call(plan, exchanges)`; any number at once."""

    def __init__(self, ears: Ears, started: float, talked: Talked, words: bytes) -> None:
        self._ears, self._started, self._talked, self._words = ears, started, talked, words
        self._dialogues: dict[str, asyncio.Queue[Traced]] = {}
        self._sipp: Sipp
        self._control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    @classmethod
    @contextlib.asynccontextmanager
    async def at(
        cls, home: Path, *, talked: Talked, words: bytes = b"", started: float = 0.0
    ) -> AsyncIterator[Callers]:
        """`started`: the load's beginning, monotonic; `words`: what is said by who speaks, A-law. Raises SippError."""
        callers = cls(Ears(), started or time.monotonic(), talked, words)
        refusals = "\n".join(f'  <recv response="{code}" optional="true" next="refused"/>' for code in REFUSALS)
        values = {"REFUSALS": refusals, "BYE_MS": str(round(BYE_S * 1000)), "GIVEN_UP": str(GIVEN_UP)}
        with callers._control as control:
            control.bind(("127.0.0.1", 0))
            control.setblocking(False)
            async with sipp(home, "callers", callers._told, values=values) as callers._sipp:
                hearing = asyncio.create_task(callers._ears.run(), name="ears")  # ends with this block
                try:
                    yield callers
                finally:
                    hearing.cancel()
                    await asyncio.wait({hearing})

    async def call(self, plan: CallerPlan, exchanges: Sequence[ExchangePoint], *, stays_s: float = 0.0) -> Seen:
        """From dialling to the end. `exchanges`: the one he is led to first, then the others, as a hunt group has
        them. `stays_s`: from the talk's beginning, when nobody hangs up; 0 is by chance. Cancelled, he hangs up."""
        seen = Seen(plan)
        began = time.monotonic()
        for exchange in exchanges:
            with self._ears.opened() as ear:
                call = f"{plan.number}-{secrets.token_hex(4)}"
                told = self._dialogues[call] = asyncio.Queue()
                try:
                    self._tell("MESSAGE", call, Caller=plan.number, Number=NUMBER, Port=exchange.sip_port,
                               Sound=ear.port)  # fmt: skip
                    answer = await self._answer(told, exchange)
                    if answer is None:
                        self._give_up(call)
                        seen.tried += (exchange.name,)
                        continue
                    seen.exchange = exchange.name
                    if answer.status >= 300:
                        seen.left = Left.REFUSED
                        continue
                    seen.answered_at = time.monotonic() - self._started
                    await self._stay(call, told, ear, answer, seen, began, stays_s)
                    return seen
                except asyncio.CancelledError:
                    self._tell("REFER", call) if seen.answered_at else self._give_up(call)
                    raise
                finally:
                    del self._dialogues[call]
        seen.left_at = time.monotonic() - self._started
        return seen

    async def _answer(self, told: asyncio.Queue[Traced], exchange: ExchangePoint) -> Traced | None:
        """The final answer to the INVITE; None when the exchange is dead."""
        began, sign_s = time.monotonic(), SIGN_S
        while True:
            try:
                async with asyncio.timeout(began + sign_s - time.monotonic()):
                    message = await told.get()
            except TimeoutError:
                if sign_s == ANSWER_S or not bound(exchange.sip_port):
                    return None
                sign_s = ANSWER_S
                continue
            if message.status >= 200:
                return message
            if message.status:
                sign_s = ANSWER_S

    async def _stay(
        self, call: str, told: asyncio.Queue[Traced], ear: Ear, answer: Traced, seen: Seen, began: float,
        stays_s: float,
    ) -> None:  # fmt: skip
        now = time.monotonic()
        ear.listen(now, answer.sound_port)
        plan = seen.plan
        mind = random.Random(plan.number)  # noqa: S311 - no secret
        speaks_at, stays_s = now + mind.uniform(*PRESSES_S), stays_s or mind.uniform(*STAYS_S)
        acts_at, takes_in_s = 0.0, mind.uniform(*TAKES_IN_S)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    if (message := await told.get()).method == "BYE" and not message.sent:
                        seen.left, left = Left.RELEASED, time.monotonic()
                        break
            now = time.monotonic()
            if dead := ear.dead_since(now):
                seen.left, left = Left.CUT, dead
                self._tell("REFER", call)
                break
            if speaks_at and now > speaks_at:
                speaks_at = 0.0
                if plan.press:
                    ear.out.press(plan.press)
                else:
                    ear.out.say(self._words)
            if len(ear.marks) > len(seen.told_at):
                seen.told_at = [at - self._started for at in ear.marks]
                acts_at = now + takes_in_s
            if acts_at and now > acts_at:
                acts_at = 0.0
                if plan.when_told == "presses":
                    ear.out.press(ENOUGH)
                elif plan.when_told == "leaves":
                    began = now - plan.patience_s
            talked = self._talked(plan.number)
            if now > talked + stays_s if talked else now > began + plan.patience_s:
                left = now
                self._tell("REFER", call)
                seen.left = await self._gone(told)
                break
        ear.stop(left)
        seen.left_at = left - self._started
        seen.silence_s, seen.silence_at = ear.silence_s, ear.silence_at and ear.silence_at - self._started

    async def _gone(self, told: asyncio.Queue[Traced]) -> Left:
        """What the exchange says to our BYE."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BYE_S):
                while True:
                    message = await told.get()
                    if message.sent or message.method != "BYE":
                        continue
                    if not message.status:
                        return Left.RELEASED  # both at once
                    return Left.HUNG_UP if message.status < 300 else Left.CUT  # 481: it knows of no such call
        return Left.CUT

    def _told(self, message: Traced) -> None:
        if (dialogue := self._dialogues.get(message.call)) is not None:
            dialogue.put_nowait(message)

    def _tell(self, method: str, call: str, **facts: object) -> None:
        """To SIPp, about one of its callers: 'scenarios/callers.xml' says what it means."""
        self._say(f"{method} sip:drill@127.0.0.1 SIP/2.0", method, call, **facts)

    def _give_up(self, call: str) -> None:
        """Before it was answered."""
        self._say(f"SIP/2.0 {GIVEN_UP} Given up", "INVITE", call)

    def _say(self, start: str, method: str, call: str, **facts: object) -> None:
        lines = [
            start,
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._control.getsockname()[1]};branch=z9hG4bK{secrets.token_hex(4)}",
            "From: <sip:drill@127.0.0.1>",
            "To: <sip:caller@127.0.0.1>",
            f"Call-ID: {call}",
            f"CSeq: 1 {method}",
            *(f"X-{name}: {value}" for name, value in facts.items()),
            "Content-Length: 0",
        ]
        self._control.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), ("127.0.0.1", self._sipp.port))
