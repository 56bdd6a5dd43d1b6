"""What is known of a storm that is played: how calls ended, who was called, what is left, the outage's report."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from kezek_ivr.notice_rules import NOTICE
from kezek_queue.types import CallState, Kind
from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.still_out_words import left_in_words, mistaken_in_words
from kit.ivr_world import World
from kit.scripted_line import ScriptedLine
from kit.storm_city import home_of
from kit.storm_watch import ZONE
from kit.virtual_time import virtual_now

STORMY = ("overload", "neighbour", "callback_", "outage_")  # what prompts of storms begin with


class Told:
    """`lines`: calls by the manner of their callers; `tells`: into the chronicle."""

    def __init__(self, world: World, register: Register, tells: Callable[[str], None]) -> None:
        self.world, self.register, self.tells = world, register, tells
        self.lines: dict[str, list[ScriptedLine]] = {}

    def ends(self, manner: str) -> Counter[str]:
        """How calls of this manner ended; 'goes on' where they did not."""
        calls = self.world.queues.model.calls
        return Counter(calls[line.arrival.call].end or "goes on" for line in self.lines.get(manner, []))

    def waits_of(self, manner: str) -> list[float]:
        placed, spoken = [
            {event.call: event.at for event in reversed(self.world.told_of(kind))}
            for kind in (Kind.PLACED, Kind.CONNECTED)
        ]
        calls = [line.arrival.call for line in self.lines.get(manner, [])]
        return [spoken[call] - placed[call] for call in calls if call in spoken]

    def counts(self) -> None:
        """How the calls of citizens have ended by now, into the chronicle."""
        of = sum((self.ends(manner) for manner in self.lines), Counter[str]())
        told = ", ".join(f"{number} {end}" for end, number in sorted(of.items()))
        self.tells(f"{of.total()} calls by now: {told}")

    def untouched(self) -> None:
        """Emergencies and silent callers, into the chronicle; nothing of the storm was for them. Raises
        AssertionError."""
        for manner, name in (("nine", "emergencies"), ("silent", "silent callers")):
            lines, waits = self.lines.get(manner, []), self.waits_of(manner)
            for line in lines:
                felt = [each for each in line.heard if each.startswith(STORMY)]
                assert manner == "silent" or not felt, felt
                assert self.world.queues.model.calls[line.arrival.call].end == "answered", (manner, line.heard)
            self.tells(f"{len(lines)} {name}: an operator after {max(waits, default=0):.0f} s at most")

    def called(self) -> list[str]:
        """Whom notices have dialled so far, household by household."""
        homes = {each.phone: each.name for each in map(home_of, range(1, 481))}
        return [homes[number] for call, number in self.world.board.dialled_to if call.startswith(NOTICE)]

    async def answers(self, outage: int) -> None:
        """What those who were called say, and what is left by it, into the chronicle."""
        ties = await self.register.outages.ties(outage)
        said = Counter(one.restored or "not asked" for one in ties)
        self.tells(f"outage {outage}: " + ", ".join(f"{n} {what}" for what, n in sorted(said.items())))
        left = await self.register.outages.still_out(outage)
        if left.mistaken:
            self.tells(f"'{mistaken_in_words(left, 'en')}'")
            return
        for group in left.groups:
            self.tells(f"'{left_in_words(group, await self.where([group.area]), 'en')}'")

    async def reports(self, outage: int) -> None:
        """The outage's report, which writes itself."""
        one = await self.register.outages.report(outage)
        heard = ", ".join(f"{number} {end}" for end, number in sorted(one.heard.items()))
        told = sum(each.number for each in one.notices if each.what == "restored" and each.state == "sent")
        times = " ".join(
            f"{name} {at.astimezone(ZONE):%H:%M}"
            for name, at in (
                ("first voice", one.first_report_at), ("suspected", one.suspected_at),
                ("confirmed", one.confirmed_at), ("closed", one.closed_at),
            )
            if at is not None
        )  # fmt: skip
        self.tells(
            f"report of outage {outage}: {times}; {one.concerned.households} households, {one.outage.ties} tied; "
            f"heard it: {heard}; {one.saved} calls saved; {told} told of the end, {one.still_out} still out; "
            f"nested {list(one.nested)}"
        )

    async def nobody_is_lost(self, limit_s: float = 7200) -> None:
        """Every call has its one end, nobody is held. Raises AssertionError."""
        model, ends = self.world.queues.model, virtual_now() + limit_s
        while model.live or model.callback_of:
            assert virtual_now() < ends, sorted(model.live)[:5]
            await asyncio.sleep(10)
        await asyncio.sleep(60)
        for told in (self.telling._running, self.node._running):
            assert not told.done()
        ended = Counter(event.call for event in self.world.told_of(Kind.ENDED))
        assert set(ended) == {event.call for event in self.world.told_of(Kind.ARRIVED)}
        assert set(ended.values()) == {1}
        assert all(call.state is CallState.ENDED for call in map(model.get_call, ended))

    async def where(self, areas: Sequence[Area]) -> str:
        named = await self.register.area_names.of(areas)
        return ", ".join(named.title(area, "en") for area in areas)
