"""The ladder of overload through a whole node: its doors, the wallboard, MQTT's fact, SQL's history."""

from __future__ import annotations

from typing import Any

from kezek_api.house import House
from kezek_queue import RedisQueues, Rung
from kit.api import (  # noqa: F401 - fixtures
    Page,
    house,
    node_settings,
    queues,
    site,
    town,
    until,
    valkey,
    visitor,
)

# ruff: noqa: F811 - a fixture is asked for by its name


async def ladder(visitor: Page) -> dict[str, Any]:
    return dict((await visitor.http.get("/api/ladder")).json())


async def test_a_manager_moves_it_by_hand_and_everybody_is_told_who_and_why(
    house: House, visitor: Page, queues: RedisQueues
) -> None:
    """P9."""
    await visitor.sign_in("dana")
    before = await ladder(visitor)
    assert (before["rung"]["name"], before["rung"]["n"], before["rung"]["since"]) == ("normal", 0, None)
    assert [one["name"] for one in before["rungs"]] == ["normal", "elevated", "overload", "emergency"]
    assert before["rungs"][0]["does"] == "Всё по обычным правилам."
    assert before["rungs"][2]["second_line"] == ["hotline"]
    order = {"name": "overload", "held": True, "why": " буря ", "n": 0}
    moved = (await visitor.http.put("/api/ladder", json=order)).json()
    assert (moved["rung"]["name"], moved["rung"]["by"], moved["rung"]["why"], moved["rung"]["held"]) == (
        "overload",
        "dana",
        "буря",
        True,
    )
    assert (await queues.rung()).n == moved["rung"]["n"]

    async def told() -> bool:
        picture = (await visitor.http.get("/api/wallboard")).json()
        return bool(picture["rung"]["name"] == "overload")

    await until(told)

    async def written() -> list[dict[str, Any]]:
        return list((await ladder(visitor))["history"])

    history = await until(written)
    assert [(one["name"], one["by"], one["why"], one["n"]) for one in history] == [
        ("overload", "dana", "буря", moved["rung"]["n"])
    ]
    audit = (await visitor.http.get("/api/audit", params={"what": "rung"})).json()["entries"]
    assert [(one["login"], one["subject"]) for one in audit] == [("dana", "overload held")]


async def test_of_two_managers_who_press_at_once_the_second_is_told_to_look_again(visitor: Page) -> None:
    await visitor.sign_in("dana")
    order = {"name": "elevated", "n": (await ladder(visitor))["rung"]["n"]}
    assert (await visitor.http.put("/api/ladder", json=order)).status_code == 200
    again = await visitor.http.put("/api/ladder", json={**order, "name": "overload"})
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    assert (await ladder(visitor))["rung"]["name"] == "elevated"


async def test_only_a_manager_moves_it(visitor: Page) -> None:
    await visitor.sign_in("aigul")
    assert (await visitor.http.get("/api/ladder")).status_code == 403
    assert (await visitor.http.put("/api/ladder", json={"name": "emergency", "n": 0})).status_code == 403


async def test_an_operator_is_told_what_the_present_rung_does(visitor: Page) -> None:
    await visitor.sign_in("dana")
    await visitor.http.put("/api/ladder", json={"name": "overload", "n": (await ladder(visitor))["rung"]["n"]})
    await visitor.sign_in("aigul")
    now = (await visitor.http.get("/api/ladder/rung")).json()
    assert (now["rung"]["name"], now["names"]["ru"]) == ("overload", "Перегрузка")
    assert "перезвонить" in now["does"]  # in her language


async def test_a_line_that_came_back_empty_stands_where_it_stood(
    house: House, visitor: Page, queues: RedisQueues
) -> None:
    """P17: the rung comes back from the history, as the same change."""
    await visitor.sign_in("dana")
    order = {"name": "emergency", "held": True, "why": "город без света", "n": 0}
    moved = (await visitor.http.put("/api/ladder", json=order)).json()["rung"]

    async def written() -> bool:
        return bool((await ladder(visitor))["history"])

    await until(written)
    await house.redis.flushall()

    async def back() -> bool:
        return await queues.rung() != Rung()

    await until(back, 20)
    again = await queues.rung()
    assert (again.name, again.n, again.held, again.why) == ("emergency", moved["n"], True, "город без света")


async def test_the_second_line_joins_by_a_rung_and_leaves_what_it_joined(
    house: House, visitor: Page, queues: RedisQueues
) -> None:
    await queues.sign_in("saule", phone="203", queues=["second"], desk=False)
    await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
    await queues.join("saule", ["water"])
    up = await queues.set_rung("elevated", by="dana", held=True, n=0)

    async def joined() -> bool:
        return (await queues.operator("saule")).joined == ("water", "hotline")

    await until(joined)
    assert (await queues.operator("aigul")).joined == ()
    await queues.set_rung("normal", by="dana", n=up.n)

    async def left() -> bool:
        return (await queues.operator("saule")).joined == ("water",)

    await until(left)
