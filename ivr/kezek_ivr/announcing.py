"""A caller whose house is affected hears it at once, before the queue: what, since when, until when.

1: that is all, he is called when it is over, and the call ends here (INFORMED). Who stays is tied all the same, as one
household. What is suspected and not confirmed is said in one sentence, and he goes on. Never an emergency's way, and a
register that is slow or dead costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog

from kezek_ivr import saying
from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.forgotten import number_of
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.patience import patiently, within
from kezek_ivr.ports import Affecting, Concerned, Outages
from kezek_ivr.prompts import CAUSES, SUBJECTS
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_queue.types import End
from kezek_telephony.types import HungUp, TelephonyError

log = structlog.get_logger(__name__)

TIES = 4  # written at once: when a whole line has been told, others need the register too
LEFT = "left"  # in place of a digit: he hung up when he had heard what there is to know


class Announcing:
    """`now`: the moment with the site's zone, by whose clock times are said."""

    def __init__(
        self,
        outages: Outages | None,
        dialogue: Dialogue,
        settings: ReceptionSettings,
        end: EndCall,
        now: Callable[[], datetime],
    ) -> None:
        self._outages, self._dialogue, self._settings, self._end, self._now = outages, dialogue, settings, end, now
        self._beside: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(TIES)

    async def passes(self, talk: Conversation) -> bool:
        """False: he knows enough, and the call has its end. Asked again for another address of the same call.

        Raises LineLost, and HungUp of who leaves before he has heard it all."""
        who = concerned(talk)
        if self._outages is None or talk.priority == EMERGENCY or who is None:
            return True
        found = await within(self._outages.affecting(who), (), self._settings.directory_limit_s, "affecting")
        fresh = self.untold(talk, found)
        has_heard(talk, fresh)
        if not await self._suspected(talk, [each for each in fresh if each.suspected]):
            return True
        news = [each for each in fresh if not each.suspected]
        if not news:
            return True
        talk.keeper.set_outages([each.id for each in news])
        talk.story.tell("outage", outages=[each.id for each in news])
        digit = await self.tell(talk, who, news)
        if self.is_all(digit):
            await self.informed(talk, who, news, digit)
            return False
        if digit == self._dialogue.emergency_digit:
            talk.priority, talk.straight = EMERGENCY, True
            return True
        talk.straight = talk.straight or digit == self._dialogue.operator_digit
        self.stays(who, news)
        return True

    def untold(self, talk: Conversation, found: Sequence[Affecting]) -> list[Affecting]:
        """Those that this call has not told him."""
        return [each for each in found if _mark(each) not in talk.told_outages][: self._dialogue.outage.most]

    def is_all(self, digit: str | None) -> bool:
        """Of what `tell` says: he needs nobody any more."""
        return digit in (LEFT, self._dialogue.outage.that_is_all_digit)

    def stays(self, who: Concerned, news: Sequence[Affecting]) -> None:
        """Tied beside the call, which goes on: a slow register delays nobody."""
        for each in news:
            task = asyncio.create_task(self._tie(each, who, tell=False))  # has a limit of its own
            self._beside.add(task)
            task.add_done_callback(self._beside.discard)

    async def _suspected(self, talk: Conversation, news: list[Affecting]) -> bool:
        """What is looked into, said and left at that. False: he pressed a key that leads on."""
        if not news:
            return True
        words = self._dialogue
        talk.story.tell("suspected", suspicions=[each.id for each in news])
        matters = dict.fromkeys(saying.matter(each.topic, SUBJECTS) for each in news)
        facts = [part for matter in matters for part in (words.outage.suspected, matter)]
        if not await talk.line.play(*facts, language=talk.language):
            return True
        digit = await talk.line.digit(CUT_SHORT_S)
        if digit == words.emergency_digit:
            talk.priority, talk.straight = EMERGENCY, True
        talk.straight = talk.straight or digit == words.operator_digit
        return talk.priority != EMERGENCY

    async def tell(self, talk: Conversation, who: Concerned, news: Sequence[Affecting]) -> str | None:
        """The digit that he presses, LEFT when he has heard the facts and hangs up. Raises HungUp before that."""
        return await self.asks(talk, who, cut=await self.facts(talk, news))

    async def facts(self, talk: Conversation, news: Sequence[Affecting]) -> bool:
        """True: a key cut them short. Raises HungUp."""
        facts = [prompt for each in news for prompt in self._facts(each, talk.language)]
        return await talk.line.play(*facts, language=talk.language)

    async def asks(self, talk: Conversation, who: Concerned, *, cut: bool) -> str | None:
        """After the facts; as `tell`."""
        words = self._dialogue.outage
        press = f"press/{words.that_is_all_digit}"
        asks = (words.that_is_all if who.phone else words.enough, press, words.stay)
        try:
            cut = cut or await talk.line.play(*asks, language=talk.language)
            return await talk.line.digit(CUT_SHORT_S if cut else words.answer_s)
        except HungUp:
            return LEFT

    def _facts(self, outage: Affecting, language: str) -> Iterator[str]:
        words, now = self._dialogue.outage, self._now()
        coming = outage.since > now
        yield words.coming if coming else words.planned if outage.planned else words.now
        yield saying.matter(outage.topic, SUBJECTS)
        if not (outage.planned and outage.cause in ("unknown", "planned_work")):
            yield f"cause/{outage.cause if outage.cause in CAUSES else 'other'}"
        yield words.begins if coming else words.since
        yield from saying.moment(outage.since, now, language, past=not coming)
        if outage.until is None or outage.until <= now:  # what was expected, and did not come
            yield words.until_unknown
        else:
            yield words.until
            yield from saying.moment(outage.until, now, language)

    async def informed(self, talk: Conversation, who: Concerned, news: Sequence[Affecting], digit: str | None) -> None:
        """The call's end. The tie is made sure beside the goodbye, and after it."""
        tell = bool(who.phone) and digit != LEFT
        talk.story.tell("informed", outages=[each.id for each in news], tell=tell)
        async with running(*(self._tie(each, who, tell=tell) for each in news)) as ties:
            await self._end(talk, End.INFORMED)
            promise = (self._dialogue.outage.promise,) if tell else ()
            with suppress(TelephonyError):
                await talk.line.play(*promise, self._dialogue.goodbye, language=talk.language)
                await talk.line.hang_up()
            await asyncio.wait(ties)

    async def _tie(self, outage: Affecting, who: Concerned, *, tell: bool) -> None:
        async def once() -> None:
            assert self._outages is not None  # noqa: S101 - else nobody was told of it
            async with self._turns:
                await self._outages.tie(outage.id, who, tell=tell)

        if not await patiently(once, limit=self._settings.closing_limit_s, what="tie"):
            log.error("outage.not_tied", call=who.call, outage=outage.id)


def has_heard(talk: Conversation, news: Sequence[Affecting]) -> None:
    talk.told_outages |= {_mark(each) for each in news}


def _mark(each: Affecting) -> int:
    """By which a call knows that it has told it: suspicions and outages are counted apart."""
    return -each.id if each.suspected else each.id


def concerned(talk: Conversation) -> Concerned | None:
    """Who and where, by what is known now: the address told, else the number's household. None without an address."""
    notes = talk.keeper.notes
    fields, household = notes["fields"], notes["household"]
    phone = number_of(talk.line.arrival)
    urgency = fields.get("urgency")
    said = notes["words"][-1]["text"] if urgency and notes["words"] else ""
    who = Concerned(phone, talk.language, talk.call, urgency=urgency["value"] if urgency else "", words=said)
    street, house, flat = (fields.get(name) for name in ("street", "house", "flat"))
    if household is not None and all(note is None or note["source"] == "household" for note in (street, house)):
        return replace(
            who,
            household_id=household["id"],
            street_id=household["street_id"],
            house=household["house"],
            flat=household["flat"],
        )
    if street is None or house is None or not street["ref"].isdecimal():
        return None
    return replace(
        who,
        street_id=int(street["ref"]),
        house=house["value"],
        building_id=int(house["ref"]) if house["ref"].isdecimal() else None,
        flat=flat["value"] if flat else "",
    )
