"""However an outage ends, by parts, by mistakes taken back, by nested ones, each household is told of the end once, and
nobody is forgotten (P8, P18)."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert

from kezek_register import Register, RegisterSettings
from kezek_register.areas import Area, covers
from kezek_register.outage_types import Outage, OutageOver, Tie
from kezek_register.sql.outage_tables import TieRow
from kit.databases import told
from kit.outages_town import FEEDER_A, FEEDER_B, RADIO, TREE, Clock, House, build, houses, outage, phone_of, tie

SLOW = RegisterSettings(verb_timeout_s=60.0, busy_timeout_s=30.0)
WHOLE = (Area("street", street_id=TREE), Area("street", street_id=RADIO))
PARTS = (
    Area("houses", street_id=TREE, house_from="1", house_to="3"),
    Area("houses", street_id=TREE, house_from="2", house_to="6"),
    Area("houses", street_id=RADIO, parity="even"),
    Area("part", part_id=FEEDER_A),
    Area("part", part_id=FEEDER_B),
    Area("building", building_id=9),
    Area("street", street_id=RADIO),
)


async def test_two_thousand_households_are_told_once_by_steps_and_the_close(register_url: str) -> None:
    """P18, P8: eight steps that overlap, by two nodes at once, then the close, twice."""
    clock = Clock()
    async with (
        Register.open(register_url, clock=clock, settings=SLOW) as one,
        Register.open(register_url, clock=clock, settings=SLOW) as other,
    ):
        await build(one)
        made = await one.outages.open(outage(areas=WHOLE), "anna")
        flats = [(house.id, f"{flat}") for house in houses() if house.street != 3 for flat in range(100, 200)]
        ties: list[dict[str, Any]] = [
            {
                "outage_id": made.id,
                "party": f"flat:{building}:{flat}",
                "building_id": building,
                "flat": flat,
                "phone": f"+7701{number:07}",
                "language": "ru",
                "call": f"c{number}",
                "calls": 1,
                "tell": True,
                "at": clock.now,
                "restored": "",
            }
            for number, (building, flat) in enumerate(flats)
        ]
        async with one._database.importing() as session:
            await session.execute(insert(TieRow), ties)
        clock.later(hours=1)
        for part in PARTS:
            await asyncio.gather(*(node.outages.restore(made.id, [part], "olena") for node in (one, other)))
        done = await asyncio.gather(*(node.outages.close(made.id, "anna") for node in (one, other)))
        assert len(ties) == 2000
        assert {closing.outage.state for closing in done} == {"restored"}
        rows = await told(register_url, "SELECT count(*), count(DISTINCT address) FROM notices WHERE what = 'restored'")
        assert rows == [(2000, 2000)]


class Ends(RuleBasedStateMachine):
    """A model beside the register: for whom it is over, who was told of the end that holds, who said that it is on."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.town = [house for house in houses() if house.street in (TREE, RADIO)]
        self.place: dict[str, House] = {}  # party -> its house
        self.over: dict[str, int] = {}  # party -> the step that told it so, of those that hold
        self.heard: dict[str, int] = {}  # party -> how often it was told since it was out last
        self.said_yes: set[str] = set()
        self.closed = False
        self.parts: dict[int, Area | None] = {}  # steps that hold -> the part, None is all

    def run(self, verb: Any) -> Any:
        return self.loop.run_until_complete(verb)

    @initialize()
    def begins(self) -> None:
        self.register_ = Register.open(self.url, clock=self.clock, settings=SLOW)
        self.register = self.run(self.register_.__aenter__())
        self.made: Outage = self.run(self.register.outages.open(outage(areas=WHOLE), "anna"))
        self.clock.later(minutes=1)

    def teardown(self) -> None:
        if hasattr(self, "register_"):
            self.run(self.register_.__aexit__(None, None, None))
        self.loop.close()

    def restored(self, house: House) -> bool:
        return any(part is not None and covers(part, house.place) for part in self.parts.values())

    def tell(self, notices: Any) -> None:
        for notice in notices:
            party = str(notice.told["party"])
            assert party not in self.over, "nobody is told twice of one end"
            assert party not in self.said_yes, "who said that it is on is told no more"
            self.heard[party] = self.heard.get(party, 0) + 1
            assert self.heard[party] == 1, "once since it was out last"

    @rule(home=some.integers(1, 44))
    def somebody_asks(self, home: int) -> None:
        house = self.town[(home - 1) // 4 if home <= 32 else 8 + home - 33]
        who: Tie = tie(phone_of(home), call=f"c{self.clock.later(seconds=1).timestamp()}")
        try:
            tied = self.run(self.register.outages.tie(self.made.id, who))
        except OutageOver:
            assert self.closed or self.restored(house)
            return
        assert not self.closed
        assert not self.restored(house)
        self.place[tied.party] = house

    @rule(part=some.sampled_from(PARTS))
    def a_part_is_restored(self, part: Area) -> None:
        self.clock.later(seconds=1)
        closing = self.run(self.register.outages.restore(self.made.id, [part], "olena"))
        self.ended(closing.outage, closing.notices, part)

    @rule()
    def it_is_closed(self) -> None:
        self.clock.later(seconds=1)
        closing = self.run(self.register.outages.close(self.made.id, "anna"))
        self.ended(closing.outage, closing.notices, None)

    def ended(self, now: Outage, notices: Any, part: Area | None) -> None:
        last = now.restorations[-1].step if now.restorations else 0
        if self.closed or last in self.parts or last == 0 or now.restorations[-1].taken_back_at:
            assert notices == ()
            return
        self.tell(notices)
        self.closed = now.state == "restored"
        self.parts[last] = None if self.closed else part
        for party, house in self.place.items():
            within = self.closed or (part is not None and covers(part, house.place))
            if party not in self.over and within:
                self.over[party] = last

    @precondition(lambda self: self.closed)
    @rule()
    def it_was_a_mistake(self) -> None:
        self.clock.later(seconds=1)
        self.run(self.register.outages.reopen(self.made.id, "anna"))
        self.taken_back([step for step, part in self.parts.items() if part is None])

    @precondition(lambda self: bool(self.parts))
    @rule(data=some.data())
    def a_step_was_a_mistake(self, data: Any) -> None:
        step = data.draw(some.sampled_from(sorted(self.parts)))
        self.clock.later(seconds=1)
        self.run(self.register.outages.reopen(self.made.id, "anna", step=step))
        self.taken_back([each for each, part in self.parts.items() if each == step or part is None])

    def taken_back(self, steps: list[int]) -> None:
        self.closed = False
        for step in steps:
            del self.parts[step]
        for party, step in list(self.over.items()):
            if step in steps and party not in self.said_yes:
                del self.over[party]
                self.heard.pop(party, None)

    @precondition(lambda self: bool(self.over))
    @rule(data=some.data(), answer=some.sampled_from(["yes", "no", "unreached"]))
    def he_answers(self, data: Any, answer: Any) -> None:
        party = data.draw(some.sampled_from(sorted(self.over)))
        said = self.run(self.register.outages.answered(self.made.id, party, answer))
        if said.restored == "yes":
            self.said_yes.add(party)

    @invariant()
    def for_whom_it_is_over_is_known(self) -> None:
        if not hasattr(self, "made"):
            return
        ties = self.run(self.register.outages.ties(self.made.id))
        assert {one.party for one in ties if one.step} == set(self.over)
        now = self.run(self.register.outages.get(self.made.id))
        assert (now.state == "restored") == self.closed
        for house in self.town:
            here = self.run(self.register.outages.affecting(house.place))
            assert bool(here) == (not self.closed and not self.restored(house))

    @invariant()
    def nobody_is_forgotten(self) -> None:
        """Whoever it is over for is told of that very end, or has said that it is on; and nobody else is."""
        if not hasattr(self, "made"):
            return
        ledger = self.run(self.register.notices.of(f"outage:{self.made.id}"))
        due = {(one.told["party"], one.told["step"]) for one in ledger if one.state == "pending"}
        assert due >= {(party, step) for party, step in self.over.items() if party not in self.said_yes}
        assert all(self.over.get(party) == step for party, step in due)


def test_however_it_ends_nobody_is_told_twice_and_nobody_forgotten(tmp_path: Path, sqlite_template: Path) -> None:
    """P8, P18, as a model says."""
    loop = asyncio.new_event_loop()
    blank = tmp_path / "town.db"
    shutil.copyfile(sqlite_template, blank)

    async def settle() -> None:
        async with Register.open(f"sqlite+aiosqlite:///{blank}", clock=Clock()) as register:
            await build(register)

    loop.run_until_complete(settle())
    loop.close()
    made = 0

    class Here(Ends):
        def __init__(self) -> None:
            nonlocal made
            made += 1
            path = tmp_path / f"{made}.db"
            shutil.copyfile(blank, path)
            self.url = f"sqlite+aiosqlite:///{path}"
            super().__init__()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
