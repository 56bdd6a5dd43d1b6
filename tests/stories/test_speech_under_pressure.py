"""Recognition that falls behind gives way in order: the oldest free stream becomes its grammar, then talks end, and
whoever is asked something is heard to the end. Virtual time, the real pool, an engine whose work is only counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kezek_speech import Full, Heard, Purpose, Recogniser, VoskEars
from kit.scripted_engine import SILENCE, VOICE, frames, settings
from kit.virtual_threads import CostlyEngine, VirtualThreads, WorkClock
from kit.virtual_time import in_virtual_time

SPARE = ["one", "two"]
SENTENCE = frames(VOICE * 2 + SILENCE)
BREATHLESS = frames(VOICE * 2)  # again and again: no pause in it


@asynccontextmanager
async def pool(folder: Path, *, streams: int = 8, threads: int = 1) -> AsyncIterator[tuple[VoskEars, CostlyEngine]]:
    clock = WorkClock()
    engine = CostlyEngine(clock)
    given = replace(settings(folder), streams=streams, threads=threads, share=0.9, warm=0)
    async with VoskEars(given, lambda _: engine, threads=VirtualThreads(threads, clock), clock=clock) as ears:
        yield ears, engine


@dataclass
class Person:
    """Talks on and on, in sentences; `heard` and `end` tell how it went."""

    name: str
    kind: Purpose = "call"
    spare: list[str] | None = None
    phrases: list[str] | None = None
    sound: list[bytes] = field(default_factory=lambda: SENTENCE)
    heard: list[Heard] = field(default_factory=list)
    end: str = ""

    @property
    def last(self) -> str:
        finals = [each.text for each in self.heard if each.final]
        return finals[-1] if finals else ""

    async def talk(self, ears: VoskEars) -> None:
        try:
            async with (
                ears.open("en", self.phrases, spare=self.spare, kind=self.kind) as recogniser,
                asyncio.TaskGroup() as group,
            ):
                speaking = group.create_task(self._speak(recogniser))
                try:
                    async for heard in recogniser:
                        self.heard.append(heard)
                finally:
                    speaking.cancel()
        except* Full:
            self.end = "full"

    async def _speak(self, recogniser: Recogniser) -> None:
        while True:
            for frame in self.sound:
                recogniser.push(frame)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def talking(ears: VoskEars, *people: Person) -> AsyncIterator[None]:
    """One after another, a tenth of a second apart, until the end."""
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks = []
        for person in people:
            tasks.append(group.create_task(person.talk(ears)))
            await asyncio.sleep(0.1)
        yield
        for task in tasks:
            task.cancel()


@in_virtual_time
async def test_the_oldest_complaint_is_the_first_to_become_a_grammar(tmp_path):
    """P11: a slow recogniser costs words of the oldest, and nobody his place."""
    people = [Person(f"caller {number}", spare=SPARE) for number in range(4)]
    async with pool(tmp_path) as (ears, engine), talking(ears, *people):
        await asyncio.sleep(20)
        assert [person.last for person in people] == ["free"] * 4
        engine.slowness = 1.7  # a neighbour takes the processor away: 4 x 0.34 is more than there is
        while not ears.load().turned:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.1)
        await asyncio.sleep(60)
        turned = ears.load().turned
        assert 1 <= turned < 4
        assert [person.last for person in people] == ["grammar"] * turned + ["free"] * (4 - turned)
        assert [person.end for person in people] == [""] * 4
        assert ears.load().lag_seconds < 1.0


@in_virtual_time
async def test_talks_end_the_oldest_first_when_no_grammar_is_left_to_turn_to(tmp_path):
    """P11: free, then grammar, then nothing; and a question that was put is never given up."""
    asked, elder, younger = Person("asked"), Person("elder", "talk", SPARE), Person("younger", "talk", SPARE)
    async with pool(tmp_path) as (ears, engine), talking(ears, elder, asked, younger):
        await asyncio.sleep(20)
        engine.slowness = 4.3  # 0.86 for the one who is asked, alone
        while not elder.end:
            assert not younger.end
            await asyncio.sleep(0.1)
        assert ears.load().turned == 2
        assert elder.last == "grammar"
        await asyncio.sleep(60)
        assert asked.end == ""
        assert asked.last == "free"
        assert ears.load().lag_seconds < 2.0


@in_virtual_time
async def test_whoever_speaks_without_a_pause_is_turned_too(tmp_path):
    breathless = Person("breathless", spare=SPARE, sound=BREATHLESS)
    async with pool(tmp_path) as (ears, engine), talking(ears, breathless, Person("other"), Person("third")):
        await asyncio.sleep(5)
        engine.slowness = 3.0
        await asyncio.sleep(30)
        assert breathless.heard[-1].text == "grammar"
        assert [each.text for each in breathless.heard if each.final] == ["free"]  # what it had said was not lost
        assert ears.load().turned == 1


@in_virtual_time
async def test_a_question_finds_room_where_talks_take_it_and_a_talk_does_not_push_a_fresh_one_out(tmp_path):
    """P11: the ceiling."""
    talks = [Person(f"talk {number}", "talk") for number in range(3)]
    async with pool(tmp_path, streams=3, threads=2) as (ears, _), talking(ears, *talks):
        await asyncio.sleep(5)
        late = Person("late", "talk")
        await late.talk(ears)
        assert late.end == "full"
        asked = Person("asked")
        async with talking(ears, asked):
            await asyncio.sleep(5)
            assert asked.last == "free"
            assert [person.end for person in talks] == ["full", "", ""]
        await asyncio.sleep(30)
        async with talking(ears, Person("fourth", "talk"), Person("fifth", "talk")):
            await asyncio.sleep(1)
            assert [person.end for person in talks] == ["full", "full", ""]
            assert ears.load().streams == 3


@in_virtual_time
async def test_a_complaint_for_which_there_is_only_room_as_a_grammar_comes_in_as_one(tmp_path):
    async with pool(tmp_path) as (ears, engine):
        engine.slowness = 4.0
        async with talking(ears, Person("first")):
            await asyncio.sleep(60)
            newcomer = Person("newcomer", spare=SPARE)
            async with talking(ears, newcomer):
                await asyncio.sleep(10)
                assert newcomer.last == "grammar"
            with pytest.raises(Full):
                async with ears.open("en"):
                    pytest.fail("admitted")


@in_virtual_time
async def test_a_turned_stream_gives_its_place_and_decoders_back(tmp_path):
    person = Person("caller", spare=SPARE)
    async with pool(tmp_path) as (ears, engine):
        async with talking(ears, person, Person("other", spare=SPARE)):
            await asyncio.sleep(5)
            engine.slowness = 8.0
            await asyncio.sleep(30)
            assert ears.load().turned == 2
        await asyncio.sleep(1)
        assert ears.load().streams == 0
        assert ears._admission.load == 0
        assert {key[1] for key in ears._decoders.idle} == {None, tuple(SPARE)}
