"""The register's part in what citizens are told (ivr's ports) over SQL, and who serves the calls that tell it.

Whoever asks has a limit of his own (`kezek_ivr.patience`); a register that is away raises.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from kezek_api.handing import SqlEmergencies
from kezek_api.outage_news import OutageNews, place_of
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_api.speaker import Speaker
from kezek_api.storm.lifting import lift
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.notice_rules import TellingSettings
from kezek_ivr.pacing import PaceRules
from kezek_ivr.ports import Affecting, Answer, Concerned, Tell, TellState, TicketState
from kezek_ivr.taken_back import TakenBack
from kezek_ivr.told_calls import ToldCalls
from kezek_queue.types import Queues
from kezek_register import Register
from kezek_register.areas import Place
from kezek_register.moves import CITIZEN
from kezek_register.notice_types import TO_CITIZENS, Notice, NoticeChannel
from kezek_register.numbers import BadNumber, check
from kezek_register.outage_types import Outage, Tie
from kezek_register.ticket_types import OPEN, Move
from kezek_register.types import Conflict, NotFound, Ticket

log = structlog.get_logger(__name__)

COMING = timedelta(days=1)  # planned work is told so long before it begins
PLANNED = 3  # a level of outages
CALL: tuple[NoticeChannel, ...] = ("call",)
BY_PHONE = "phone"  # who did it: somebody who pressed a key
OWN = 5  # tickets of a caller that are looked at


class SqlOutages:
    """Meets `kezek_ivr.ports.Outages`. `watch` is a part of the node: without it those who wait hear nothing new."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._nearby = OutageNews(register)
        self.watch = self._nearby.run

    async def affecting(self, who: Concerned) -> Sequence[Affecting]:
        place = await place_of(self._register, who)
        self._nearby.keep(who, place)
        return await self._at(place) if place is not None else ()

    def news(self) -> int:
        return self._nearby.number()

    def heard(self, who: Concerned) -> Sequence[Affecting] | None:
        found = self._nearby.at(who)
        return None if found is None else [_affecting(each) for each in found]

    async def _at(self, place: Place) -> Sequence[Affecting]:
        return [_affecting(each) for each in await self._register.outages.affecting(place, within=COMING)]

    async def tie(self, outage: int, who: Concerned, *, tell: bool) -> None:
        """One that is over by now, or a caller of whom nothing is known, has nothing to be tied to."""
        tie = Tie(
            outage,
            "",
            who.phone,
            who.language,
            household_id=who.household_id,
            building_id=who.building_id,
            flat=who.flat,
            call=who.call,
            tell=tell,
        )
        try:
            await self._register.outages.tie(outage, tie)
            await lift(self._register, outage, who, await place_of(self._register, who))
        except (Conflict, NotFound, ValueError) as never:
            log.info("outage.no_tie", call=who.call, outage=outage, error=type(never).__name__)


class SqlTickets:
    """Meets `kezek_ivr.ports.Tickets`."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def number(self, keyed: str) -> str | None:
        try:
            return check(keyed)
        except BadNumber:
            return None

    async def state(self, number: str) -> TicketState | None:
        try:
            return _state(await self._register.tickets.get(number))
        except NotFound:
            return None

    async def of_caller(self, phone: str) -> Sequence[TicketState]:
        """From this telephone, whoever's household it is."""
        found = await self._register.tickets.of_caller(phone, limit=OWN)
        return [_state(ticket) for ticket in found if ticket.state in OPEN and ticket.number]


class SqlNotices:
    """Meets `kezek_ivr.ports.Notices`: those that are told by a call. `instead`: how a citizen is told whom no call
    has reached."""

    def __init__(self, register: Register, instead: NoticeChannel | None = None) -> None:
        self._register = register
        self._instead = instead

    async def claim(self, *, node: str, limit: int, now: datetime, but: Collection[str] = ()) -> Sequence[Tell]:
        kept = [kind for kind in TO_CITIZENS if kind in but]
        return [_tell(each) for each in await self._register.notices.claim(node, CALL, limit, now, but=kept)]

    async def hold(self, *, node: str, now: datetime, lease_s: float) -> None:
        await self._register.notices.hold(node, CALL, now, lease_s=lease_s)

    async def begun(self, *, since: datetime) -> int:
        return await self._register.notices.begun(CALL, since)

    async def get(self, key: str) -> Tell | None:
        try:
            return _tell(await self._register.notices.get(key))
        except NotFound:
            return None

    async def settle(self, key: str, state: TellState, result: str, next_at: datetime | None = None) -> None:
        await self._register.notices.settle(key, state, result, next_at, instead=self._instead)

    async def unsettled(self, node: str) -> Sequence[Tell]:
        return [_tell(each) for each in await self._register.notices.unsettled(node, CALL)]

    async def answered(self, tell: Tell, answer: Answer) -> None:
        """Into the outage, or into the ticket: 'yes' closes it, 'no' opens it again. A ticket that somebody has moved
        on meanwhile stays where it is."""
        about, _, subject = tell.about.partition(":")
        if tell.what == "call_out":
            if answer == "yes":
                await self._comes(int(subject), int(tell.told.get("position", 0)))
        elif about == "outage":
            await self._register.outages.answered(int(subject), str(tell.told.get("party", "")), answer)
        elif about == "ticket" and answer != "unreached":
            move: Move = "verify" if answer == "yes" else "reopen"
            why = "" if answer == "yes" else "not done, says the citizen"
            try:
                await self._register.tickets.move(
                    subject,
                    move,
                    CITIZEN,
                    why=why,
                    key=f"{tell.key}:{answer}",
                    verified=answer,
                )
            except (Conflict, NotFound) as moved:
                log.warning("notice.answer_not_taken", what=tell.what, error=type(moved).__name__)

    async def _comes(self, outage: int, position: int) -> None:
        try:
            await self._register.outages.step_done(outage, "call_out", position, BY_PHONE)
        except (Conflict, NotFound) as over:
            log.info("call_out.over", outage=outage, error=type(over).__name__)


@dataclass(frozen=True, slots=True)
class Citizens:
    """What receptions lean on. `told` serves the calls of ours that tell something."""

    notices: SqlNotices
    told: ToldCalls
    settings: TellingSettings
    now: Callable[[], datetime]
    voice: Speaker
    outages: SqlOutages | None = None  # None: the site does not want it
    tickets: SqlTickets | None = None
    emergencies: SqlEmergencies | None = None


def citizens_of(
    register: Register, queues: Queues, rules: Rules, dialogue: Dialogue, site: Settings, outages: SqlOutages
) -> Citizens:
    told = rules.citizens
    notices = SqlNotices(register, "sms" if told.fallback and rules.notices.sms.url else None)
    settings = told.settings(site.node, rules.dial_s)
    speaker = Speaker(site.home, site.prompts)
    speaker.sweep()

    def now() -> datetime:
        return datetime.now(rules.calendar.zone)

    return Citizens(
        notices=notices,
        told=ToldCalls(
            notices,
            dialogue,
            settings,
            now,
            TakenBack(queues, settings.pace or PaceRules(), settings.sql_limit_s),
        ),
        settings=settings,
        now=now,
        voice=speaker,
        outages=outages if told.outages else None,
        tickets=SqlTickets(register) if told.tickets else None,
        emergencies=SqlEmergencies(
            register, rules.services, dialogue, speaker, language=dialogue.language.default, now=now
        ),
    )


def _affecting(outage: Outage) -> Affecting:
    return Affecting(
        id=outage.id,
        topic=outage.topic,
        cause=outage.cause,
        since=outage.starts_at,
        until=outage.expected_at,
        planned=outage.level == PLANNED,
    )


def _state(ticket: Ticket) -> TicketState:
    return TicketState(ticket.number, ticket.topic, ticket.state, ticket.due_at)


def _tell(notice: Notice) -> Tell:
    return Tell(
        key=notice.key,
        about=notice.about,
        what=notice.what,
        address=notice.address,
        language=notice.language,
        told=notice.told,
        attempts=notice.attempts,
        state=notice.state,
        result=notice.result,
    )
