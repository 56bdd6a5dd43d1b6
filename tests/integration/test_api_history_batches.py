"""How the history is written: in few transactions, none of them in another one's way; recordings with their end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from kezek_api.callfile import CallFiles
from kezek_ivr.recording import recording_file
from kezek_queue import End
from kezek_register import Pieces, Register
from kezek_register.types import RegisterError, Ticket, Unavailable
from kit.databases import draft
from kit.history_hall import START, Hall, Told, all_calls, write
from kit.valkey import Valkey


@pytest.fixture
async def files(valkey: Valkey, site: str) -> AsyncIterator[CallFiles]:
    async with Redis.from_url(valkey.url) as redis:
        yield CallFiles(redis, site=site)


async def test_a_surge_is_written_in_few_transactions(
    register: Register, files: CallFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P9: SQLite's commits are no brake; and what is acknowledged has been committed."""
    hall = await Hall().open()
    for n in range(300):
        await hall.waits(f"s{n}")
        await hall.queues.end(f"s{n}", End.ABANDONED)
    told, sizes = Told(hall, hall.events), list[int]()
    real = register.history.write

    async def counted(pieces: Pieces) -> dict[str, Ticket]:
        if len(sizes) == 2:
            sizes.append(0)
            assert len(told.acknowledged) <= 400
            raise Unavailable("away for a moment")
        sizes.append(len(pieces.calls))
        return await real(pieces)

    monkeypatch.setattr(register.history, "write", counted)
    await write(told, register, files)
    assert sum(sizes) == 900
    assert len(sizes) <= 10
    assert set(told.acknowledged.values()) == {1}
    assert {call.end for call in await all_calls(register)} == {"abandoned"}


async def test_what_sql_refuses_does_not_stand_in_the_way(
    register: Register, files: CallFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = await Hall().open()
    for n in range(3):
        await hall.waits(f"r{n}")
    real = register.history.write

    async def fussy(pieces: Pieces) -> dict[str, Ticket]:
        if any(call.call == "r1" for call in pieces.calls):
            raise RegisterError("not that one")
        return await real(pieces)

    monkeypatch.setattr(register.history, "write", fussy)
    await write(Told(hall, hall.events), register, files)
    assert [call.call for call in await all_calls(register)] == ["r0", "r2"]


async def test_a_ticket_that_sql_refuses_takes_no_other_one_with_it(register: Register, files: CallFiles) -> None:
    """Of a household that has left the register meanwhile: what was said of it stays. One whose number is another
    call's has none; its call is in the history all the same."""
    hall = await Hall().open()
    await hall.queues.ready("anna")
    for call in ("t0", "gone", "taken", "t1"):
        await hall.waits(call)
        said = {"household": {"id": 999}} if call == "gone" else {}
        await hall.queues.note(call, {"language": "kk", **said})
        offer = await hall.talks(call)
        await hall.queues.finish(call, offer, wrap_up=0)
        await hall.queues.end(call, End.ANSWERED)
        await hall.queues.ready("anna")
    other = await register.tickets.confirm(draft(call="another"))
    await files.reserve("taken", other.number)
    await write(Told(hall, hall.events), register, files)
    numbers = {call.call: call.ticket for call in await all_calls(register)}
    assert [call for call, number in numbers.items() if not number] == ["taken"]
    for call in ("t0", "gone", "t1"):
        ticket = await register.tickets.get(numbers[call])
        assert (ticket.call, ticket.household_id) == (call, None)
        assert (await files.read(call)).number == ticket.number
    assert (await register.tickets.get(other.number)).call == "another"


async def test_a_recording_has_its_row_and_its_end(register: Register, files: CallFiles) -> None:
    """One who agreed and left before anybody spoke to him was not recorded."""
    hall = await Hall().open()
    q = hall.queues
    await q.ready("anna")
    for call in ("talks", "switched", "waits"):
        await hall.waits(call)
        await q.note(call, {"recording": "off" if call == "switched" else "on"})
    offer = await hall.talks("talks")
    await q.finish("talks", offer, wrap_up=0)
    await q.end("talks", End.ANSWERED)
    offer = await hall.talks("switched")
    await q.command("switched", offer, "record")
    await write(Told(hall, hall.events), register, files, keep_recordings_s=86_400.0)
    kept = await register.recordings.of("talks")
    assert kept is not None
    assert kept.file == recording_file("talks", START)
    assert kept.expires == datetime.fromtimestamp(START + 86_400, UTC)
    assert await register.recordings.of("switched") is not None
    assert await register.recordings.of("waits") is None
    named = {call.call: bool(call.recording) for call in await all_calls(register)}
    assert named == {"talks": True, "switched": True, "waits": False}
