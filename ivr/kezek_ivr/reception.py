"""Reception: one call from hello to goodbye, as one coroutine that reads top to bottom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

import structlog

from kezek_ivr.announcing import Announcing
from kezek_ivr.called_back import CalledBack
from kezek_ivr.closing import Closing, end_of
from kezek_ivr.connecting import LINK_DOWN, STALE, Connecting
from kezek_ivr.conversation import Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.first_words import FirstWords
from kezek_ivr.forgotten import Forgotten
from kezek_ivr.hours import Calendar
from kezek_ivr.instead import Instead
from kezek_ivr.keeping import Keeper, Story, amend, fresh_notes
from kezek_ivr.lookups import NOBODY, Lookups
from kezek_ivr.overheard import Hearing
from kezek_ivr.overloaded import Overloaded
from kezek_ivr.ports import Bulletins, Emergencies, Intake, Outages, Rungs, Tickets, Troubles, Voice
from kezek_ivr.reading_back import ReadingBack
from kezek_ivr.recorded import RecordedIntake
from kezek_ivr.recording import Recorder
from kezek_ivr.refusing import Refusing
from kezek_ivr.reporting import Reporting
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import steady
from kezek_ivr.taken_back import StillOut
from kezek_ivr.telling import Telling
from kezek_ivr.ticket_states import TicketStates
from kezek_ivr.types import Directory, Notes, Storyteller, Waits
from kezek_ivr.understanding import Understanding
from kezek_ivr.waiting import EndedElsewhere, WaitingRoom
from kezek_ivr.waiting_news import WaitingNews
from kezek_ivr.watch import Watch
from kezek_queue.types import Call, CallKind, CallState, End, Full, NotAllowed, Queues, Stale, Unknown
from kezek_speech.types import Ears, Phrasebook
from kezek_telephony.types import HungUp, Line, LineLost, LinkDown, NotTaken, Switchboard, TalkEnded

log = structlog.get_logger(__name__)

QUIET_S = 1.0
AFTER_FAILURE_S = 1.0  # before the next attempt when the exchange, not an operator, was the reason


class Reception:
    """Serves the lines of a node. `serve` returns when the call has had its end, or is over for us; it raises when the
    dialplan must go on by itself (another node, else Asterisk's own queue): the call is out of the line meanwhile, and
    gets its place back when it comes back.

    `waits`: without it no wait is told and no callback offered, but for a full queue. `calendar`: without it always
    open. `outages`, `tickets`: without it nobody is told of one; `emergencies`: without it no service is told whom it
    gets; `voice`: without it no address is read back; `rungs`: without it the line is always calm; `intake`: without it
    nothing is taken down without an operator; `troubles`: without it no call is evidence of a mass outage. `clock`:
    unix seconds, for the calendar and the notes.
    """

    def __init__(
        self,
        board: Switchboard,
        ears: Ears,
        queues: Queues,
        directory: Directory,
        phrasebooks: Mapping[str, Phrasebook],
        dialogue: Dialogue,
        storyteller: Storyteller,
        settings: ReceptionSettings,
        *,
        waits: Waits | None = None,
        calendar: Calendar | None = None,
        outages: Outages | None = None,
        tickets: Tickets | None = None,
        emergencies: Emergencies | None = None,
        voice: Voice | None = None,
        rungs: Rungs | None = None,
        intake: Intake | None = None,
        bulletins: Bulletins | None = None,
        troubles: Troubles | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queues, self._dialogue, self._settings = queues, dialogue, settings
        self._storyteller = storyteller
        self._lookups = Lookups(directory, limit=settings.directory_limit_s)
        self._recorder = Recorder(board, queues, dialogue, settings)
        self._forgotten = Forgotten(queues, settings)
        self._closing = Closing(queues, dialogue, settings, self._forgotten)
        self._called_back = CalledBack(queues, dialogue, settings, self._closing.end)
        telling, instead = Telling(dialogue, settings, waits, rungs), Instead(queues, dialogue, settings)
        self._refusing = Refusing(dialogue, telling, instead, calendar, self._closing.end)

        def now() -> datetime:
            return datetime.fromtimestamp(clock(), calendar.zone if calendar else UTC)

        announcing = Announcing(outages, dialogue, settings, self._closing.end, now)
        news = WaitingNews(outages, announcing, rungs, queues, settings)
        self._waiting = WaitingRoom(queues, dialogue, settings, telling, instead, self._recorder, self._forgotten, news)
        self._connecting = Connecting(
            board,
            queues,
            settings,
            self._recorder,
            self._forgotten,
            Hearing(board, ears, phrasebooks, queues, self._lookups, settings, clock),
            self._closing.finish_soon,
            emergencies,
        )
        self._overloaded = Overloaded(rungs, dialogue, self._closing.end, self._connecting.divert)
        self._understanding = Understanding(
            ears,
            phrasebooks,
            dialogue,
            settings,
            self._lookups,
            self._recorder,
            self._refusing,
            announcing,
            TicketStates(tickets, dialogue, settings, self._closing.end, now),
            ReadingBack(voice, self._lookups, limit=settings.voice_limit_s),
            RecordedIntake(intake, rungs, dialogue, settings, self._closing.end),
            FirstWords(bulletins, rungs, dialogue, settings),
            Reporting(troubles, settings),
            self._overloaded,
            clock,
        )

    async def serve(self, line: Line, still_out: StillOut | None = None) -> None:
        """Conduct this call. `still_out`: we have dialled him, and he wants an operator: he is asked nothing.

        Raises LineLost (somebody else has the channel), LinkDown, QueueAway, EndedElsewhere; a caller who hangs up is
        no error. Cancelled (a node that shuts down) it ends nothing: the next session finds the call at its place.
        """
        arrival = line.arrival
        story, watch = Story(self._storyteller, arrival.story), Watch(self._queues, arrival.call)
        first = fresh_notes(arrival, NOBODY, self._recorder.at_first)
        keeper = Keeper(self._queues, arrival.call, first, limit=self._settings.queue_limit_s)
        talk = Conversation(line, keeper, story, watch, self._settings.queue, recording=self._recorder.at_first)
        story.tell("answered", dialled=arrival.dialled, resumed=arrival.resumed)
        async with running(watch.follow()):
            try:
                await self._conduct(talk, still_out)
            except HungUp as left:
                if talk.joined:
                    await self._closing.end(talk, end_of(left))
                else:
                    await self._called_back.not_reached(talk, "hung_up")
            except LineLost:
                raise
            except Exception as error:
                log.warning("call.falls_through", call=talk.call, error=type(error).__name__)
                if await self._closing.give_up(talk):
                    raise

    async def _conduct(self, talk: Conversation, still_out: StillOut | None) -> None:
        standing = await self._arrive(talk)
        talk.take_over(standing)
        arrival = talk.line.arrival
        if standing.state is CallState.ENDED and standing.end != End.ANSWERED:
            if talk.kind is CallKind.CALL:
                raise EndedElsewhere
            await self._called_back.farewell(talk)  # not wanted any more, while his phone rang
            return
        in_line = standing.state in (CallState.WAITING, CallState.OFFERED, CallState.LATER)
        given_away = in_line and standing.connected_at > 0
        if (standing.connected_at or arrival.talked) and not given_away:  # the talk was had while we were away
            talk.connected, talk.operator, talk.offer = True, standing.operator, standing.offer
            talk.language = self._understanding.language_of(*self._understanding.languages_of(arrival))
            await self._closing.close(talk, caller_stays=True)
            return
        talk.talked = given_away
        fresh = standing.state is CallState.ARRIVED and not arrival.resumed
        async with running(talk.keeper.keep()):
            if not await self._prepare(talk, standing, still_out, fresh=fresh):
                return
            await talk.keeper.written(self._settings.notes_limit_s)
            if not await self._place(talk):
                return
        await self._connect(talk, tell_place=fresh or talk.kind is CallKind.CALLBACK)

    async def _arrive(self, talk: Conversation) -> Call:
        """Music while the line does not answer: nobody is left in silence. Raises QueueAway."""
        arriving = asyncio.ensure_future(self._forgotten.arrive(talk))
        try:
            await asyncio.wait({arriving}, timeout=QUIET_S)
            if not arriving.done():
                await talk.line.music()
            return await arriving
        finally:
            arriving.cancel()

    async def _prepare(self, talk: Conversation, standing: Call, still_out: StillOut | None, *, fresh: bool) -> bool:
        """All that comes before the line. False: the call is over."""
        if fresh and talk.kind is CallKind.CALL and still_out is None:
            if not await self._understanding.understand(talk):
                return False
            self._wish(talk)
            return await self._overloaded.passes(talk)
        await self._recall(talk, standing)
        if still_out is not None:
            still_out.note(talk)
            self._wish(talk)
        known = talk.keeper.notes.get("callback")
        dialled = talk.kind is CallKind.CALLBACK and not talk.talked
        if dialled and (talk.line.arrival.callback or not (known and known["joined"])):
            return await self._called_back.joins(talk, standing)
        if standing.state is CallState.OFFERED:  # by a node that is gone: its phone rings for nobody
            with suppress(Stale, NotAllowed, Unknown):
                await steady(
                    lambda: self._queues.decline(talk.call, standing.offer, "node_gone", pause=False),
                    limit=self._settings.queue_limit_s,
                    what="decline",
                )
        await talk.line.music()
        return True

    async def _recall(self, talk: Conversation, standing: Call) -> None:
        """A call that another session left, or a callback: its notes as they were, no question again."""
        limit, arrival = self._settings.queue_limit_s, talk.line.arrival
        kept = await steady(lambda: self._queues.notes(talk.call), limit=limit, what="notes")
        if kept.keys() >= Notes.__required_keys__:
            talk.keeper.resume(cast(Notes, kept))
            talk.told_outages |= {*talk.keeper.notes.get("outages", ())}
            talk.language = self._understanding.language_of(
                talk.keeper.notes["language"], *self._understanding.languages_of(arrival)
            )
            talk.recording = talk.keeper.notes.get("recording", "forbidden")
        else:
            known = await self._lookups.known(arrival.caller)
            talk.keeper.begin(fresh_notes(arrival, known, self._recorder.at_first))
            talk.language = self._understanding.language_of(*self._understanding.languages_of(arrival), known.language)
            talk.keeper.set_language(talk.language)
            await self._understanding.prepare(talk)
        if standing.state is CallState.ARRIVED:
            self._wish(talk)
        await steady(talk.watch.read_clock, limit=limit, what="clock")

    def _wish(self, talk: Conversation) -> None:
        topic = talk.keeper.notes["fields"].get("topic")
        talk.skills = self._settings.wishes(talk.language, topic["value"] if topic else "")

    async def _place(self, talk: Conversation) -> bool:
        try:
            await self._waiting.place(talk)
        except Full:
            if not await self._refusing.passes_full(talk):
                return False
            await self._waiting.place(talk)
        return True

    async def _connect(self, talk: Conversation, *, tell_place: bool) -> None:
        """Wait, ring, and again, until somebody has talked with the caller, and nobody is to talk with him any more."""
        loop = asyncio.get_running_loop()
        failing_since: float | None = None
        while (offered := await self._waiting.offer(talk, tell_place=tell_place)) is not None:
            talk.story.tell("offered", operator=offered.operator, offer=offered.offer)
            outcome = await self._connecting.attempt(talk, offered)
            tell_place = False
            if isinstance(outcome, TalkEnded):
                if await self._over(talk, outcome):
                    return
                tell_place = True
                continue
            if outcome.reason != LINK_DOWN:
                failing_since = None
            elif failing_since is None:
                failing_since = loop.time()
            elif loop.time() - failing_since > self._settings.link_limit_s:
                raise LinkDown
            if outcome.reason in (LINK_DOWN, STALE):
                await talk.line.music()  # it may have been a prompt that the offer cut short
                await self._waiting.rest(talk, AFTER_FAILURE_S)
                await steady(talk.watch.read_clock, limit=self._settings.queue_limit_s, what="clock")

    async def _over(self, talk: Conversation, talked: TalkEnded) -> bool:
        """After a talk. False: the caller was given to somebody else, and waits for him in the line."""
        if talked.caller_stays and talk.divert_to:
            await self._closing.finish(talk, given_away=True)
            talk.watch.forget(talk.offer)
            talk.offer = 0
            outcome = await self._connecting.divert(talk)
            if isinstance(outcome, NotTaken):  # nobody there: back to ours
                await self._waiting.again(talk)
                return False
            talked = outcome
        elif talked.caller_stays and not await self._closing.finish_soon(talk) and await self._closing.given_away(talk):
            talk.story.tell("transferred", by=talk.operator)
            limit = self._settings.queue_limit_s
            await amend(self._queues, talk.call, limit, transferred_by=talk.operator)
            await self._waiting.again(talk)
            return False
        await self._closing.close(talk, caller_stays=talked.caller_stays, cut=talked.cut)
        return True
