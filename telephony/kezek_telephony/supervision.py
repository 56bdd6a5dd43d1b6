"""A supervisor's ear in a talk, and the recording of one."""

from __future__ import annotations

import asyncio

import structlog

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .moves import BARGED, CLEARED
from .phones import PEER, TECHNOLOGY
from .types import Phone, Refused, SuperviseMode
from .wording import call_id, dial_string, file_name

log = structlog.get_logger(__name__)

RING_MS = 30_000
BEGIN_S = 1.0  # an Originate that Asterisk has accepted has its channel within this
LOOK_S = 0.05
MODES = ("listen", "whisper", "barge")
HEARD = "-heard-by-"  # in the id of a supervisor's leg, before his phone
RECORDING = "KEZEK_RECORDING"  # on the caller's channel: the file


class Supervision:
    """Keeps nothing for long: a leg is named by its talk and its phone, so any node finds it again."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link
        self._begun: dict[str, float] = {}  # legs asked for within BEGIN_S, by the loop's clock

    async def supervise(self, call: str, operator_phone: str, phone: Phone, mode: SuperviseMode) -> str:
        """See `types.Switchboard`. The leg ends with the operator's."""
        if mode not in MODES:
            raise ValueError("no mode")
        leg = f"{call_id(call)}{HEARD}{phone.name}"
        target = dial_string(phone)
        barged = leg if mode == "barge" else ""
        channels = {event["uniqueid"]: event for event in await self._link.rows("CoreShowChannels")}
        spied = operators_channel(channels, call, operator_phone)
        await self._link.action("Setvar", {"Channel": call, "Variable": BARGED, "Value": barged})
        if leg in channels:
            await self._change(channels[leg], mode)
            return leg
        await self._link.action(
            "Originate",
            {
                "Channel": TECHNOLOGY + target,
                "ChannelId": leg,
                "Context": "kezek-supervise",
                "Exten": "s",
                "Priority": "1",
                "Timeout": str(RING_MS),
                "Async": "true",
            },
            variables={"KEZEK_SPYON": spied, "KEZEK_MODE": mode, "KEZEK_ROOM": call},
        )
        now = asyncio.get_running_loop().time()
        self._begun = {leg: now, **{other: at for other, at in self._begun.items() if at > now - BEGIN_S}}
        return leg

    async def stop(self, leg: str) -> None:
        """Also one that Asterisk has promised and not begun yet, or is about to ring: a Hangup may come too early for
        either, so a young leg is looked at again until it has gone. Else it would ring to its end."""
        loop = asyncio.get_running_loop()
        until, was_there = self._begun.pop(leg, -BEGIN_S) + BEGIN_S, False
        while True:
            try:
                await self._link.action("Hangup", {"Channel": call_id(leg), "Cause": str(CLEARED)})
                was_there = True
            except Refused:
                if was_there or loop.time() >= until:
                    log.info("supervision_over")
                    return
            if was_there and loop.time() >= until:
                return
            await asyncio.sleep(LOOK_S)

    async def record(self, channel: str, file: str) -> None:
        """To <recordings>/<file>.wav, 16-bit mono at 8 kHz, behind what that file has already. The recording is on the
        channel and follows it."""
        now = (await self._link.action("Getvar", {"Channel": channel, "Variable": RECORDING}))["value"]
        if now == file_name(file):
            return
        if now:
            await self._link.action("StopMixMonitor", {"Channel": channel})
        await self._link.action("MixMonitor", {"Channel": channel, "File": f"{file}.wav", "Options": "a"})
        await self._link.action("Setvar", {"Channel": channel, "Variable": RECORDING, "Value": file})

    async def stop_recording(self, channel: str) -> None:
        try:
            await self._link.action("StopMixMonitor", {"Channel": channel})
        except Refused:
            log.info("recording_was_over")
        await self._link.action("Setvar", {"Channel": channel, "Variable": RECORDING, "Value": ""})

    async def _change(self, leg: AmiEvent, mode: SuperviseMode) -> None:
        channel = leg["channel"]
        await self._link.action("Setvar", {"Channel": channel, "Variable": "KEZEK_MODE", "Value": mode})
        if leg["channelstatedesc"] == "Up":  # one that still rings finds the mode when it is answered
            await self._link.action(
                "Redirect", {"Channel": channel, "Context": "kezek-supervise", "Exten": mode, "Priority": "1"}
            )


def operators_channel(channels: dict[str, AmiEvent], call: str, phone: str) -> str:
    """The name of the operator's channel in that talk. Raises Refused when there is none."""
    caller = channels.get(call)
    if caller is None:
        raise Refused("there is no such call")
    elsewhere = ""
    for event in channels.values():
        linked, name = event["linkedid"], event["channel"]
        here = linked == caller["linkedid"] or linked.startswith(f"{call}-aside-")  # rung for him, or asked
        if here and event["channelstatedesc"] == "Up":
            if name.startswith(f"{TECHNOLOGY}{phone}-"):
                return name
            if name.startswith(TECHNOLOGY + PEER) and not event["uniqueid"].startswith(f"{call}{HEARD}"):
                elsewhere = elsewhere or name  # the phone itself is in the talk at another exchange
    if elsewhere:
        return elsewhere
    raise Refused("that operator is not in that talk")
