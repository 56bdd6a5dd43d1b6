"""The citizens of `crowd.py`: those who wait for an operator, and those who hang up soon."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from handover_sip import CITIZEN, OK, SOUND
from handover_site import Exchange, free_port, process

STORY = "X-Kezek-Story: {batch}x[call_number]\n"
PATIENT = CITIZEN.replace("Max-Forwards: 70\nContent-Type", f"Max-Forwards: 70\n{STORY}Content-Type")
LEAVES = """<pause distribution="uniform" min="20" max="800"/>
<send retrans="500"><![CDATA[

BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:7701[call_number]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>"""
HASTY = CITIZEN.replace('<recv request="BYE"/>\n{ok}', LEAVES)


@contextlib.asynccontextmanager
async def citizens(
    asterisk: Exchange, batch: str, number: str, rate: float, count: int, *, hasty: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`count` calls, `rate` a second, from numbers that no other batch has (`batch` is digits); exit status 0: each
    came to its end by the scenario."""
    xml = asterisk.folder / f"citizens-{batch}.xml"
    scenario = (HASTY if hasty else PATIENT).replace("7701[call_number]", f"77{batch}0[call_number]")
    for place, text in {"{sound}": SOUND.format(port=asterisk.sound_port), "{ok}": OK, "{batch}": batch}.items():
        scenario = scenario.replace(place, text)
    xml.write_text(scenario, "utf-8")
    errors = Path(f"citizens-{batch}.errors")
    async with process(
        asterisk.prefix / "bin" / "sipp", f"127.0.0.1:{asterisk.sip_port}", "-s", number, "-r", f"{rate:g}",
        "-m", str(count), "-l", str(count), "-sf", xml, "-i", "127.0.0.1", "-p", str(free_port(socket.SOCK_DGRAM)),
        "-nostdin", "-timer_resol", "1", "-trace_err", "-error_file", errors, cwd=asterisk.folder,
    ) as running:  # fmt: skip
        yield running
