"""A storm in virtual time: whole receptions, the ladder, the detector and callbacks over a real register in SQLite, and
a chronicle of it. Scripted are callers, phones and ears; one node does everything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kezek_api import wallboard
from kezek_api.citizens import SqlNotices
from kezek_api.ladder import reserving, service
from kezek_api.ladder.reserving import Reserving
from kezek_api.ladder.rules import LadderTable, ladder_rules
from kezek_api.ladder.service import Ladder
from kezek_api.storm.deciding import confirm
from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.sources import SqlTroubles, WithSuspicions
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kezek_ivr.notice_rules import NOTICE
from kezek_ivr.pacing import PaceRules
from kezek_queue import QueueRules
from kezek_queue.ladder.types import RungName
from kezek_queue.types import FeedEvent, Kind
from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.detection.types import ReportSource
from kezek_register.outage_types import Closing, Outage
from kezek_register.trouble_types import Trouble
from kit.chronicle import Chronicle
from kit.ivr_ears import TownPhrasebook
from kit.ivr_notices import TellingNode
from kit.ivr_outbound import MemoryLedger, Node
from kit.ivr_world import LANGUAGES, World
from kit.scripted_line import Phone, ScriptedLine, after, during, hang_up, pause, press, say, while_waiting
from kit.storm_city import CityDirectory, Home, build, building
from kit.storm_told import Told
from kit.storm_watch import ZONE, Watched, now
from kit.virtual_time import virtual_now

LINE_S = 5.0  # between two looks of the wallboard and the ladder at the line; a node looks each second
PATIENCE_S = 600.0
RULES = QueueRules(callback_retries_s=(300.0,), together_from=9, together=2)


class Storm(Told):
    """`look_s`: between two looks of the detector; of the dialler at its notices twice that."""

    def __init__(self, world: World, register: Register, quiet: tuple[time, time], look_s: float) -> None:
        self.chronicle = Chronicle(now)
        super().__init__(world, register, self.chronicle.tells)
        rules = DetectionRules()
        self.watched = Watched(register, rules, look_s, self.tells)
        self._publish = world.queues.model.on_event
        world.queues.model.on_event = self._hear
        waits = Waits(clock=virtual_now)
        board = Board(service_level_s=20, clock=virtual_now, zone=ZONE, waits=waits, rung=lambda: self.ladder.rung)
        board._after = "0-0"  # the model numbers its events from 1, not by the time
        table = LadderTable.model_validate({"elevated": {"arrivals_times_usual": 0}})
        self.ladder = Ladder(ladder_rules(table, {}, {}, ("main",)), lambda: board.latest, zone=ZONE, clock=virtual_now)
        kept = Reserving(self.ladder, {"main": RULES})
        self._parts = (waits.follow, board.follow, board.draw, self.ladder.run, kept.run, self.watched.look)
        world.waits, world.rungs = waits, self.ladder
        world.outages = outages = WithSuspicions(register, rules)
        world.troubles = SqlTroubles(register, now)
        self._outages = outages.watch
        world.settings = replace(world.settings, callbacks=True, callback_from_s=86_400)
        world.directory = city = CityDirectory()
        for language in LANGUAGES:
            world.phrasebooks[language] = TownPhrasebook(language, city.streets(language), city.topics(language))
        self.node = Node(world, MemoryLedger())
        self.telling = TellingNode(
            world, SqlNotices(register), quiet=quiet, pace=PaceRules(), clock=now, poll_s=2 * look_s
        )
        world.board.on_answer = self._serve

    @classmethod
    @asynccontextmanager
    async def begins(
        cls,
        at: str,
        template: Path,
        folder: Path,
        *,
        operators: int,
        quiet: str = "22:00-08:00",
        look_s: float = 15.0,
    ) -> AsyncIterator[Storm]:
        """`template`: a register that is migrated and empty."""
        shutil.copyfile(template, folder / "storm.db")
        await _until(at)
        phones = {f"op{n}_2{n:02}": Phone(answers_after=2, talks=50.0 + 7 * n) for n in range(operators)}
        begins, _, ends = quiet.partition("-")
        hours = time.fromisoformat(begins), time.fromisoformat(ends)
        async with (
            _seldom(),
            Register.open(f"sqlite+aiosqlite:///{folder / 'storm.db'}", clock=now) as register,
            World.open(**phones) as world,
        ):
            await build(register)
            await world.queues.configure("main", RULES)
            storm = cls(world, register, hours, look_s)
            await storm.watched.begin()
            parts = [asyncio.create_task(part(world.queues)) for part in storm._parts]
            parts.append(asyncio.create_task(storm._outages()))
            try:
                yield storm
            except BaseException as error:
                error.add_note("\n".join(storm.chronicle.lines))
                raise
            finally:
                for part in parts:
                    part.cancel()
                await asyncio.gather(*parts, return_exceptions=True)
                await storm.telling.die()
                await storm.node.die()

    # --- citizens

    def rings(self, who: Home | str, word: str = "light", *cues: Any, manner: str = "asks") -> ScriptedLine:
        """He says what is missing; told of an outage he ends by 1. `who`: a household, or a number nobody knows.
        `manner`: 'asks', 'stays' (he knows, and wants an operator), 'nine', 'silent'."""
        number = who.phone if isinstance(who, Home) else who
        leaves = while_waiting(pause(PATIENCE_S), hang_up())
        says = after("open", pause(1), say(word))
        by_manner = {
            "asks": (says, after("outage_stay", pause(1), press("1")), leaves),
            "stays": (says, leaves),
            "nine": (during("greeting", press("9")),),
            "silent": (),
        }
        language = None if isinstance(who, Home) else "ru"
        line = self.world.call(*(cues or by_manner[manner]), caller=number, language=language, story=None)
        self.lines.setdefault(manner, []).append(line)
        self.node.serve(line)
        return line

    async def ring(self, people: Sequence[Home], each_s: float, word: str = "light", manner: str = "asks") -> None:
        """One after the other."""
        for one in people:
            self.rings(one, word, manner=manner)
            await asyncio.sleep(each_s)

    def will_say(self, people: Sequence[Home], key: str) -> None:
        """Called about the end they press this: 1 it is on, 2 it is not."""
        for one in people:
            self.world.board.citizen(one.phone, Phone(answers_after=6), after("told_restored_no", pause(1), press(key)))

    async def says_on(self, source: ReportSource, who: str, topic: str, at: Home) -> None:
        """A sensor or a crew says that nothing is missing in that house."""
        self.tells(f"{source} {who} says that nothing is missing in {at.house_name}")
        key = f"{source}:{who}:{virtual_now():.0f}"
        where = {"street_id": at.street, "house": str(at.house), "building_id": building(at.street, at.house)}
        await self.register.troubles.add(Trouble(key, now(), source, topic, sensor=who, says="on", **where))  # type: ignore[arg-type]

    # --- staff

    async def suspicion(self, topic: str = "electricity") -> int:
        """The one of this matter that is open."""
        (found,) = (one for one in (await self.register.suspicions.page("open")).items if one.topic == topic)
        return found.id

    async def confirms(self, who: str, suspicion: int | None = None) -> Outage:
        outage = await confirm(self.register, suspicion or await self.suspicion(), who)
        self.tells(f"{who} confirms: outage {outage.id}, {await self.where(outage.areas)}")
        return outage

    async def extends(self, who: str, suspicion: int) -> None:
        outage = await self.register.suspicions.extend(suspicion, who)
        self.tells(f"{who} extends outage {outage.id}: {await self.where(outage.areas)}")

    async def restores(self, outage: int, *areas: Area, who: str = "olena") -> Closing:
        closing = await self.register.outages.restore(outage, areas, who)
        ended = ", nothing is left of it" if closing.outage.state == "restored" else ""
        self.tells(f"{await self.where(areas)} on again: {len(closing.notices)} to be told{ended}")
        return closing

    async def closes(self, outage: int, who: str = "olena") -> Closing:
        closing = await self.register.outages.close(outage, who)
        self.tells(f"{who} closes outage {outage}: {len(closing.notices)} to be told")
        return closing

    async def moves(self, name: RungName, who: str, why: str, *, held: bool = False) -> None:
        n = (await self.world.queues.rung()).n
        self.ladder.know(await self.world.queues.set_rung(name, by=who, n=n, why=why, held=held))

    async def until(self, clock: str) -> None:
        """The next time that the town's clock shows this."""
        await _until(clock)

    # --- inside

    def _serve(self, line: ScriptedLine) -> None:
        (self.telling if line.arrival.call.startswith(NOTICE) else self.node).serve(line)

    def _hear(self, event: FeedEvent) -> None:
        if event.kind is Kind.RUNG:
            because, by = event.data["because"], event.data["by"]
            why = " ".join(f"{name} {value}" for name, value in because.items()) if by == "rule" else event.data["why"]
            self.tells(f"the ladder: {event.data['name']}, by {by}: {why}")
        elif event.kind is Kind.ENDED:
            self.watched.ended.append(event)
        assert self._publish
        self._publish(event)


@asynccontextmanager
async def _seldom() -> AsyncIterator[None]:
    with ExitStack() as stack:
        for module, name in ((wallboard, "BREATH_S"), (service, "LOOK_S"), (reserving, "LOOK_S")):
            stack.enter_context(patch.object(module, name, LINE_S))
        yield


async def _until(clock: str) -> None:
    at = datetime.combine(now().date(), time.fromisoformat(clock), ZONE)
    await asyncio.sleep((at - now()).total_seconds() % 86_400)
