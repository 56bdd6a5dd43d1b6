"""What the pace of citizens' calls goes by: how long those who come back keep an operator, as measured, and how many of
them say 'no', which outlives a restart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from kezek_api.staffing import measure
from kezek_ivr.pacing import LAST
from kezek_ivr.told_calls import ToldCalls
from kezek_register import Register, RegisterError

log = structlog.get_logger(__name__)

LEARN_S = 3600.0
AWAY_S = 5.0
ANSWERS = timedelta(hours=6)  # of a storm that may be going on; older ones are another's


async def learn(register: Register, told: ToldCalls) -> None:
    """For ever. Where the history says nothing yet the rules' share and handling time hold."""
    pace = told.pace
    if pace is None:
        return
    await recall(register, told, datetime.now(UTC))
    while True:
        try:
            measured = await measure(register, "", datetime.now(UTC))
            if measured.aht_s is not None:
                pace.takes(measured.aht_s)
        except RegisterError as away:
            log.info("pace.not_learnt", code=away.code)
        await asyncio.sleep(LEARN_S)


async def recall(register: Register, told: ToldCalls, began: datetime) -> None:
    """What was answered to any node before this process began: to be heard once, whenever SQL is there."""
    if told.pace is None:
        return
    while True:
        try:
            pressed = await register.notices.pressed("restored", began - ANSWERS, began, LAST)
            told.pace.remembers([out for digit in pressed if (out := told.out(digit)) is not None])
            return
        except RegisterError as away:
            log.info("pace.not_recalled", code=away.code)
        await asyncio.sleep(AWAY_S)
