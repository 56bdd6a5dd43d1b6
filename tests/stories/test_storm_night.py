"""Half the city goes dark before dawn: two managers at once, an outage closed by mistake, the ladder by hand and by
rule, and nobody is telephoned before the morning."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kezek_register.areas import Area
from kit.databases import sqlite_template  # noqa: F401 - a fixture
from kit.scripted_line import after, pause, say
from kit.storm_city import DEVICES, feeder, home, homes
from kit.storm_story import Storm
from kit.virtual_work import in_working_time

HALF = (1, 2, 3, 4, 5, 6)


@in_working_time
async def test_a_night_over_half_the_city_closed_by_mistake_and_taken_back(
    sqlite_template: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """P8, P9, P15, P18: two presses are one outage; a mistake tells nobody twice; quiet hours hold, the order of need
    too; emergencies and silent callers feel nothing of any rung."""
    async with Storm.begins("03:58", sqlite_template, tmp_path, operators=8, look_s=40, quiet="22:00-07:00") as storm:
        people = list(homes(*HALF))
        storm.will_say(people, "1")
        await storm.until("04:00")
        storm.tells("a storm: substation 1 trips, half the city is dark")
        await storm.ring(people[:12], 4)
        storm.rings(home(9, 1, 1), manner="nine")
        storm.rings("+77770000001", manner="silent")
        await storm.ring(people[12:52], 2)
        await storm.until("04:04")
        found = await storm.suspicion()
        first, second = await asyncio.gather(storm.confirms("anna", found), storm.confirms("dana", found))
        assert first.id == second.id, "the same outage, whoever was quicker"
        outage = first
        await storm.ring(people[60:84], 8)
        await storm.moves("emergency", "anna", "wires are down in the streets")
        await storm.ring(people[100:112], 15)
        storm.rings(home(9, 1, 2), manner="nine")
        storm.rings("+77770000002", manner="silent")
        patient = storm.rings(home(6, 4, 2), "light", after("open", pause(1), say("light")), manner="stays")
        await storm.until("04:20")
        assert "overload" in patient.heard
        storm.counts()

        await storm.until("04:40")
        await storm.closes(outage.id, "dana")
        storm.rings(people[130], "light")
        await storm.until("04:52")
        assert storm.called() == [], "it is night"
        back = await storm.register.outages.reopen(outage.id, "anna")
        storm.tells(f"anna takes it back: outage {back.id} is {back.state}")
        await storm.ring(people[131:135], 30)
        await storm.until("05:30")
        storm.counts()

        await storm.until("05:50")
        await storm.restores(outage.id, Area("part", part_id=feeder(1)))
        await storm.until("06:30")
        await storm.restores(outage.id, Area("part", part_id=feeder(2)))
        await storm.until("06:59")
        assert storm.called() == [], "it is night still"
        storm.tells("the night ends, nobody has been called yet")
        await storm.until("07:10")
        called = storm.called()
        storm.tells(f"{len(called)} called by now, first of all {', '.join(called[:3])}")
        await storm.until("07:50")
        await storm.answers(outage.id)
        storm.counts()
        storm.untouched()
        await storm.nobody_is_lost()
        await storm.reports(outage.id)

        called = storm.called()
        assert len(called) == len(set(called)), "nobody is called twice"
        with_device = {one.name for one in people if (one.street, one.house) in DEVICES}
        first_called = [name in with_device for name in called]
        assert first_called == sorted(first_called, reverse=True), "in the order of need"
        storm.chronicle.reads(
            """
            04:00 a storm: substation 1 trips, half the city is dark
            04:00 suspicion 1 open: '9 calls in 1 minute from “substation 1”: light; usual under 0.1'
            04:01 the ladder: elevated, by rule: waiting_per_operator 2.5 over 1.5 for_s 30.0
            04:02 the ladder: overload, by rule: waiting_per_operator 4.8 over 4.0 for_s 30.0
            04:04 anna confirms: outage 1, substation 1
            04:04 dana confirms: outage 1, substation 1
            04:04 suspicion 1 confirmed: '52 calls in 2 minutes from “substation 1”: light; usual under 0.1'
            04:07 the ladder: emergency, by anna: wires are down in the streets
            04:20 93 calls by now: 31 answered, 62 informed
            04:37 the ladder: overload, by rule: calm_s 1800.0
            04:40 dana closes outage 1: 62 to be told
            04:42 the ladder: elevated, by rule: calm_s 300.0
            04:47 the ladder: normal, by rule: calm_s 300.0
            04:52 anna takes it back: outage 1 is announced
            05:30 98 calls by now: 32 answered, 66 informed
            05:50 feeder 1 on again: 34 to be told
            06:30 feeder 2 on again: 32 to be told, nothing is left of it
            06:59 the night ends, nobody has been called yet
            07:10 25 called by now, first of all Abay 3 flat 2, Pushkin 6 flat 1, Pushkin 6 flat 2
            07:50 outage 1: 2 not asked, 66 yes
            07:50 98 calls by now: 32 answered, 66 informed
            07:50 2 emergencies: an operator after 20 s at most
            07:50 2 silent callers: an operator after 8 s at most
            07:51 report of outage 1: first voice 04:00 suspected 04:00 confirmed 04:04 closed 06:30; 240
                households, 68 tied; heard it: 3 answered, 66 informed; 66 calls saved; 66 told of the end, 0 still
                out; nested []
            """
        )
