"""The state of a ticket, told to who asks: of his own open ones, and of any whose number he keys.

By the number alone nothing of a person is said: the matter, the state, the deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from kezek_ivr import saying
from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.forgotten import number_of
from kezek_ivr.keying import keyed
from kezek_ivr.patience import within
from kezek_ivr.ports import Tickets, TicketState
from kezek_ivr.prompts import STATES, SUBJECTS
from kezek_ivr.settings import ReceptionSettings
from kezek_queue.types import End
from kezek_telephony.types import TelephonyError

AWAY = TicketState("", "", "")


class TicketStates:
    """`now`: the moment with the site's zone, by whose clock times are said."""

    def __init__(
        self,
        tickets: Tickets | None,
        dialogue: Dialogue,
        settings: ReceptionSettings,
        end: EndCall,
        now: Callable[[], datetime],
    ) -> None:
        self._tickets, self._dialogue, self._settings, self._end, self._now = tickets, dialogue, settings, end, now

    @property
    def offered(self) -> bool:
        return self._tickets is not None

    async def passes(self, talk: Conversation) -> bool:
        """False: he knows enough, and the call has its end. Raises HungUp, LineLost."""
        if self._tickets is None:
            return True
        words, phone = self._dialogue.ticket, number_of(talk.line.arrival)
        limit = self._settings.directory_limit_s
        own = await within(self._tickets.of_caller(phone), None, limit, "of_caller") if phone else ()
        facts = [fact for ticket in (own or ())[: words.most] for fact in self._facts(talk, ticket)]
        for left in reversed(range(words.rounds + 1)):
            told = bool(facts) and facts[0] == words.number
            enough = (words.that_is_all, f"press/{words.that_is_all_digit}") if told else ()
            asks = ((words.ask_other if told else words.ask),) if left else ()
            keys = await self._keys(talk, (*facts, *enough, *asks))
            if told and keys == words.that_is_all_digit:
                await self._informed(talk)
                return False
            if keys == self._dialogue.emergency_digit:
                talk.priority = EMERGENCY
            if len(keys) < 2 or not left:
                break
            facts = await self._look_up(talk, self._tickets, keys)
            if facts == [words.away]:
                await talk.line.play(*facts, language=talk.language)
                break
        talk.straight = True
        return True

    async def _look_up(self, talk: Conversation, tickets: Tickets, keys: str) -> list[str]:
        words = self._dialogue.ticket
        if (number := tickets.number(keys)) is None:
            return [words.wrong]
        found = await within(tickets.state(number), AWAY, self._settings.directory_limit_s, "state")
        if found is AWAY:
            return [words.away]
        return [words.unknown] if found is None else list(self._facts(talk, found))

    def _facts(self, talk: Conversation, ticket: TicketState) -> Iterator[str]:
        words, now = self._dialogue.ticket, self._now()
        talk.story.tell("ticket_state", number=ticket.number, state=ticket.state)
        yield words.number
        yield from saying.digits(ticket.number)
        yield saying.matter(ticket.topic, SUBJECTS)
        if ticket.state in STATES:
            yield f"state/{ticket.state}"
        if ticket.due_at is not None and ticket.state not in ("closed", "refused", "reported"):
            late = ticket.due_at < now
            yield words.late if late else words.due
            yield from saying.moment(ticket.due_at, now, talk.language, past=late)

    async def _keys(self, talk: Conversation, prompts: tuple[str, ...]) -> str:
        answer_s, between_s = self._dialogue.ticket.answer_s, self._dialogue.limits.digit_s
        return await keyed(talk.line, prompts, language=talk.language, answer_s=answer_s, between_s=between_s)

    async def _informed(self, talk: Conversation) -> None:
        await self._end(talk, End.INFORMED)
        with suppress(TelephonyError):
            await talk.line.play(self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()
