"""Each call is a voice: as soon as its matter and its street are known they are reported, for the detection of mass
outages. Beside the call, which waits for nothing and never hears of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from kezek_ivr.announcing import concerned
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.forgotten import number_of
from kezek_ivr.patience import patiently
from kezek_ivr.ports import Concerned, Troubles
from kezek_ivr.settings import ReceptionSettings

UNKNOWN = "unknown"  # in place of a topic
SUREST = 0.95  # what no operator has looked at yet
Said = tuple[Concerned, str, float]


class Reporting:
    """`troubles` None: nothing is reported."""

    def __init__(self, troubles: Troubles | None, settings: ReceptionSettings) -> None:
        self._troubles, self._limit = troubles, settings.closing_limit_s
        self._said: dict[str, Said] = {}  # call -> what is on its way, or was reported last
        self._going: dict[str, asyncio.Task[None]] = {}

    def look(self, talk: Conversation, *, last: bool = False) -> None:
        """To be said whenever a field of the call has changed, and when no more is asked (`last`); does not wait and
        does not raise."""
        said = what_is_said(talk) or (what_is_known(talk) if last else None)
        if self._troubles is None or said is None or self._said.get(talk.call) == said:
            return
        self._said[talk.call] = said
        if talk.call not in self._going:
            task = asyncio.create_task(self._tell(talk.call, self._troubles))  # has a limit of its own
            self._going[talk.call] = task
            task.add_done_callback(lambda _: self._forget(talk.call))

    async def _tell(self, call: str, troubles: Troubles) -> None:
        """The newest word, until there is none newer."""
        told: Said | None = None
        while (said := self._said[call]) != told:
            who, topic, sure = said
            await patiently(
                lambda who=who, topic=topic, sure=sure: troubles.report(who, topic=topic, sure=sure),  # type: ignore[misc]
                limit=self._limit,
                what="trouble",
            )
            told = said

    def _forget(self, call: str) -> None:
        self._going.pop(call, None)
        self._said.pop(call, None)


def what_is_said(talk: Conversation) -> Said | None:
    """Who, where and of what, and how sure that place is; None while either is missing."""
    notes = talk.keeper.notes
    fields = notes["fields"]
    topic, street, house = (fields.get(name) for name in ("topic", "street", "house"))
    if topic is None or not topic["value"]:
        return None
    who = concerned(talk)
    if who is not None and who.household_id is not None:
        return who, topic["value"], 1.0
    if street is None or not street["ref"].isdecimal():
        return None
    if who is None:  # the street alone
        who = Concerned(number_of(talk.line.arrival), talk.language, talk.call, street_id=int(street["ref"]))
    known = [note["confidence"] for note in (street, house) if note is not None]
    return replace(who, language=talk.language), topic["value"], min([SUREST, *known])


def what_is_known(talk: Conversation) -> Said | None:
    """Of a household that has not said what it is about (it pressed 0 at once, was not understood, or nobody could hear
    it): that somebody calls from that house. What it is about his operator writes. Emergencies and who says nothing
    are no such voice."""
    if talk.priority >= EMERGENCY or talk.keeper.notes["unheard"] == "silence":
        return None
    who = concerned(talk)
    return (who, UNKNOWN, 1.0) if who is not None and who.household_id is not None else None
