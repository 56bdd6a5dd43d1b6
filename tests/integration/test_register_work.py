"""Work on tickets, on both dialects: registered by hand, moved by those who may, late, reopened, told."""

from __future__ import annotations

import pytest

from kezek_register import Conflict, NotFound, Register
from kezek_register.duty_types import Organisation
from kezek_register.moves import CITIZEN, Mover, MoveRefused
from kezek_register.notice_types import NoticeChannel
from kezek_register.ticket_types import TicketFilter
from kezek_register.types import StaleVersion
from kit.databases import draft, told

ANNA = Mover("anna", "operator")
BOLAT = Mover("bolat", "second_line")


async def organisation(register: Register, code: str, channel: NoticeChannel = "none", parent: str = "") -> Mover:
    """An organisation, and one who works there."""
    made = await register.organisations.add(
        Organisation(
            0, code, {"ru": code}, parent, channel=channel, address="+77000000001" if channel != "none" else ""
        )
    )
    return Mover(f"{code}-worker", "executor", made.id)


async def test_a_ticket_by_hand_to_its_end(register: Register, register_url: str) -> None:
    water = await organisation(register, "water", "sms")
    made = await register.tickets.register(draft(call="", note="труба"), ANNA, key="page-1")
    assert (made.state, made.channel, made.operator, made.confirmed) == ("registered", "manual", "anna", True)
    assert await register.tickets.register(draft(call=""), ANNA, key="page-1") == made
    with pytest.raises(MoveRefused):
        await register.tickets.move(made.number, "assign", ANNA, made.version, organisation="water")
    with pytest.raises(NotFound):
        await register.tickets.move(made.number, "assign", BOLAT, made.version, organisation="nobody")
    given = await register.tickets.move(made.number, "assign", BOLAT, made.version, organisation="water", key="k")
    assert (given.state, given.organisation_id, given.version) == ("assigned", water.organisation_id, made.version + 1)
    assert (
        await register.tickets.move(made.number, "assign", BOLAT, made.version, organisation="water", key="k") == given
    )
    with pytest.raises(StaleVersion):
        await register.tickets.move(made.number, "accept", water, made.version)
    with pytest.raises(MoveRefused):
        await register.tickets.move(made.number, "accept", Mover("other", "executor", 999), given.version)
    await register.tickets.move(made.number, "accept", water)
    done = await register.tickets.move(made.number, "report", water, why="заменили кран")
    assert (done.state, done.answer) == ("reported", "заменили кран")
    again = await register.tickets.move(made.number, "reopen", CITIZEN, why="течёт")
    assert (again.state, again.verified, again.organisation_id) == ("assigned", "no", water.organisation_id)
    await register.tickets.move(made.number, "report", water)
    closed = await register.tickets.move(made.number, "verify", CITIZEN)
    assert (closed.state, closed.verified, closed.closed_at is None) == ("closed", "yes", False)
    moves = await register.tickets.moves(made.number)
    assert [each.move for each in moves] == [
        "register", "assign", "accept", "report", "reopen", "report", "verify",
    ]  # fmt: skip
    assert moves[1].organisation == "water"
    events = await told(register_url, "SELECT event FROM webhook_events ORDER BY id")
    assert [event for (event,) in events] == [f"ticket.{each.move}" for each in moves]
    notices = await told(register_url, "SELECT what, channel FROM notices WHERE what = 'assigned'")
    assert notices == [("assigned", "sms")] * 2, "once when it came, once when it came back"


async def test_pages_of_tickets(register: Register) -> None:
    for n in range(7):
        await register.tickets.register(draft(call="", caller=f"+7700000000{n % 2}", words=f"Течёт кран {n}"), ANNA)
    seen, after = [], ""
    while True:
        page = await register.tickets.page(TicketFilter(state="open", text="течёт"), after, 3)
        seen += [ticket.words for ticket in page.items]
        after = page.cursor
        if not after:
            break
    assert seen == [f"Течёт кран {n}" for n in reversed(range(7))]
    assert len(await register.tickets.of_caller("8 700 000 0001")) == 3
    one = (await register.tickets.page()).items[0]
    with pytest.raises(Conflict):
        await register.tickets.link(one.number, one.number, "related", ANNA)
