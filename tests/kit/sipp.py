"""A caller that is none of ours: SIPp dials, says a sound file or silence, sends digits, hangs up after its time.

async with sipp_call(asterisk, number="109", says=Path("words.wav"), seconds=20, digits="1") as caller: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from kit.asterisk import PREFIX, RunningAsterisk, free_port
from kit.rtp import SILENCE, alaw

HEADERS = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: {name}<sip:{caller}@[local_ip]:[local_port]>;tag=[pid]
To: <sip:{number}@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: {sequence} {method}
Contact: <sip:{caller}@[local_ip]:[local_port]>
Max-Forwards: 70
"""

OFFER = """v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
"""


def scenario(
    *, caller: str, name: str, number: str, raw: Path, seconds: float, digits: str, extra: Mapping[str, str]
) -> str:
    """What SIPp does, as its XML. Digits go by SIP INFO: RTP events would need the rights of root."""
    shown = f'"{name}" ' if name else ""

    def request(method: str, sequence: int, body: str = "", kind: str = "application/sdp") -> str:
        start = f"{method} sip:{number}@[remote_ip]:[remote_port] SIP/2.0"
        tag = "" if method == "INVITE" else "[peer_tag_param]"
        head = HEADERS.format(name=shown, caller=caller, number=number, tag=tag, sequence=sequence, method=method)
        if method == "INVITE":
            head += "".join(f"{key}: {value}\n" for key, value in extra.items())
        head += (f"Content-Type: {kind}\n" if body else "") + "Content-Length: [len]\n"
        again = "" if method == "ACK" else ' retrans="500"'
        return f"<send{again}><![CDATA[\n\n{start}\n{head}\n{body}]]></send>\n"

    keys = "".join(
        request("INFO", 10 + at, f"Signal={digit}\nDuration=120\n", "application/dtmf-relay")
        + '<recv response="200"/><pause milliseconds="400"/>\n'
        for at, digit in enumerate(digits)
    )
    stream = quoteattr(f"{raw},1,8,PCMA/8000")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name={quoteattr(escape(number))}>\n'
        + request("INVITE", 1, OFFER)
        + '<recv response="100" optional="true"/><recv response="180" optional="true"/>'
        + '<recv response="183" optional="true"/><recv response="200" rtd="true"/>\n'
        + request("ACK", 1)
        + f"<nop><action><exec rtp_stream={stream}/></action></nop>\n"
        + f'<pause milliseconds="1000"/>\n{keys}'
        + f'<pause milliseconds="{round(seconds * 1000)}"/>\n'
        + request("BYE", 100)
        + '<recv response="200"/>\n</scenario>\n'
    )


def raw_sound(file: Path | None, to: Path, seconds: float) -> Path:
    """A-law for SIPp from a wav of 8 kHz, 16 bit, mono; silence for None; silence after it to the end of the call."""
    said = b""
    if file is not None:
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
            said = alaw(sound.readframes(sound.getnframes()))
    to.write_bytes(said + SILENCE * round(seconds * 50))
    return to


@contextlib.asynccontextmanager
async def sipp_call(
    asterisk: RunningAsterisk, *, number: str = "109", caller: str = "77015550101", name: str = "",
    says: Path | None = None, seconds: float = 5.0, digits: str = "", headers: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:  # fmt: skip
    """The call lasts as long as the context, at most `seconds`; exit status 0: answered, and ended by the caller."""
    with tempfile.TemporaryDirectory(prefix="kezek-sipp-") as folder:
        raw = raw_sound(says, Path(folder) / "say.alaw", seconds)
        xml = Path(folder) / "call.xml"
        xml.write_text(
            scenario(
                caller=caller, name=name, number=number, raw=raw, seconds=seconds, digits=digits, extra=headers or {}
            ),
            "utf-8",
        )  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            PREFIX / "bin" / "sipp", f"127.0.0.1:{asterisk.sip_port}", "-sf", xml, "-m", "1", "-i", "127.0.0.1",
            "-p", str(free_port()), "-nostdin", "-timeout", str(round(seconds) + 30), cwd=folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def sipp_load(
    asterisk: RunningAsterisk, *, calls: int, rate: float, seconds: float, number: str = "109",
    callers: Sequence[str] = (), digits: str = "0",
) -> AsyncIterator[asyncio.subprocess.Process]:  # fmt: skip
    """So many callers, `rate` a second, each with a number of his own (7702 and his place, from 1; else of `callers`).
    Each presses `digits`, waits for `seconds` and hangs up; exit status 0: all were answered, and ended by
    themselves."""
    with tempfile.TemporaryDirectory(prefix="kezek-sipp-") as folder:
        xml = Path(folder) / "load.xml"
        raw = raw_sound(None, Path(folder) / "say.alaw", 1)
        caller = "[field0]" if callers else "7702[call_number]"
        told = scenario(caller=caller, name="", number=number, raw=raw, seconds=seconds, digits=digits, extra={})
        xml.write_text(told.replace("tag=[pid]", "tag=[pid]c[call_number]"), "utf-8")
        numbers = Path(folder) / "callers.csv"
        numbers.write_text("".join(f"{line}\n" for line in ("SEQUENTIAL", *callers)), "utf-8")
        process = await asyncio.create_subprocess_exec(
            PREFIX / "bin" / "sipp", f"127.0.0.1:{asterisk.sip_port}", "-sf", xml, "-m", str(calls), "-r", str(rate),
            "-i", "127.0.0.1", "-p", str(free_port()), "-mp", str(free_port()), "-nostdin", "-l", str(calls),
            *(("-inf", numbers) if callers else ()), cwd=folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
