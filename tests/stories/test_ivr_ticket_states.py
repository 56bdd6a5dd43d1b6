"""A citizen dials in to learn the state of a ticket: his own, or any by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kezek_ivr.ports import TicketState
from kezek_queue.types import Kind
from kezek_register.numbers import make
from kit.citizens import TownTickets
from kit.ivr_world import World
from kit.scripted_line import EPOCH, Phone, after, during, in_virtual_time, pause, press

NUMBER = "+77010000001"
FIRST, SECOND = make(2026, 123), make(2026, 124)
NOW = datetime.fromtimestamp(EPOCH, UTC).replace(minute=0, second=0, microsecond=0)


def spoken(number: str) -> list[str]:
    return ["ticket_number", *(f"number/{digit}" for digit in number if digit != "-")]


def keys(number: str) -> str:
    return number.replace("-", "") + "#"


def town(world: World) -> TownTickets:
    tickets = TownTickets()
    tickets.known[FIRST] = TicketState(FIRST, "heating", "accepted", NOW + timedelta(days=1, hours=3))
    tickets.known[SECOND] = TicketState(SECOND, "lift", "closed")
    world.tickets = tickets
    return tickets


@in_virtual_time
async def test_a_number_is_keyed_and_its_state_told_and_he_needs_nobody() -> None:
    async with World.open(aigul_201=Phone()) as world:
        town(world)
        line = world.call(
            during("ticket_offer", press("8")),
            after("ticket_ask", press(keys(FIRST))),
            after("ticket_ask_other", press("1#")),
            language="ru",
        )
        await world.serve(line)
        assert line.heard[:4] == ["greeting", "keys", "ticket_offer", "ticket_ask"]
        told = line.heard[4 : line.heard.index("ticket_that_is_all")]
        assert told[:12] == [*spoken(FIRST), "subject/heating", "state/accepted"]
        assert told[12:14] == ["ticket_due", "day/tomorrow"]
        assert world.ends() == ["informed"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_wrong_digit_is_noticed_and_the_tries_have_an_end_at_an_operator() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        town(world)
        wrong = keys(FIRST).replace("3", "4")
        line = world.call(
            during("greeting", press("8")),
            *(after("ticket_ask", press(each)) for each in (wrong, keys(make(2026, 999)), keys(SECOND))),
            language="ru",
        )
        await world.serve(line)
        assert [name for name in line.heard if name in ("ticket_wrong", "ticket_unknown")] == [
            "ticket_wrong", "ticket_unknown",
        ]  # fmt: skip
        assert "state/closed" in line.heard
        assert "ticket_due" not in line.heard
        assert world.ends() == ["answered"], "who does not press 1 goes on to an operator"


@in_virtual_time
async def test_his_own_open_tickets_are_told_without_a_number() -> None:
    async with World.open(aigul_201=Phone()) as world:
        tickets = town(world)
        late = TicketState(FIRST, "heating", "assigned", NOW - timedelta(days=1))
        tickets.own[NUMBER] = [late, tickets.known[SECOND]]
        line = world.call(
            during("ticket_offer", press("8")), after("ticket_ask_other", pause(1), press("1")), language="ru"
        )
        await world.serve(line)
        assert "ticket_ask" not in line.heard
        assert line.heard.index("ticket_late") < line.heard.index("state/closed")
        assert world.ends() == ["informed"]


@in_virtual_time
async def test_a_register_that_is_away_is_said_and_an_operator_helps() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        tickets = town(world)
        tickets.dead = True
        line = world.call(during("greeting", press("8")), after("ticket_ask", press(keys(FIRST))), language="ru")
        await world.serve(line)
        assert line.heard[-2:] == ["ticket_away", "goodbye"]
        assert world.ends() == ["answered"]


@pytest.mark.parametrize("how", ["no model", "no phrasebook"])
@in_virtual_time
async def test_whose_language_nobody_understands_hears_of_the_keys_all_the_same(how: str) -> None:
    """P10, P11: he is asked nothing, and goes on to an operator a moment later."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        town(world)
        if how == "no model":
            world.ears = type(world.ears)("ko")
        else:
            world.phrasebooks.clear()
        asks = world.call(
            during("ticket_offer", press("8")),
            after("ticket_ask", press(keys(FIRST))),
            after("ticket_ask_other", press("1#")),
            language="ru",
        )
        await world.serve(asks)
        assert "state/accepted" in asks.heard
        waits = world.call(language="ru", call="waits")
        await world.serve(waits)
        assert waits.heard[:4] == ["greeting", "keys", "ticket_offer", "press/8"]
        danger = world.call(during("keys", press("9")), language="ru", call="danger")
        await world.serve(danger)
        assert world.told_of(Kind.PLACED)[-1].data["priority"] == 9
        assert world.ends() == ["informed", "answered", "answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_an_emergency_is_one_there_too() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        town(world)
        line = world.call(during("greeting", press("8")), during("ticket_ask", press("9#")), language="ru")
        await world.serve(line)
        assert (await world.state(line)).priority == 9
        assert (await world.notes(line))["emergency"] == {"how": "digit"}
