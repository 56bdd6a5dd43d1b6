"""Recorded intake: the number that a caller was told is a ticket's, whatever is away and whatever he does then."""

from __future__ import annotations

from typing import Any

import pytest

from kezek_api.callfile import CallFiles
from kezek_api.house import House
from kezek_api.recorded import SqlIntake
from kezek_queue import End, RedisQueues
from kezek_register import Register, Ticket
from kit.api import notes, until


def heard(confidence: float) -> dict[str, Any]:
    said = notes()
    for field in said["fields"].values():
        field["confidence"] = confidence
    return said


async def taken(house: House, queues: RedisQueues, register: Register, call: str, told: dict[str, Any]) -> str:
    now = await queues.now()
    await queues.arrive(call, caller=told["caller"], dialled="109", since=now, node="one")
    await queues.note(call, told)
    intake = SqlIntake(queues, CallFiles(house.redis, site=house.settings.site), register)
    number = await intake.register(call, told)
    assert await intake.register(call, told) == number, "the same call again is the same ticket"
    await queues.note(call, {**told, "recorded": number})
    return number


async def the_ticket(register: Register, number: str) -> Ticket:
    async def there() -> bool:
        return any(ticket.number == number for ticket in await register.tickets.list())

    await until(there)
    return await register.tickets.get(number)


@pytest.mark.parametrize("end", [End.RECORDED, End.ABANDONED])
async def test_what_is_certain_goes_to_its_executor_and_the_rest_to_an_operator_s_eyes(
    house: House, queues: RedisQueues, end: End
) -> None:
    """Also of one who asked for an operator then, and gave up waiting: he was told a number."""
    async with Register.open(house.settings.sql) as register:
        await registered(house, queues, register, end)


async def registered(house: House, queues: RedisQueues, register: Register, end: End) -> None:
    sure = await taken(house, queues, register, "sure", heard(0.95))
    doubtful = await taken(house, queues, register, "doubtful", heard(0.6))
    for call in ("sure", "doubtful"):
        await queues.end(call, end)
    one, other = await the_ticket(register, sure), await the_ticket(register, doubtful)
    assert (one.confirmed, one.call, one.topic) == (True, "sure", heard(1.0)["fields"]["topic"]["value"])
    assert (other.confirmed, other.call) == (False, "doubtful")
    assert one.words == other.words != ""
