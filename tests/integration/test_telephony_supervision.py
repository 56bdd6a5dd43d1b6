"""A supervision that is stopped at once leaves no phone ringing, whatever Asterisk was doing at that moment."""

import asyncio
from pathlib import Path

from kit import telephony_talk_contracts
from kit.asterisk import running_asterisk
from kit.line_worlds import RealWorld, write_prompts

TIMES = 12  # the moment in which a Hangup comes too early is met once in seven
LIMIT_S = 5.0  # the leg would ring for 30


async def test_a_supervision_stopped_at_once_rings_nobody(tmp_path: Path) -> None:
    write_prompts(tmp_path)
    async with running_asterisk(prompts=str(tmp_path)) as asterisk:
        for _ in range(TIMES):
            async with RealWorld.on(asterisk) as world:
                await telephony_talk_contracts.a_talk_is_supervised_by_one_leg_for_each_phone(world)
            async with asyncio.timeout(LIMIT_S):
                while (await asterisk.instance.cli("core show channels concise")).strip():  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.05)
