"""A transformer fails on a winter evening, its feeder trips, and the lights come back by steps: hour by hour."""

from __future__ import annotations

from pathlib import Path

from kit.databases import sqlite_template  # noqa: F401 - a fixture
from kit.storm_city import DEVICES, home, home_of, homes, street
from kit.storm_story import Storm
from kit.virtual_work import in_working_time

ABAY, PUSHKIN, GARDEN = 1, 2, 3


@in_working_time
async def test_an_evening_from_two_streets_to_a_feeder_and_back_by_steps(
    sqlite_template: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """P8, P9, P18: each household is told once, those with a device at home first, and what is left is found."""
    async with Storm.begins("18:00", sqlite_template, tmp_path, operators=6) as storm:
        elsewhere, two_streets, garden = list(homes(9)), list(homes(ABAY, PUSHKIN)), list(homes(GARDEN))
        left_dark = [one for one in garden if one.house in (3, 4, 5)]
        storm.will_say(two_streets + garden, "1")
        storm.will_say(left_dark, "2")
        storm.rings(elsewhere[0], "garbage")
        storm.rings(elsewhere[1], "lift")

        await storm.until("18:02")
        storm.tells("a transformer fails: Abay and Pushkin are dark")
        await storm.ring(two_streets[:12], 6)
        storm.rings(elsewhere[3], manner="nine")
        storm.rings("+77770000001", manner="silent")
        await storm.ring(two_streets[12:22], 6)
        await storm.until("18:05")
        found = await storm.suspicion()
        outage = await storm.confirms("anna", found)
        await storm.ring(two_streets[22:32], 7)
        await storm.ring(two_streets[32:36], 7, manner="stays")

        await storm.until("18:10")
        storm.tells("the feeder trips: Garden is dark too")
        await storm.ring(garden[:8], 12)
        storm.rings(elsewhere[4], manner="nine")
        await storm.until("18:13")
        await storm.extends("anna", found)
        await storm.ring(garden[8:18], 12)
        await storm.ring(two_streets[36:44], 12)
        storm.rings("+77770000002", manner="silent")
        await storm.until("18:30")
        storm.counts()

        await storm.until("18:40")
        await storm.restores(outage.id, street(ABAY))
        await storm.until("18:55")
        called = storm.called()
        storm.tells(f"{len(called)} called of Abay, first of all {called[0]}, {called[1]}")
        with_device = {one.name for one in two_streets if (one.street, one.house) in DEVICES and one.street == ABAY}
        first = {name for name in called if name in with_device}
        assert set(called[: len(first)]) == first, "in the order of need"

        await storm.restores(outage.id, street(PUSHKIN))
        await storm.until("19:10")
        await storm.closes(outage.id)
        await storm.until("19:40")
        await storm.answers(outage.id)
        (left,) = (await storm.register.outages.still_out(outage.id)).groups
        nested = await storm.register.outages.reopen_part(outage.id, [left.area], "anna")
        storm.tells(f"anna opens what is left: outage {nested.id} of {nested.parent}, {nested.ties} households")
        neighbour = storm.rings(next(one for one in left_dark[::-1] if one.house == 4))
        await storm.until("19:50")
        assert "outage_promise" in neighbour.heard, "who calls from there hears of the fault that is left"
        storm.will_say(left_dark, "1")
        await storm.closes(nested.id)
        await storm.until("19:55")
        late = storm.rings(home(GARDEN, 3, 5), "lift")
        await storm.until("20:00")
        assert "outage_suspected" not in late.heard, "what the 'no's raised is over with what was left"
        await storm.answers(nested.id)
        storm.counts()
        storm.untouched()
        await storm.nobody_is_lost()
        await storm.reports(outage.id)
        await storm.reports(nested.id)

        told = storm.called()
        assert max(told.count(home_of(one.id).name) for one in two_streets) == 1
        assert max(told.count(one.name) for one in left_dark) == 2, "of the outage, and of what was left"
        assert home(9, 1, 1).name not in told
        storm.chronicle.reads(
            """
            18:02 a transformer fails: Abay and Pushkin are dark
            18:02 suspicion 1 open: '5 calls in 1 minute from “feeder 1”: light; usual under 0.1'
            18:04 the ladder: elevated, by rule: waiting_per_operator 2.0 over 1.5 for_s 30.0
            18:05 anna confirms: outage 1, Abay street, Pushkin street
            18:05 suspicion 1 confirmed: '22 calls in 2 minutes from Abay street, Pushkin street: light; usual under
                0.1'
            18:10 the feeder trips: Garden is dark too
            18:10 the ladder: normal, by rule: calm_s 300.0
            18:13 anna extends outage 1: Abay street, Pushkin street, feeder 1
            18:30 68 calls by now: 32 answered, 36 informed
            18:40 Abay street on again: 13 to be told
            18:55 13 called of Abay, first of all Abay 3 flat 2, Abay 3 flat 3
            18:55 Pushkin street on again: 13 to be told
            19:10 olena closes outage 1: 10 to be told
            19:11 suspicion 2 open: '3 calls in 1 minute from Garden street 3–5: light; usual under 0.1'
            19:40 outage 1: 3 no, 4 not asked, 33 yes
            19:40 'Garden street 3–5: still out at 3 of 3 who answered'
            19:40 anna opens what is left: outage 2 of 1, 3 households
            19:40 suspicion 2 faded: '3 calls in 1 minute from Garden street 3–5: light; usual under 0.1'
            19:50 olena closes outage 2: 4 to be told
            20:00 outage 2: 4 yes
            20:00 70 calls by now: 33 answered, 37 informed
            20:00 2 emergencies: an operator after 10 s at most
            20:00 2 silent callers: an operator after 12 s at most
            20:01 report of outage 1: first voice 18:02 suspected 18:02 confirmed 18:05 closed 19:10; 120
                households, 40 tied; heard it: 4 answered, 36 informed; 36 calls saved; 36 told of the end, 3 still
                out; nested [2]
            20:01 report of outage 2: first voice 19:10 closed 19:50; 15 households, 4 tied; heard it: 1 informed; 1
                calls saved; 4 told of the end, 0 still out; nested []
            """
        )
