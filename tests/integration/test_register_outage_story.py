"""The whole end of an outage as a chronicle, on both databases: the chain is called out, a part is restored, the rest
is closed, a feeder turns out to be out still, and the report writes itself.

Real are the register and time's own work; telephones are played by script, and the town's clock goes by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kezek_api.citizens import SqlNotices
from kezek_api.citizens_rules import OutageRules
from kezek_api.tending import Tending
from kezek_register import Register, RegisterSettings
from kezek_register.areas import Area
from kezek_register.still_out_words import left_in_words
from kit.api import until
from kit.databases import told
from kit.ivr_notices import TellingNode
from kit.ivr_world import World
from kit.outages_town import FEEDER_B, RADIO, TREE, Clock, build, outage, phone_of, tie
from kit.scripted_line import Phone, after, hang_up, press

SLOW = RegisterSettings(verb_timeout_s=60.0, busy_timeout_s=30.0)
LIMIT_S = 60.0
DUTY, HEAD = "+77172000001", "+77172000002"
ODD = range(33, 45, 2)  # households of feeder B


@asynccontextmanager
async def a_node(world: World, register: Register, clock: Clock) -> AsyncIterator[TellingNode]:
    node = TellingNode(world, SqlNotices(register), clock=clock, poll_s=0.05, at_once=8)
    try:
        yield node
    finally:
        await node.die()


async def test_from_the_call_out_to_the_report(register_url: str) -> None:
    """P8, P18: whoever is tied is called once for each end of his own, in the order of need."""
    clock = Clock()
    async with (
        Register.open(register_url, node="n1", clock=clock, settings=SLOW) as register,
        World.open() as world,
    ):
        await build(register)
        tending = Tending(register, OutageRules(call_out_levels=(1, 2), reopen_at=0.99))

        def answers(number: str, key: str) -> None:
            world.board.citizen(
                number, Phone(answers_after=0.01), after("told_restored_no", press(key)), prompt_seconds=0.01
            )

        async def settled(outage_id: int, what: str) -> list[str]:
            async def done() -> list[str] | None:
                found = [one for one in await register.notices.of(f"outage:{outage_id}") if one.what == what]
                over = all(one.state in ("sent", "failed", "dropped") for one in found)
                return [one.address for one in found] if over else None

            return list(await until(done, LIMIT_S))

        # 09:00 both streets are out; 44 households ask
        streets = (Area("street", street_id=TREE), Area("street", street_id=RADIO))
        made = await register.outages.open(outage(areas=streets), "anna")
        for position, phone in ((1, DUTY), (2, HEAD)):
            await told(
                register_url,
                f"UPDATE outage_steps SET phone = '{phone}' "  # noqa: S608
                f"WHERE list = 'call_out' AND position = {position}",
            )
        for home in range(1, 45):
            await register.outages.tie(made.id, tie(phone_of(home), call=f"c{home}"))

        # the chain: the engineer on duty hangs up, the head takes it
        world.board.citizen(DUTY, Phone(answers_after=0.01), after("told_hello", hang_up()), prompt_seconds=0.01)
        world.board.citizen(HEAD, Phone(answers_after=0.01), after("told_heard", press("1")), prompt_seconds=0.01)
        async with a_node(world, register, clock):
            await tending.once()

            async def taken() -> bool:
                await tending.once()
                steps = (await register.outages.get(made.id)).steps
                return any(step.answer == "comes" for step in steps)

            await until(taken, LIMIT_S)
        assert [number for _, number in world.board.dialled_to] == [DUTY, HEAD]

        # 11:00 Tree street is on again: its 32 flats are called, house 3 with the ventilator first
        clock.later(hours=2)
        part = await register.outages.restore(made.id, [streets[0]], "olena", "The other feeder")
        assert part.outage.state == "announced"
        assert {one.address for one in part.notices[:4]} == {phone_of(home) for home in range(9, 13)}
        for home in range(1, 45):
            answers(phone_of(home), "2" if home in ODD else "1")
        async with a_node(world, register, clock):
            assert len(await settled(made.id, "restored")) == 32

            # 12:00 closed; but the six of feeder B sit in the dark
            clock.later(hours=1)
            closing = await register.outages.close(made.id, "anna")
            assert len(closing.notices) == 12
            assert len(await settled(made.id, "restored")) == 44
        (left,) = (await register.outages.still_out(made.id)).groups
        assert (left.area, len(left.parties)) == (Area("part", part_id=FEEDER_B), 6)
        assert left_in_words(left, "feeder B", "en") == "feeder B: still out at 6 of 6 who answered"
        await tending.once()
        nested = (await register.outages.page()).items[0]
        assert (nested.parent, nested.ties, nested.created_by) == (made.id, 6, "rule")
        await tending.once()
        assert len((await register.outages.page()).items) == 2, "by rule, once"

        # 14:00 that is mended too
        clock.later(hours=2)
        for home in ODD:
            answers(phone_of(home), "1")
        await register.outages.close(nested.id, "anna")
        async with a_node(world, register, clock):
            assert sorted(await settled(nested.id, "restored")) == [phone_of(home) for home in ODD]
        dialled = [number for _, number in world.board.dialled_to]
        assert {dialled.count(phone_of(home)) for home in ODD} == {2}
        assert {dialled.count(phone_of(home)) for home in range(1, 45) if home not in ODD} == {1}

        report = await register.outages.report(made.id)
        assert (report.answers, report.still_out, report.nested) == ({"yes": 38, "no": 6}, 6, (nested.id,))
        assert [(one.closes, one.households) for one in report.outage.restorations] == [(False, 32), (True, 12)]
        assert {(one.what, one.result): one.number for one in report.notices if one.what == "restored"} == {
            ("restored", "1"): 38,
            ("restored", "2"): 6,
        }
