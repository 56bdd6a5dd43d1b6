"""`kezek user add`: who may be made, and what each role needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_api.command_user import add
from kezek_api.settings import Settings
from kezek_register import Register
from kezek_register.duty_types import Organisation


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    settings = Settings.load(tmp_path, redis_url="redis://127.0.0.1:9/0")
    async with Register.open(settings.sql) as register:
        await register.migrate()
        await register.organisations.add(Organisation(0, "waterworks", {"en": "Waterworks"}))
    return settings


async def made(settings: Settings, login: str, role: str, phone: str = "", **more: str | bool) -> int:
    return await add(settings, login, "", role, phone, (), "kk", "long enough", **more)  # type: ignore[arg-type]


async def test_an_executor_belongs_to_an_organisation_and_serves_no_queue(settings: Settings) -> None:
    assert await made(settings, "erlan", "executor", organisation="waterworks") == 0
    assert await made(settings, "saule", "operator", second_line=True) == 0
    async with Register.open(settings.sql) as register:
        erlan, saule = await register.staff.get("erlan"), await register.staff.get("saule")
        own = await register.organisations.get("waterworks")
    assert (erlan.role, erlan.organisation_id, erlan.queues, erlan.second_line) == ("executor", own.id, (), False)
    assert (saule.role, saule.organisation_id, saule.second_line) == ("operator", None, True)
    assert saule.queues == settings.queues


@pytest.mark.parametrize(
    ("role", "phone", "more", "why"),
    [
        ("executor", "", {}, "--organisation"),
        ("executor", "", {"organisation": "nobody"}, "no organisation nobody"),
        ("executor", "1005", {"organisation": "waterworks"}, "no extension"),
        ("operator", "", {"organisation": "waterworks"}, "only an executor"),
        ("manager", "", {"second_line": True}, "second line"),
        ("mayor", "", {}, "operator, manager or executor"),
    ],
)
async def test_what_does_not_fit_the_role_is_refused_with_its_reason(
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    role: str,
    phone: str,
    more: dict[str, str | bool],
    why: str,
) -> None:
    assert await made(settings, "x", role, phone, **more) == 1
    assert why in " ".join(capsys.readouterr().out.split())
    async with Register.open(settings.sql) as register:
        assert await register.staff.all() == []
