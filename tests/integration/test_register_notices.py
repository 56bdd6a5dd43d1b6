"""What goes out: a notice is claimed once and settled once, whatever dies in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from kezek_api.call_pace import recall
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.notice_rules import TellingSettings
from kezek_ivr.pacing import PaceRules
from kezek_ivr.told_calls import ToldCalls
from kezek_register import Conflict, NotFound, Register
from kezek_register.notice_types import Notice

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SMS = Notice("outage:1:restored:household:5", "outage:1", "restored", "sms", "+77009990109", "kk", {"outage": 1})


def later(**times: float) -> datetime:
    return NOW + timedelta(**times)


async def test_the_same_key_is_the_same_notice(register: Register) -> None:
    """P18: whoever closes the outage twice has told everybody once."""
    crowd = [replace(SMS, key=f"outage:1:restored:household:{n}") for n in range(1_200)]
    assert await register.notices.add(*crowd) == 1_200
    assert await register.notices.add(SMS, *crowd) == 0
    assert len(await register.notices.of("outage:1")) == 1_200
    assert (await register.notices.get(SMS.key)).told == {"outage": 1}


async def test_claimed_once_by_many(register: Register) -> None:
    """P8: eight claimers at once, each notice is one's alone."""
    await register.notices.add(*[replace(SMS, key=f"k{n}", next_at=NOW) for n in range(100)])
    batches = await asyncio.gather(*(register.notices.claim(f"node{n}", ("sms",), 20, NOW) for n in range(8)))
    keys = [one.key for batch in batches for one in batch]
    assert len(keys) == len(set(keys)) == 100
    assert all(one.state == "claimed" and one.attempts == 1 for batch in batches for one in batch)
    assert await register.notices.claim("late", ("sms",), 20, NOW) == []


async def test_a_claim_of_a_node_that_never_returns_is_anothers_after_a_lease(register: Register) -> None:
    """P8: of one that says that it lives it is not, however long its call takes."""
    call = replace(SMS, channel="call", next_at=NOW)
    await register.notices.add(replace(call, key="dead"), replace(call, key="alive"))
    await register.notices.add(replace(SMS, key="text", next_at=NOW))
    (first,) = await register.notices.claim("node1", ("call",), 1, NOW)
    await register.notices.claim("node2", ("call", "sms"), 10, NOW)
    assert await register.notices.hold("node3", ("call",), later(minutes=9), lease_s=600) == 0
    assert await register.notices.hold("node2", ("call",), later(minutes=9), lease_s=600) == 1
    assert await register.notices.hold("node3", ("call",), later(minutes=11), lease_s=600) == 1
    assert [one.key for one in await register.notices.unsettled("node3")] == [first.key]
    assert await register.notices.unsettled("node1") == []
    assert sorted(one.key for one in await register.notices.unsettled("node2")) == sorted(
        {"dead", "alive", "text"} - {first.key}
    ), "an SMS is at most one try's: nobody takes it over"


async def test_whom_one_way_does_not_reach_is_told_the_other_way_once(register: Register) -> None:
    """P8: what is unclear, what is an executor's and what was the other way itself stays as it is."""
    kinds: dict[str, Notice] = {
        "lost": replace(SMS, channel="call"),
        "refused": SMS,
        "late": replace(SMS, what="late"),
        "unclear": SMS,
        "sent": SMS,
    }
    await register.notices.add(*[replace(one, key=key, next_at=NOW) for key, one in kinds.items()])
    await register.notices.claim("a", ("sms", "call"), 10, NOW)
    for key, state, instead in (
        ("lost", "failed", "sms"), ("refused", "failed", "call"), ("late", "failed", "call"),
        ("unclear", "unclear", "call"), ("sent", "sent", "call"),
    ):  # fmt: skip
        for _ in range(2):
            await register.notices.settle(key, state, "no_answer", instead=instead)  # type: ignore[arg-type]
    others = [one for one in await register.notices.of("outage:1") if one.key not in kinds]
    assert [(one.key, one.channel, one.state, one.attempts) for one in others] == [
        ("lost:sms", "sms", "pending", 0), ("refused:call", "call", "pending", 0),
    ]  # fmt: skip
    assert (others[0].address, others[0].told, others[0].what) == (SMS.address, SMS.told, SMS.what)
    await register.notices.claim("a", ("sms",), 10)
    await register.notices.settle("lost:sms", "failed", "refused", instead="call")
    assert len(await register.notices.of("outage:1")) == len(kinds) + 2, "not to and fro"


async def test_what_is_due_and_in_which_order(register: Register) -> None:
    await register.notices.add(
        replace(SMS, key="old", next_at=NOW),
        replace(SMS, key="not yet", next_at=later(minutes=1)),
        replace(SMS, key="call", channel="call", next_at=NOW),
        replace(SMS, key="urgent", what="call_out", next_at=later(seconds=1)),
        replace(SMS, key="nobody", channel="none"),
    )
    claimed = await register.notices.claim("a", ("sms", "webhook"), 10, later(seconds=2))
    assert [one.key for one in claimed] == ["urgent", "old"]
    nobody = await register.notices.get("nobody")
    assert (nobody.state, nobody.result) == ("dropped", "no address")


async def test_settled_once_and_tried_again(register: Register) -> None:
    await register.notices.add(replace(SMS, key="k", next_at=NOW))
    await register.notices.claim("a", ("sms",), 1, NOW)
    again = await register.notices.settle("k", "pending", "busy", later(minutes=5))
    assert (again.state, again.next_at, again.result) == ("pending", later(minutes=5), "busy")
    assert await register.notices.claim("a", ("sms",), 1, later(minutes=4)) == []
    (second,) = await register.notices.claim("b", ("sms",), 1, later(minutes=5))
    assert second.attempts == 2
    assert (await register.notices.settle("k", "sent", "id-7")).state == "sent"
    assert (await register.notices.settle("k", "failed", "late word")).result == "id-7"
    with pytest.raises(NotFound):
        await register.notices.settle("unknown", "sent")


async def test_what_a_dead_node_had_claimed(register: Register) -> None:
    """A call or an SMS that may have gone out is not sent again by itself; a webhook is."""
    for key, channel in (("sms", "sms"), ("call", "call"), ("hook", "webhook")):
        await register.notices.add(replace(SMS, key=key, channel=channel, next_at=NOW))
    await register.notices.claim("dead", ("sms", "call", "webhook"), 9, NOW)
    assert await register.notices.unclear("other") == []
    assert [one.key for one in await register.notices.unclear("dead", ("sms", "webhook"))] == ["sms"]
    assert [one.key for one in await register.notices.claim("b", ("sms", "webhook"), 9)] == ["hook"]
    assert (await register.notices.get("call")).state == "claimed"
    assert [one.key for one in await register.notices.unclear(before=later(seconds=1))] == ["call"]
    assert await register.notices.waiting() == {
        ("sms", "unclear"): 1,
        ("call", "unclear"): 1,
        ("webhook", "claimed"): 1,
    }

    assert (await register.notices.settle("sms", "sent", "the receipt came")).state == "sent"
    assert (await register.notices.again("call")).state == "pending"
    with pytest.raises(Conflict):
        await register.notices.again("sms")


async def test_who_need_not_be_told_any_more(register: Register) -> None:
    await register.notices.add(replace(SMS, key="a"), replace(SMS, key="b", what="expected_moved"))
    assert await register.notices.drop("outage:1", "it is over", ("expected_moved",)) == 1
    assert [(one.key, one.state) for one in await register.notices.of("outage:1")] == [
        ("a", "pending"),
        ("b", "dropped"),
    ]


async def test_what_was_answered_is_known_to_a_node_that_starts(register: Register) -> None:
    """P18: the share of those who say 'no' outlives a restart; what was heard since the start is not counted twice."""
    answers = ("2", "1", "no_key", "1", "2", "2")
    for n, digit in enumerate(answers):
        notice = replace(SMS, key=f"a{n}", channel="call", next_at=NOW)
        await register.notices.add(notice, replace(notice, key=f"v{n}", what="verify"))
        for each in (f"a{n}", f"v{n}"):
            await register.notices.claim("node1", ("call",), 2, datetime.now(UTC))
            await register.notices.settle(each, "sent", digit)
    told = ToldCalls(cast(Any, None), Dialogue.load(), TellingSettings("n2", pace=PaceRules()), lambda: NOW)
    assert told.pace is not None
    told.pace.heard(out=False)
    await recall(register, told, datetime.now(UTC) + timedelta(minutes=1))
    yes_and_no = 6  # five of them, and the one that this node has heard itself
    assert told.pace.back == pytest.approx((3 + 0.1 * 20) / (yes_and_no + 20))
    assert await register.notices.pressed("restored", datetime.now(UTC), datetime.now(UTC)) == [], "of before"
    assert await register.notices.pressed("restored", later(), later()) == [], "of what began since"
