"""The floor of `handover.py`: 'AMI event, then Redirect' in one process, with nothing kept, counted or told.

It serves FastAGI (answer, music, then silence), knows the operators as a list in memory, and hands the caller who waits
longest to whoever is free, by the same dialplan as Kezek. What it reaches is what this machine allows.

    python benchmarks/handover_bare.py AMI_PORT SECRET FASTAGI_PORT PHONE[,PHONE...]

It prints, for each assignment, the phone and unix seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import deque
from typing import NamedTuple

MUSIC = (b"SET VARIABLE TIMEOUT(absolute) 600\n", b"EXEC StartMusicOnHold default\n")


class Waiting(NamedTuple):
    call: str
    channel: str


class Bare:
    def __init__(self, ami: asyncio.StreamWriter, phones: list[str]) -> None:
        self.ami = ami
        self.free, self.waiting = deque(phones), deque[Waiting]()
        self.offers = 0
        self.phone_of: dict[str, str] = {}  # call -> phone
        self.gone: set[str] = set()

    async def agi(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told: dict[bytes, bytes] = {}
        while line := (await reader.readline()).strip():
            name, _, value = line.partition(b": ")
            told[name] = value
        phase, call = told[b"agi_arg_3"], told[b"agi_arg_1"].decode()
        if phase == b"talked":
            writer.write(b"SET VARIABLE KEZEK_DONE 1\n")
            await reader.readline()
        elif phase:
            for command in MUSIC:
                writer.write(command)
                await reader.readline()
            self.waiting.append(Waiting(call, told[b"agi_channel"].decode()))
            self.match()
            with contextlib.suppress(ConnectionError):
                await reader.read()
        writer.close()

    def match(self) -> None:
        while self.free and self.waiting:
            caller = self.waiting.popleft()
            if caller.call in self.gone:
                continue
            phone = self.free.popleft()
            self.phone_of[caller.call] = phone
            self.offers += 1
            print(phone, f"{time.time():.6f}")
            self.ami.write(
                f"Action: Redirect\r\nChannel: {caller.channel}\r\nContext: kezek-ring\r\n"
                f"Exten: {self.offers}*{phone}*15\r\nPriority: 1\r\n\r\n".encode()
            )

    def event(self, text: str) -> None:
        fields = dict(line.partition(": ")[::2] for line in text.split("\r\n"))
        call = fields.get("Call", "")
        if fields.get("UserEvent") == "KezekGone":
            self.gone.add(call)
        if fields.get("UserEvent") in ("KezekRing", "KezekGone") and call in self.phone_of:
            self.free.append(self.phone_of.pop(call))
            self.match()


async def main(ami_port: int, secret: str, fastagi_port: int, phones: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ami_port)
    writer.write(f"Action: Login\r\nUsername: kezek\r\nSecret: {secret}\r\n\r\n".encode())
    await reader.readline()  # the greeting
    bare = Bare(writer, phones)
    async with await asyncio.start_server(bare.agi, "127.0.0.1", fastagi_port, backlog=2048):
        while True:
            bare.event((await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4].split(",")))
