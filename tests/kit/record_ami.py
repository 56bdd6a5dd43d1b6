"""Records what a real Asterisk says on AMI into tests/fixtures/ami: `PYTHONPATH=tests python -m kit.record_ami`.

Each file is what came over the wire between two marks, byte for byte; ActionIDs are 'recorded'.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from kit.asterisk import RunningAsterisk, running_asterisk
from kit.sip_agent import SipAgent

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "ami"


class Recorder:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, *lines: str) -> None:
        self._writer.write("\r\n".join([*lines, "ActionID: recorded", "", ""]).encode())

    async def save(self, name: str, quiet: float = 1.0) -> None:
        """Everything until nothing has come for `quiet` seconds."""
        got = b""
        while True:
            try:
                async with asyncio.timeout(quiet):
                    data = await self._reader.read(65536)
            except TimeoutError:
                break
            if not data:
                break
            got += data
        (FOLDER / f"{name}.txt").write_bytes(got)


async def connect(asterisk: RunningAsterisk) -> Recorder:
    reader, writer = await asyncio.open_connection("127.0.0.1", asterisk.settings.ami_port)
    return Recorder(reader, writer)


async def record(asterisk: RunningAsterisk) -> None:
    settings = asterisk.settings
    stranger = await connect(asterisk)
    await stranger.ask("Action: Login", f"Username: {settings.ami_user}", "Secret: wrong")
    await stranger.save("login_refused", quiet=3)
    ours = await connect(asterisk)
    await ours.ask("Action: Login", f"Username: {settings.ami_user}", f"Secret: {settings.ami_secret}", "Events: on")
    await ours.save("login")
    await ours.ask("Action: Ping")
    await ours.save("ping")
    await ours.ask("Action: QueueAdd", "Queue: kezek", "Interface: PJSIP/1002")
    await ours.save("queue_add")
    await ours.ask("Action: Redirect", "Channel: PJSIP/none-1", "Context: kezek-ring", "Exten: s", "Priority: 1")
    await ours.save("redirect_refused")
    await ours.ask("Action: PJSIPShowEndpoints")
    await ours.save("endpoints")
    await ours.ask("Action: DBGetTree", "Family: kezek-gone")
    await ours.save("empty_tree")
    await ours.ask(
        "Action: Originate", "Channel: PJSIP/1003", "Application: Wait", "Data: 1", "Async: true", "Timeout: 3000"
    )
    await ours.save("originate_failed", quiet=4)
    async with SipAgent.phone(asterisk, "1001") as phone, SipAgent.calling(asterisk) as citizen:
        await ours.save("registered")
        call = await citizen.call("109", name="Айгүл Қанатқызы")
        await call.answered()
        await ours.save("arrival")
        await ours.ask("Action: QueueAdd", "Queue: kezek", "Interface: PJSIP/1001")
        ring = await phone.rings()
        ring.answer()
        await ring.answered()
        await ours.save("fallback_talk")
        await call.hang_up()
        await ours.save("hang_up")


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with running_asterisk(system_name="recorded") as asterisk:
        await record(asterisk)


if __name__ == "__main__":
    asyncio.run(main())
