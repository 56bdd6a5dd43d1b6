"""Hand-offs to emergency services in SQL, on both dialects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import BadNumber, NotFound, Register
from kezek_register.duty_types import BadEmergency, Emergency
from kezek_register.notice_types import Notice
from kit.databases import draft, told

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GAS = Emergency(
    0, "call-1", "", "104", "transfer", "улица Летняя 8. Где пахнет газом? подвал.", NOW, "kezek",
    {"smell_where": "подвал"},
)  # fmt: skip


async def test_a_hand_off_is_written_once_and_its_outcome_written_back(register: Register, register_url: str) -> None:
    ticket = await register.tickets.confirm(draft(call="call-1"))
    gas = await register.emergencies.hand_off(replace(GAS, ticket=ticket.number))
    assert gas == replace(GAS, id=gas.id, ticket=ticket.number)
    assert await register.emergencies.hand_off(replace(GAS, ticket=ticket.number, handed_by="node2")) == gas
    fire = await register.emergencies.hand_off(
        replace(GAS, service="101", ticket=ticket.number, handed_at=NOW + timedelta(seconds=9))
    )
    assert (await register.emergencies.page()).items == (gas, fire)
    done = await register.emergencies.outcome(gas.id, " Бригада на месте ", "aigerim")
    assert (done.outcome, done.outcome_by, done.outcome_at is not None) == ("Бригада на месте", "aigerim", True)
    await register.emergencies.outcome(gas.id, "Бригада на месте", "aigerim")
    done = await register.emergencies.outcome(gas.id, "Утечка устранена", "marat")
    assert await register.emergencies.get(gas.id) == done
    assert (await register.emergencies.page()).items == (fire,)
    assert (await register.emergencies.page(open=False)).items == (fire, done)
    assert await register.emergencies.of_call("call-1") == [done, fire]
    assert await register.emergencies.of_ticket(ticket.number) == [done, fire]
    notes = await told(register_url, "SELECT who, text FROM ticket_notes WHERE text LIKE '%104%' ORDER BY id")
    assert notes == [
        ("kezek", f"→ 104: {GAS.context}"), ("aigerim", "104 → Бригада на месте"), ("marat", "104 → Утечка устранена"),
    ]  # fmt: skip
    seen = await told(register_url, "SELECT event, body FROM webhook_events WHERE event LIKE 'emergency.%' ORDER BY id")
    assert [event for event, _ in seen] == ["emergency.handed"] * 2 + ["emergency.outcome"] * 2
    assert "подвал" not in str(seen), "what was said of a person is not for whoever listens to events"


async def test_what_is_sent_to_the_service_goes_with_the_hand_off(register: Register) -> None:
    notice = Notice(
        "emergency:call-1:104", "call:call-1", "emergency", "sms", "+77009990104", "ru", {"context": GAS.context}
    )
    for _ in range(2):
        await register.emergencies.hand_off(replace(GAS, how="sms"), notice)
    sent = await register.notices.claim("node", ["sms"], 10, datetime.now(UTC) + timedelta(minutes=1))
    assert [one.key for one in sent] == ["emergency:call-1:104"]


async def test_without_a_call_it_is_the_tickets(register: Register) -> None:
    """Manual entry: nobody called, an operator was told."""
    ticket = await register.tickets.confirm(draft(call=""))
    by_hand = replace(GAS, call="", ticket=ticket.number, how="operator", handed_by="aigerim")
    first = await register.emergencies.hand_off(by_hand)
    assert await register.emergencies.hand_off(by_hand) == first
    lone = replace(by_hand, ticket="")
    one, two = await register.emergencies.hand_off(lone), await register.emergencies.hand_off(lone)
    assert one.id != two.id, "with neither call nor ticket nothing says that they are one"
    assert await register.emergencies.of_call("") == []


async def test_what_makes_no_sense_is_refused(register: Register) -> None:
    for bad in (replace(GAS, service=""), replace(GAS, how="pigeon")):  # type: ignore[arg-type]
        with pytest.raises(BadEmergency):
            await register.emergencies.hand_off(bad)
    with pytest.raises(BadNumber):
        await register.emergencies.hand_off(replace(GAS, ticket="26-000001-0"))
    number = await register.tickets.number()
    with pytest.raises(NotFound):
        await register.emergencies.hand_off(replace(GAS, ticket=number))
    gas = await register.emergencies.hand_off(GAS)
    with pytest.raises(BadEmergency):
        await register.emergencies.outcome(gas.id, " ", "aigerim")
    for missing in (register.emergencies.outcome(99, "x", "aigerim"), register.emergencies.get(99)):
        with pytest.raises(NotFound):
            await missing
