"""Reception: one call from hello to goodbye, as one coroutine that reads top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import cast
from uuid import uuid4

import structlog

from kezek_ivr.connecting import LINK_DOWN, STALE, Connecting
from kezek_ivr.conversation import Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import greet
from kezek_ivr.interview import Interview
from kezek_ivr.keeping import Keeper, Story, fresh_notes
from kezek_ivr.lookups import NOBODY, Lookups
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.types import Directory, KnownCaller, Notes, Storyteller
from kezek_ivr.waiting import EndedElsewhere, WaitingRoom
from kezek_ivr.watch import Watch
from kezek_queue.types import Call, CallState, End, NotAllowed, QueueError, Queues, Stale, Unknown
from kezek_speech.types import Ears, Phrasebook
from kezek_telephony.types import HungUp, Line, LineLost, LinkDown, Switchboard, TalkEnded, TelephonyError

log = structlog.get_logger(__name__)

AFTER_FAILURE_S = 1.0  # before the next attempt when the exchange, not an operator, was the reason


class Reception:
    """Serves the lines of a node. `serve` returns when the call has had its end, or is over for us; it raises when the
    dialplan must go on by itself (another node, else Asterisk's own queue): the call is out of the line meanwhile, and
    gets its place back when it comes back."""

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
    ) -> None:
        self._ears, self._queues, self._dialogue, self._settings = ears, queues, dialogue, settings
        self._phrasebooks, self._storyteller = phrasebooks, storyteller
        self._lookups = Lookups(directory, limit=settings.directory_limit_s)
        self._waiting = WaitingRoom(queues, dialogue, settings)
        self._connecting = Connecting(board, queues, settings)

    async def serve(self, line: Line) -> None:
        """Conduct this call.

        Raises LineLost (somebody else has the channel), LinkDown, QueueAway, EndedElsewhere; a caller who hangs up is
        no error. Cancelled (a node that shuts down) it ends nothing: the next session finds the call at its place.
        """
        arrival = line.arrival
        story, watch = Story(self._storyteller, arrival.story), Watch(self._queues, arrival.call)
        keeper = Keeper(self._queues, arrival.call, fresh_notes(arrival, NOBODY), limit=self._settings.queue_limit_s)
        talk = Conversation(line, keeper, story, watch)
        story.tell("answered", dialled=arrival.dialled, resumed=arrival.resumed)
        async with running(watch.follow()):
            try:
                await self._conduct(talk)
            except HungUp as left:
                await self._end(talk, end_of(left))
            except LineLost:
                raise
            except Exception as error:
                log.warning("call.falls_through", call=talk.call, error=type(error).__name__)
                if await self._give_up(talk):
                    raise

    async def _conduct(self, talk: Conversation) -> None:
        standing = await self._waiting.arrive(talk)
        if standing.state is CallState.ENDED and standing.end != End.ANSWERED:
            raise EndedElsewhere
        if standing.connected_at or talk.line.arrival.talked:  # the talk was had while we were away
            talk.connected, talk.operator, talk.offer = True, standing.operator, standing.offer
            talk.language = self._language_of(talk.line.arrival.language or "")
            await self._close(talk, caller_stays=True)
            return
        fresh = standing.state is CallState.ARRIVED and not talk.line.arrival.resumed
        async with running(talk.keeper.keep()):
            if fresh:
                await self._understand(talk)
            else:
                await self._resume(talk, standing)
            await talk.keeper.written(self._settings.notes_limit_s)
            await self._waiting.place(talk)
        talked = await self._connect(talk, tell_place=fresh)
        talk.story.tell("talk_ended", seconds=round(talked.talk_seconds, 1), caller_stays=talked.caller_stays)
        await self._close(talk, caller_stays=talked.caller_stays)

    async def _understand(self, talk: Conversation) -> None:
        """Who is it, in which language, where, and what has happened."""
        arrival, dialogue = talk.line.arrival, self._dialogue
        known = await self._lookups.known(arrival.caller)
        talk.keeper.begin(fresh_notes(arrival, known))
        await greet(talk, dialogue, known=self._language_of(arrival.language or "", known.language, ask=True))
        talk.keeper.set_language(talk.language)
        household = known.household
        talk.story.tell(
            "known_number",
            known=household is not None,
            household=dict(household) if household else None,
            open_tickets=len(known.open_tickets),
        )
        await talk.line.remember(LANGUAGE=talk.language)
        dialogue = dialogue.for_town(self._lookups.topics(talk.language))
        interview = Interview(talk, dialogue, self._ears, self._phrasebooks.get(talk.language), self._lookups)
        async with running(self._remember_language(talk, known)):
            await interview.prepare()
            if not talk.straight:
                await interview.hold()

    async def _resume(self, talk: Conversation, standing: Call) -> None:
        """A call that another session left: its notes and its priority as they were, no question again."""
        limit, arrival = self._settings.queue_limit_s, talk.line.arrival
        kept = await steady(lambda: self._queues.notes(talk.call), limit=limit, what="notes")
        if kept.keys() >= Notes.__required_keys__:
            talk.keeper.resume(cast(Notes, kept))
            talk.language = self._language_of(talk.keeper.notes["language"], arrival.language or "")
        else:
            known = await self._lookups.known(arrival.caller)
            talk.keeper.begin(fresh_notes(arrival, known))
            talk.language = self._language_of(arrival.language or "", known.language)
            talk.keeper.set_language(talk.language)
            await Interview(talk, self._dialogue, self._ears, None, self._lookups).prepare()
        talk.priority = max(standing.priority, arrival.priority)  # the channel remembers what an empty Redis does not
        await steady(talk.watch.read_clock, limit=limit, what="clock")
        if standing.state is CallState.OFFERED:  # by a node that is gone: its phone rings for nobody
            with suppress(Stale, NotAllowed, Unknown):
                await steady(
                    lambda: self._queues.decline(talk.call, standing.offer, "node_gone", pause=False),
                    limit=limit,
                    what="decline",
                )
        await talk.line.music()

    async def _connect(self, talk: Conversation, *, tell_place: bool) -> TalkEnded:
        """Wait, ring, and again, until somebody has talked with the caller."""
        loop = asyncio.get_running_loop()
        failing_since: float | None = None
        while True:
            offered = await self._waiting.offer(talk, tell_place=tell_place)
            talk.story.tell("offered", operator=offered.operator, offer=offered.offer)
            outcome = await self._connecting.attempt(talk, offered)
            if isinstance(outcome, TalkEnded):
                return outcome
            tell_place = False
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

    async def _close(self, talk: Conversation, *, caller_stays: bool) -> None:
        """After the talk: the operator's wrap-up begins, the call has its end; beside it a caller still there hears
        goodbye. First `finish`: were we to die between the two, the operator would be free and the call's end follows
        from its connected_at; the other way round he would be held until somebody notices."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._finish(talk))
            if caller_stays:
                both.create_task(self._goodbye(talk))

    async def _finish(self, talk: Conversation) -> None:
        try:
            await steady(
                lambda: self._queues.finish(talk.call, talk.offer, wrap_up=self._settings.wrap_up_s),
                limit=self._settings.closing_limit_s,
                what="finish",
            )
            talk.story.tell("wrap_up", operator=talk.operator, seconds=self._settings.wrap_up_s)
        except (QueueAway, QueueError) as error:  # ended, or taken over: `end` and the reconciliation set it right
            log.warning("talk.not_finished", call=talk.call, code=error.code)
        await self._end(talk, End.ANSWERED)

    async def _goodbye(self, talk: Conversation) -> None:
        with suppress(TelephonyError):
            await talk.line.play(self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()

    async def _give_up(self, talk: Conversation) -> bool:
        """Out of the line, beside an apology; False when the caller left meanwhile. A talk is left in peace."""
        if talk.connected:
            return True
        async with running(self._leave(talk)) as (leaving,):
            stays = await self._apologise(talk)
            await asyncio.wait({leaving})
        return stays

    async def _leave(self, talk: Conversation) -> None:
        """Nobody rings for this caller now: an offer to him would lapse, and its operator be paused for nothing."""
        try:
            await steady(lambda: self._queues.leave(talk.call), limit=self._settings.leave_limit_s, what="leave")
        except (QueueAway, QueueError) as error:
            log.warning("call.not_out_of_line", call=talk.call, code=error.code)

    async def _apologise(self, talk: Conversation) -> bool:
        try:
            language = talk.language or self._dialogue.language.default
            await talk.line.play(self._dialogue.sorry, language=language)
        except HungUp as left:
            await self._end(talk, end_of(left))
            return False
        except TelephonyError as error:
            log.warning("call.no_apology", call=talk.call, code=error.code)
        return True

    async def _end(self, talk: Conversation, end: End) -> None:
        """The call's one end. Nobody waits for it, so that Redis has time to come back; past that, the reconciliation
        with Asterisk's channels ends it."""
        key = uuid4().hex
        try:
            await steady(
                lambda: self._queues.end(talk.call, end, key=key),
                limit=self._settings.closing_limit_s,
                what="end",
            )
        except (QueueAway, QueueError) as error:
            log.error("end.not_told", call=talk.call, code=error.code)
        talk.story.tell("ended", end=str(end))

    async def _remember_language(self, talk: Conversation, known: KnownCaller) -> None:
        if known.household is not None and known.language != talk.language:
            await self._lookups.remember_language(known.household["id"], talk.language)

    def _language_of(self, *candidates: str, ask: bool = False) -> str:
        """The first that this dialogue speaks; else '' where one may `ask`, the default otherwise."""
        otherwise = "" if ask else self._dialogue.language.default
        return next((each for each in candidates if each in self._dialogue.languages), otherwise)


def end_of(left: HungUp) -> End:
    """Of a caller who is gone before any talk: given up, or cut by the exchange."""
    return End.CUT if left.cut else End.ABANDONED
