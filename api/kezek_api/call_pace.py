"""How long those who come back keep an operator, as measured: the pace of citizens' calls goes by it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from kezek_api.staffing import measure
from kezek_ivr.pacing import Pace
from kezek_register import Register, RegisterError

log = structlog.get_logger(__name__)

LEARN_S = 3600.0


async def learn(register: Register, pace: Pace) -> None:
    """For ever. Where the history says nothing yet the rules' handling time holds."""
    while True:
        try:
            measured = await measure(register, "", datetime.now(UTC))
            if measured.aht_s is not None:
                pace.takes(measured.aht_s)
        except RegisterError as away:
            log.info("pace.not_learnt", code=away.code)
        await asyncio.sleep(LEARN_S)
