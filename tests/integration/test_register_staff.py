"""Staff in SQL, on both dialects."""

from __future__ import annotations

import traceback
from dataclasses import replace

import pytest

from kezek_register import Conflict, NotFound, Register, Staff

ANNA = Staff("anna", "Анна Примерова", "operator", "77341", "ru", ("main",), {"ko": 3}, "hash-1")
BOSS = Staff("boss", "Бахыт Үлгі", "manager", "", "kk", (), {})


async def test_staff_are_kept_and_found(register: Register) -> None:
    for staff in (BOSS, ANNA, replace(BOSS, login="chief")):
        await register.staff.add(staff)
    assert await register.staff.get("anna") == ANNA
    assert [staff.login for staff in await register.staff.all()] == ["anna", "boss", "chief"]
    assert await register.staff.by_phone("77341") == ANNA
    assert await register.staff.by_phone("") is None
    assert await register.staff.by_phone("999") is None
    assert "hash" not in repr(ANNA)


async def test_a_login_and_a_phone_are_taken_once(register: Register) -> None:
    await register.staff.add(ANNA)
    await register.staff.add(BOSS)
    with pytest.raises(Conflict):
        await register.staff.add(replace(ANNA, phone="102"))
    with pytest.raises(Conflict, match="phone") as taken:
        await register.staff.add(replace(ANNA, login="anna2"))
    assert "77341" not in "".join(traceback.format_exception(taken.value))
    with pytest.raises(Conflict):
        await register.staff.update(replace(BOSS, phone="77341"))


async def test_an_update_without_a_password_keeps_it(register: Register) -> None:
    await register.staff.add(ANNA)
    await register.staff.update(replace(ANNA, name="Анна Новая", skills={"ko": 5}, password_hash=""))
    assert await register.staff.get("anna") == replace(ANNA, name="Анна Новая", skills={"ko": 5})
    await register.staff.set_password_hash("anna", "hash-2")
    assert (await register.staff.get("anna")).password_hash == "hash-2"


async def test_nobody_of_that_login(register: Register) -> None:
    for verb in (
        register.staff.get("nobody"),
        register.staff.update(ANNA),
        register.staff.set_password_hash("nobody", "hash"),
    ):
        with pytest.raises(NotFound):
            await verb
