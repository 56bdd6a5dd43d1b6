"""The end of keeping a person's data: nothing of him is left anywhere, tickets and figures are; and an audit that
nobody can edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from kezek_register import Register, RegisterError, load_sample
from kezek_register.moves import Mover
from kezek_register.notice_types import Notice
from kezek_register.sql.every_table import METADATA
from kezek_register.sql.history_tables import AuditRow
from kezek_register.sql.notice_tables import WebhookEventRow
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.trouble_types import Addition, Trouble
from kezek_register.types import CallRecord
from kit.databases import draft, told

PHONE = "+77009990109"
OTHER = "+77009990999"
NAME = "Aigerim Demo"
NOW = datetime.now(UTC)
BOSS = Mover("boss", "manager")


def call(name: str, caller: str, since: datetime = NOW) -> CallRecord:
    return CallRecord(name, caller, "109", "ru", "hotline", "aigul", "answered", since, since, since, since, "")


async def lived(register: Register, url: str) -> str:
    """He called, has a ticket with papers, was recorded, is tied to an outage and to be told. The ticket's number."""
    await load_sample(register)
    for record in (call("c1", PHONE), call("c2", OTHER)):
        await register.history.save(record)
    await register.recordings.begin("c1", "2026/c1", NOW, NOW + timedelta(days=30))
    own = draft(caller=PHONE, words="у меня нет тепла", note=f"{NAME}, {PHONE}", requester=NAME, call="c1")
    own = replace(own, details={"phone": PHONE, "landmark": f"во дворе у {NAME}", "floor": "3"})
    ticket = await register.tickets.confirm(own)
    await register.tickets.ensure(
        draft(caller=OTHER, call="c2", words="другое", details={"phone": PHONE, "floor": "9"})
    )
    await register.tickets.note(ticket.number, BOSS, f"Позвонить 8 (700) 999 01 09, {NAME}: труба в подвале")
    await register.notices.add(
        Notice(f"outage:1:restored:phone:{PHONE}", "outage:1", "restored", "sms", PHONE, "ru", {"party": PHONE}),
        Notice("other", "outage:1", "restored", "sms", OTHER, "ru"),
    )
    async with register._database.writing() as session:
        session.add(
            OutageRow(
                id=1, state="restored", level=2, topic="heating", asset_kind="", cause="unknown", words={},
                starts_at=NOW, ended_at=NOW, created_at=NOW, created_by="boss",
            )
        )  # fmt: skip
        await session.flush()
        for number, phone in enumerate((PHONE, OTHER), 1):
            session.add(
                TieRow(
                    id=number, outage_id=1, party=f"phone:{phone}", flat="", phone=phone, language="ru", call="c",
                    calls=1, tell=True, at=NOW, restored="",
                )
            )  # fmt: skip
    voice = Trouble("call:c1", NOW, "call", "heating", street_id=own.street_id or 1, house="8", phone=PHONE, call="c1")
    await register.troubles.add(voice)
    await register.additions.add(Addition(0, 1, NOW, "medical", f"{NAME} лежит", call="c1"))
    return ticket.number


async def everything(url: str) -> str:
    """All rows of all tables as text."""
    rows = [await told(url, f"SELECT * FROM {table.name}") for table in METADATA.sorted_tables]  # noqa: S608 - our names
    return repr(rows)


async def test_erased_he_is_nowhere_and_the_figures_are_as_before(register: Register, register_url: str) -> None:
    number = await lived(register, register_url)
    assert PHONE in await everything(register_url)
    erased = await register.persons.erase("8 700 999 01 09", "boss", "person:1a2b")
    assert (erased.tickets, erased.calls, erased.households, erased.notices, erased.outages) == (1, 1, 1, 1, 1)
    assert erased.recordings == (("c1", "2026/c1"),)

    assert (await register.tickets.get(number)).details == {"floor": "3"}
    (voice,) = [one for one in await register.troubles.since(0) if one.call == "c1"]
    assert voice.party.startswith("erased:")
    assert (await register.additions.of(1))[0].words == ""
    left = await everything(register_url)
    for trace in (PHONE, PHONE[1:], "8 (700) 999", NAME, "Aigerim", "у меня нет тепла"):
        assert trace not in left
    assert OTHER in left
    ticket = await register.tickets.get(number)
    assert (ticket.topic, ticket.street, ticket.caller, ticket.words, ticket.requester) == (
        "heating",
        "나무",
        "",
        "",
        "",
    )
    assert [note.text for note in await register.tickets.notes(number)] == ["Позвонить …, …: труба в подвале"]
    assert len(await register.history.list(NOW - timedelta(days=1), NOW + timedelta(days=1), 10)) == 2
    assert [one.call for one in await register.recordings.expired(datetime.now(UTC))] == ["c1"]
    assert (await register.notices.get("other")).state == "pending"
    told_of = await register.audit.list(NOW - timedelta(days=1), NOW + timedelta(days=1))
    (entry,) = [each for each in told_of if each.what == "erased"]
    assert (entry.login, entry.subject) == ("boss", "person:1a2b")

    again = await register.persons.erase(PHONE, "boss", "person:1a2b")
    assert (again.tickets, again.calls, again.households, again.recordings) == (0, 0, 0, ())


@pytest.mark.parametrize("phone", ["", "nobody", "1" * 50])
async def test_what_is_no_number(register: Register, phone: str) -> None:
    with pytest.raises(RegisterError, match="number"):
        await register.persons.erase(phone, "boss", "")


async def test_old_data_goes_by_rule(register: Register, register_url: str) -> None:
    number = await lived(register, register_url)
    await register.history.save(call("old", PHONE, NOW - timedelta(days=400)))
    async with register._database.writing() as session:
        session.add(WebhookEventRow(event="ticket.close", at=NOW - timedelta(days=40), body={}))
        session.add(WebhookEventRow(event="ticket.close", at=NOW, body={}))
    soon = NOW + timedelta(hours=1)

    nothing = await register.persons.forget()
    assert not nothing
    done = await register.persons.forget(calls=NOW - timedelta(days=365), events=NOW - timedelta(days=30))
    assert (done.calls, done.tickets, done.notices, done.events) == (1, 0, 0, 1)
    assert PHONE in await everything(register_url)

    done = await register.persons.forget(tickets=soon)
    assert (done.tickets, done.ties) == (0, 2), "an open ticket is not old, the outage is over"
    version = (await register.tickets.get(number)).version
    await register.tickets.move(number, "close", BOSS, version, why=f"{NAME} сказала, что тепло есть")
    await register.notices.drop("outage:1", "it is over")
    done = await register.persons.forget(calls=soon, tickets=soon, notices=soon, limit=1)
    assert (done.calls, done.tickets, done.ties, done.notices) == (1, 1, 0, 1)
    while await register.persons.forget(calls=soon, tickets=soon, notices=soon):
        pass
    left = await everything(register_url)
    for trace in ("у меня нет тепла", "8 (700) 999", f"{NAME} сказала"):
        assert trace not in left
    assert "… сказала, что тепло есть" in left
    assert f"'{OTHER}'" in left, "of a ticket that is open still"
    ticket = await register.tickets.get(number)
    assert (ticket.state, ticket.caller, ticket.words) == ("closed", "", "")
    said = [entry.what for entry in await register.audit.list(NOW - timedelta(days=1), soon)]
    assert set(said) == {"retention", "ticket_note", "ticket_move"}, "what people changed, and what the rule did"


@pytest.mark.parametrize("statement", ["UPDATE audit SET subject = ''", "DELETE FROM audit"])
async def test_the_audit_cannot_be_edited(register: Register, register_url: str, statement: str) -> None:
    """By no program that speaks SQL, on either database; what is kept of it stays true."""
    await register.audit.write("aigul", "ticket", "26-1", NOW)
    with pytest.raises(DBAPIError, match="added to only"):
        await told(register_url, statement)
    async with register._database.writing() as session:
        with pytest.raises(DBAPIError, match="added to only"):
            await session.execute(update(AuditRow).values(login="nobody"))
        await session.rollback()
    (entry,) = await register.audit.list(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (entry.login, entry.subject) == ("aigul", "26-1")
