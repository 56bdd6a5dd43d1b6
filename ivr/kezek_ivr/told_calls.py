"""Somebody whom we have dialled to tell him something has picked up: he is told it and asked for a digit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from kezek_ivr import saying
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.notice_rules import ASKS, ONCE, TO_BE_HEARD, TellingSettings, key_of, next_attempt
from kezek_ivr.pacing import Pace
from kezek_ivr.patience import patiently, within
from kezek_ivr.ports import Answer, Notices, Tell
from kezek_ivr.prompts import STATES, SUBJECTS, URGENT
from kezek_ivr.side_tasks import running
from kezek_ivr.taken_back import StillOut, TakenBack, Takes
from kezek_telephony.types import HungUp, Line, TelephonyError

log = structlog.get_logger(__name__)

PICKED_UP = "picked_up"
NO_KEY, HUNG_UP = "no_key", "hung_up"
ROUNDS = 2  # times that it is said to somebody who presses nothing


class ToldCalls:
    """`known`: what this node dials, so that a database that is away silences nobody; `serving`: keys on the line;
    `pace`: how fast citizens are called, by what those who were called say; `handed`: keys of those who went to the
    line; `back`: whether they may."""

    def __init__(
        self,
        notices: Notices,
        dialogue: Dialogue,
        settings: TellingSettings,
        now: Callable[[], datetime],
        back: TakenBack | None = None,
    ) -> None:
        self._notices, self._dialogue, self._settings, self._now = notices, dialogue, settings, now
        self.known: dict[str, Tell] = {}
        self.serving: set[str] = set()
        self.handed: set[str] = set()
        self._back = back
        self.pace = Pace(settings.pace) if settings.pace is not None else None

    def out(self, pressed: str) -> bool | None:
        """Whether that digit says 'it is still out'; None: it says nothing."""
        words = self._dialogue.told
        return {words.no_digit: True, words.yes_digit: False}.get(pressed)

    async def serve(self, line: Line, reception: Takes | None = None) -> None:
        """To its end; `reception`: who conducts it from there on when he wants an operator. Raises LineLost (another
        node has it), and what the reception raises. That he has picked up is written first: whatever breaks now, he is
        not dialled again (P8)."""
        if reception is not None and await self._went_back(line):
            await reception.serve(line)
            return
        key = key_of(line.arrival.call)
        tell = self.known.get(key) or await within(self._notices.get(key), None, self._settings.sql_limit_s, "notice")
        if tell is None:
            log.error("notice.unknown", call=line.arrival.call)
            await line.hang_up()
            return
        self.serving.add(key)
        try:
            async with running(
                *self._mark(tell)
            ):  # to the very end: a register that is slow shall have it all the same
                try:
                    said = await self._tell(line, tell)
                except HungUp:
                    said = HUNG_UP
                async with running(self._write(tell, said)) as (writing,):
                    try:
                        wanted = await self._wants_operator(line, tell, said) if reception is not None else None
                        if reception is not None and wanted:
                            self.handed.add(key)
                            await line.remember(JOINED="1")  # should we die: the dialplan's own queue has him too
                            await reception.serve(
                                line, StillOut.of(tell, urgent=wanted == self._dialogue.emergency_digit)
                            )
                        else:
                            await self._farewell(line, tell, said, offered=wanted is not None)
                    finally:
                        await asyncio.wait({writing})
        finally:
            self.serving.discard(key)
            self.handed.discard(key)

    def _mark(self, tell: Tell) -> Iterator[Coroutine[Any, Any, None]]:
        if tell.what not in TO_BE_HEARD:  # those may be told twice, and must be heard once
            yield self._say(tell, "unclear", PICKED_UP)

    async def _tell(self, line: Line, tell: Tell) -> str:
        """The digit that answers it, or NO_KEY: an answering machine."""
        words, language = self._dialogue.told, self._language(tell)
        prompts = (words.hello, *self._facts(tell, language), *self._asks(tell))
        digits = (words.yes_digit, words.no_digit) if tell.what in ASKS else (words.yes_digit,)
        loop = asyncio.get_running_loop()
        for _ in range(ROUNDS):
            cut = await line.play(*prompts, language=language)
            until = loop.time() + (words.answer_s if self._asks(tell) or cut else CUT_SHORT_S)
            while (left := until - loop.time()) > 0:
                digit = await line.digit(left)
                if digit in digits:
                    return digit or NO_KEY
        return NO_KEY

    def _facts(self, tell: Tell, language: str) -> Iterator[str]:
        words, told, now = self._dialogue.told, tell.told, self._now()
        ticket = str(told.get("number") or tell.about.partition("ticket:")[2])
        yield {
            "restored": words.cancelled if cancelled(tell) else words.restored,
            "expected_moved": words.moved,
            "verify": words.verify,
            "late": words.late,
            "assigned": words.assigned,
            "call_out": words.call_out,
            "call_in": words.call_in,
            "emergency": words.emergency,
            "addition": words.addition,
        }.get(tell.what, words.state)
        if ticket:
            yield self._dialogue.ticket.number
            yield from saying.digits(ticket)
        if tell.what == "addition":
            code = str(told.get("code", ""))
            yield f"urgency/{code if code in URGENT else 'other'}"
        if topic := str(told.get("topic", "")):
            yield saying.matter(topic, SUBJECTS)
        if tell.what == "state" and (state := str(told.get("state", ""))) in STATES:
            yield f"state/{state}"
        if tell.what == "expected_moved":
            until = moment_of(told.get("expected_at"))
            yield self._dialogue.outage.until if until else self._dialogue.outage.until_unknown
            yield from saying.moment(until, now, language) if until else ()
        elif (due := moment_of(told.get("due_at")) or late_since(told.get("late_s"), now)) is not None:
            late = due < now
            yield self._dialogue.ticket.late if late else self._dialogue.ticket.due
            yield from saying.moment(due, now, language, past=late)

    def _asks(self, tell: Tell) -> tuple[str, ...]:
        words = self._dialogue.told
        yes, no = f"press/{words.yes_digit}", f"press/{words.no_digit}"
        if cancelled(tell):
            return ()
        if tell.what == "restored":
            return words.restored_yes, yes, words.restored_no, no
        if tell.what == "verify":
            return words.verify_yes, yes, words.verify_no, no
        if tell.what == "call_in":
            return words.call_in_yes, yes, words.call_in_no, no
        return (words.heard, yes) if tell.what in TO_BE_HEARD else ()

    async def _went_back(self, line: Line) -> bool:
        """Whether somebody before us has given him to the line already."""
        arrival = line.arrival
        return (arrival.resumed or arrival.talked) and self._back is not None and await self._back.stands(arrival.call)

    async def _wants_operator(self, line: Line, tell: Tell, said: str) -> str | None:
        """The digit of one who says that it is still out and wants one, '' where he does not; None: nobody is left for
        him, and he is not asked."""
        words, language = self._dialogue.told, self._language(tell)
        if tell.what != "restored" or said != words.no_digit or self._back is None or not await self._back.may():
            return None
        digits = self._dialogue.operator_digit, self._dialogue.emergency_digit
        with suppress(HungUp):
            await line.play(words.still_out, words.operator, f"press/{digits[0]}", language=language)
            until = asyncio.get_running_loop().time() + words.answer_s
            while (left := until - asyncio.get_running_loop().time()) > 0:
                digit = await line.digit(left)
                if digit in digits:
                    return digit
        return ""

    async def _farewell(self, line: Line, tell: Tell, said: str, *, offered: bool = False) -> None:
        words = self._dialogue.told
        still_out = tell.what in ASKS - ONCE and said == words.no_digit and not offered
        with suppress(TelephonyError):
            await line.play(words.still_out if still_out else words.thanks, language=self._language(tell))
            await line.hang_up()

    async def _write(self, tell: Tell, said: str) -> None:
        words, now = self._dialogue.told, self._now()
        log.info("notice.told", what=tell.what, attempt=tell.attempts, said=said)
        if tell.what in TO_BE_HEARD and said != words.yes_digit:
            again = next_attempt(tell.attempts, now, self._settings)
            await self._say(tell, "pending" if again else "failed", said, again)
            return
        if (tell.what in ASKS or tell.what == "call_out") and not cancelled(tell):
            answers: dict[str, Answer] = {words.yes_digit: "yes", words.no_digit: "no"}
            answer = answers.get(said, "unreached")
            if self.pace is not None and tell.what == "restored" and answer != "unreached":
                self.pace.heard(out=answer == "no")
            limit = self._settings.settle_limit_s
            if not await patiently(lambda: self._notices.answered(tell, answer), limit=limit, what="answered"):
                log.error("notice.answer_lost", what=tell.what)
                await self._say(tell, "unclear", said)
                return
        await self._say(tell, "sent", said)

    async def _say(self, tell: Tell, state: str, result: str, next_at: datetime | None = None) -> None:
        await patiently(
            lambda: self._notices.settle(tell.key, state, result, next_at),  # type: ignore[arg-type]
            limit=self._settings.settle_limit_s,
            what="settle",
        )

    def _language(self, tell: Tell) -> str:
        return tell.language if tell.language in self._dialogue.languages else self._dialogue.language.default


def cancelled(tell: Tell) -> bool:
    """Planned work that does not come: he is told so, and asked nothing."""
    return tell.what == "restored" and bool(tell.told.get("cancelled"))


def moment_of(told: object) -> datetime | None:
    """ISO 8601 with a zone, else None."""
    with suppress(ValueError, TypeError):
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
        return at if at is not None and at.tzinfo is not None else None
    return None


def late_since(told: object, now: datetime) -> datetime | None:
    return now - timedelta(seconds=told) if isinstance(told, int | float) and told > 0 else None
