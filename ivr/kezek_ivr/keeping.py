"""The call's notes as they grow, written to the queue behind the dialogue's back, and its story as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

import structlog

from kezek_ivr.prefill import Fields
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.types import CallbackNote, EmergencyNote, KnownCaller, Notes, Recording, Step, Storyteller, Unheard
from kezek_queue.types import QueueError, Queues, Stale
from kezek_telephony.types import Arrival

log = structlog.get_logger(__name__)

MOST_WORDS, LONGEST = 100, 1_000  # entries of the notes, and characters of one: what a desk reads and Redis keeps
GATHER_S = 0.05  # changes come several at a time; they are written together


def fresh_notes(arrival: Arrival, known: KnownCaller, recording: Recording = "forbidden") -> Notes:
    return {
        "caller": arrival.caller or "",
        "caller_name": arrival.caller_name,
        "language": "",
        "household": known.household,
        "open_tickets": list(known.open_tickets),
        "words": [],
        "fields": {},
        "unheard": "",
        "story": arrival.story or "",
        "recording": recording,
    }


async def amend(queues: Queues, call: str, limit: float, **facts: Any) -> None:
    """Change some facts of notes that no Keeper keeps. Never raises a QueueError."""
    await rework(queues, call, limit, lambda _: facts)


async def rework(
    queues: Queues, call: str, limit: float, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> bool:
    """Change notes that no Keeper keeps: `change` makes facts of them as they stand, again when others were quicker, so
    that nobody's change is lost. Never raises a QueueError; False when they could not be written."""

    async def once() -> None:
        while True:
            kept = await queues.notes(call)
            facts = change(kept)
            if all(name in kept and kept[name] == fact for name, fact in facts.items()):
                return None
            with suppress(Stale):
                return await queues.note(call, {**kept, **facts}, over=kept)

    try:
        await steady(once, limit=limit, what="note")
    except (QueueAway, QueueError) as error:
        log.warning("notes.not_written", call=call, code=error.code)
        return False
    return True


class Keeper:
    """Owns the notes until an operator has the call; from then on the desk does, so `stop` comes before the ring.

    Writing is coalesced: however often the notes change, one write is under way, and the next takes all since.
    """

    def __init__(self, queues: Queues, call: str, notes: Notes, *, limit: float) -> None:
        self.notes = notes
        self._queues, self._call, self._limit = queues, call, limit
        self._dirty = asyncio.Event()
        self._written = asyncio.Event()
        self._hurry = asyncio.Event()  # somebody waits for them to be written

    def begin(self, notes: Notes) -> None:
        self.notes = notes
        self._touch()

    def resume(self, notes: Notes) -> None:
        """Notes that the queue has already: nothing is written until something changes."""
        self.notes = notes
        self._written.set()

    def set_language(self, language: str) -> None:
        self.notes["language"] = language
        self._touch()

    def set_fields(self, fields: Fields) -> None:
        if self.notes["fields"] != fields:
            self.notes["fields"] = {str(name): note for name, note in fields.items()}
            self._touch()

    def set_words(self, question: str, text: str, *, final: bool, first: bool, at: float) -> None:
        """The words so far in answer to a question; `first` opens a new entry, else the last one is replaced. `at`:
        unix seconds now."""
        if not first:
            at = self.notes["words"].pop().get("at", at)
        self.notes["words"].append({"question": question, "text": text[:LONGEST], "final": final, "at": round(at, 3)})
        del self.notes["words"][:-MOST_WORDS]
        self._touch()

    def set_unheard(self, why: Unheard) -> None:
        self.notes["unheard"] = why
        self._touch()

    def set_recording(self, recording: Recording) -> None:
        if self.notes.get("recording") != recording:
            self.notes["recording"] = recording
            self._touch()

    def set_outages(self, outages: Iterable[int]) -> None:
        """Of which he has been told; those of before stay."""
        self.notes["outages"] = sorted({*self.notes.get("outages", ()), *outages})
        self._touch()

    def set_still_out(self, outage: int) -> None:
        self.notes["still_out"] = outage
        self._touch()

    def set_emergency(self, emergency: EmergencyNote) -> None:
        self.notes["emergency"] = emergency
        self._touch()

    def set_recorded(self, number: str) -> None:
        self.notes["recorded"] = number
        self._touch()

    def set_callback(self, callback: CallbackNote) -> None:
        self.notes["callback"] = callback
        self._touch()

    async def keep(self) -> None:
        """Write whenever something changed, for as long as the call is in our hands."""
        while True:
            await self._dirty.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_S):
                    await self._hurry.wait()
            self._dirty.clear()
            try:
                await steady(
                    lambda: self._queues.note(self._call, _as_json(self.notes)), limit=self._limit, what="note"
                )
            except (QueueAway, QueueError) as error:  # the pop shows what was written before; the call goes on
                log.warning("notes.not_written", call=self._call, code=error.code)
            if not self._dirty.is_set():
                self._written.set()

    async def written(self, limit: float) -> None:
        """Wait until all changes are written, for at most `limit` seconds."""
        self._hurry.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):  # wait_for may swallow a cancellation (Python 3.11)
                await self._written.wait()

    def _touch(self) -> None:
        self._written.clear()
        self._dirty.set()


class Story:
    """Tells the steps of a demo call; of anybody else's call nothing leaves this house."""

    def __init__(self, storyteller: Storyteller, token: str | None) -> None:
        self._storyteller, self._token = storyteller, token

    def tell(self, step: Step, **facts: Any) -> None:
        if self._token:
            self._storyteller.tell(self._token, step, **facts)


def _as_json(notes: Notes) -> Mapping[str, Any]:
    """A copy: the notes go on changing while it is being written."""
    copy = {**notes, "words": [*notes["words"]], "fields": {**notes["fields"]}}
    return cast(Mapping[str, Any], copy)
