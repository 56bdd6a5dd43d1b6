"""An evening of a rumour and a prankster beside a small true outage: a sensor and a crew say no, and are heard."""

from __future__ import annotations

from pathlib import Path

from kit.databases import sqlite_template  # noqa: F401 - a fixture
from kit.scripted_line import after, hang_up, pause, say, while_waiting
from kit.storm_city import FLATS, STREETS, home, homes
from kit.storm_story import Storm
from kit.virtual_work import in_working_time

PRANKSTER = "+77777777777"
SCHOOL, STATION, STEPPE, BIRCH = 8, 9, 10, 11


@in_working_time
async def test_a_rumour_a_prankster_and_a_small_true_outage(
    sqlite_template: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    """P8, P9, P18: who calls for nothing raises nothing, or not for long; who is really in the dark is found all the
    same."""
    async with Storm.begins("19:00", sqlite_template, tmp_path, operators=5) as storm:
        first_frightened, frightened = list(homes(STEPPE)), list(homes(SCHOOL, STATION))
        in_the_dark = [home(BIRCH, house, flat) for flat in range(1, FLATS + 1) for house in (2, 3)]
        storm.will_say(in_the_dark, "1")

        storm.tells("a prankster calls about one house after the other")
        for n in range(16):
            words = f"{STREETS[n % 7].lower()} house {1 + n % 8} flat 1 heating"
            leaves = while_waiting(pause(2), hang_up())
            storm.rings(PRANKSTER, words, after("open", pause(1), say(words)), leaves, manner="prank")
            await storm.until(f"19:{1 + n // 2:02}" if n % 2 else f"19:{n // 2:02}:30")
        heard = await storm.register.troubles.since(0, 500)
        voices = {one.party for one in heard}
        storm.tells(f"{len(heard)} reports of his, {len(voices)} voice, no suspicion")
        assert not (await storm.register.suspicions.page()).items

        await storm.until("19:10")
        storm.tells("'they poison the water' goes round in Steppe street")
        await storm.ring(first_frightened[:5], 12, "water")
        storm.rings(frightened[40], manner="nine")
        storm.rings("+77770000001", manner="silent")
        await storm.until("19:13")
        told = storm.rings(home(STEPPE, 2, 4), "garbage")
        await storm.until("19:14")
        assert "outage_suspected" in told.heard, "it is looked into"
        await storm.says_on("sensor", "pump-4", "water", home(STEPPE, 2, 1))

        await storm.until("19:15")
        storm.tells("and in School and Station street")
        await storm.ring(frightened[:10], 10, "water")
        await storm.until("19:18")
        await storm.says_on("crew", "erlan", "water", home(SCHOOL, 3, 1))
        await storm.until("19:20")
        calm = storm.rings(home(SCHOOL, 2, 5), "garbage")
        await storm.ring(frightened[16:20], 20, "water")
        await storm.until("19:23")
        assert "outage_suspected" not in calm.heard, "the crew was there"
        storm.counts()

        await storm.until("19:25")
        storm.tells("a cable burns under Birch 2 and 3")
        await storm.ring(in_the_dark[:6], 20)
        await storm.until("19:28")
        outage = await storm.confirms("anna")
        await storm.ring(in_the_dark[6:10], 25)
        other = storm.rings(home(BIRCH, 7, 1), "garbage")
        await storm.until("19:40")
        assert "outage_now" not in other.heard, "his house has light"
        await storm.closes(outage.id)
        await storm.until("20:00")
        await storm.answers(outage.id)

        await storm.until("20:10")
        storm.counts()
        storm.untouched()
        await storm.nobody_is_lost()
        await storm.reports(outage.id)
        assert storm.called() == [one.name for one in in_the_dark[6:10]]
        storm.chronicle.reads(
            """
            19:00 a prankster calls about one house after the other
            19:08 16 reports of his, 1 voice, no suspicion
            19:10 'they poison the water' goes round in Steppe street
            19:10 suspicion 1 open: '3 calls in 1 minute from Steppe street 1–3: water; usual under 0.1'
            19:11 suspicion 1 open: '5 calls in 1 minute from Steppe street: water; usual under 0.1'
            19:14 sensor pump-4 says that nothing is missing in Steppe 2
            19:14 suspicion 1 faded: '5 calls in 1 minute from Steppe street: water; usual under 0.1; against: 1'
            19:15 and in School and Station street
            19:15 suspicion 2 open: '3 calls in 1 minute from “feeder 3”: water; usual under 0.1'
            19:18 crew erlan says that nothing is missing in School 3
            19:18 suspicion 2 dismissed: '10 calls in 2 minutes from Station street 1–5, School street 1–5: water;
                usual under 0.1; against: 1'
            19:23 39 calls by now: 39 answered
            19:25 a cable burns under Birch 2 and 3
            19:25 suspicion 3 open: '3 calls in 1 minute from Birch street 2–3: light; usual under 0.1'
            19:28 anna confirms: outage 1, Birch street 2–3
            19:28 suspicion 3 confirmed: '6 calls in 2 minutes from Birch street 2–3: light; usual under 0.1'
            19:40 olena closes outage 1: 4 to be told
            20:00 outage 1: 4 yes
            20:10 50 calls by now: 46 answered, 4 informed
            20:10 1 emergencies: an operator after 15 s at most
            20:10 1 silent callers: an operator after 11 s at most
            20:11 report of outage 1: first voice 19:25 suspected 19:25 confirmed 19:28 closed 19:40; 10 households,
                4 tied; heard it: 4 informed; 4 calls saved; 4 told of the end, 0 still out; nested []
            """
        )
