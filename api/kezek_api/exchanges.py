"""All Asterisks of the line, each an Exchange of its own; what concerns them together: health, callbacks, supervisors,
and one that is dead."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import structlog

from kezek_api.boards import Boards
from kezek_api.call_pace import learn
from kezek_api.citizens import citizens_of
from kezek_api.cut_callers import CutCallers
from kezek_api.exchange import Exchange
from kezek_api.exchange_settings import spoken_dialogue
from kezek_api.health import Health
from kezek_api.hearing import Hearing
from kezek_api.keeping import keep
from kezek_api.memory import SqlMemory
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_api.storm.sources import WithSuspicions
from kezek_api.storm_ports import StormPorts
from kezek_api.supervisors import Supervisors
from kezek_ivr.notifying import Notifying
from kezek_ivr.outbound import Outbound
from kezek_ivr.settings import OutboundSettings
from kezek_ivr.types import Directory, Storyteller, Waits
from kezek_queue import End, QueueError, Queues
from kezek_register import Register
from kezek_telephony import TelephonyError

log = structlog.get_logger(__name__)

LOOK_S = 1.0
DEAD_S = 5.0  # a link, and SIP from the other exchanges, down for so long on end: one that only boots is not dead


class Exchanges:
    """`run` for ever; `drain` before it is cancelled. With one exchange it is all that this one is."""

    def __init__(
        self,
        settings: Settings,
        queues: Queues,
        directory: Directory,
        hearing: Hearing,
        stories: Storyteller,
        health: Health,
        *,
        rules: Rules,
        waits: Waits,
        register: Register,
        supervisors: Supervisors,
        storm: StormPorts | None = None,
    ) -> None:
        self._queues, self._health, self._supervisors, self._register = queues, health, supervisors, register
        memory = SqlMemory(register)
        outages = WithSuspicions(register, rules.detection)
        citizens = citizens_of(register, queues, rules, spoken_dialogue(settings), settings, outages)
        self._outages = citizens.outages
        self._all = [
            Exchange(
                settings,
                queues,
                directory,
                hearing,
                stories,
                rules=rules,
                waits=waits,
                memory=memory,
                citizens=citizens,
                storm=storm or StormPorts(),
                name=name,
                conducted=self._conducts,
            )
            for name in settings.exchanges or ("",)
        ]
        self._boards = Boards(self._all, queues)
        asked = OutboundSettings(node=settings.node, dial_s=rules.dial_s)
        self._outbound = Outbound(self._boards, queues, register.outbound, asked)
        self._told = citizens.told if rules.citizens.calls else None
        self._notifying = rules.citizens.calls and Notifying(
            self._boards, queues, citizens.notices, citizens.told, citizens.settings, citizens.now
        )
        self._cut_callers = rules.callbacks_cut and CutCallers(
            self._boards,
            queues,
            memory,
            after_s=rules.cut_after_s,
            within_s=rules.cut_within_s,
            queue_of=self._all[0].queue_of,
            open_now=rules.calendar.is_open,
        )

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._all)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                if len(self._all) == 1:
                    group.create_task(self._all[0].run())
                else:
                    for one in self._all:
                        group.create_task(keep(f"exchange {one.name}", one.run))
                        group.create_task(self._watch_over(one))
                for one in self._all:
                    group.create_task(self._mark(one))
                group.create_task(self._outbound.run())
                if self._outages is not None:
                    group.create_task(keep("outage news", self._outages.watch))
                if self._told is not None:
                    group.create_task(learn(self._register, self._told))
                if self._notifying:
                    group.create_task(self._notifying.run())
                if self._cut_callers:
                    group.create_task(self._cut_callers.run())
                self._supervisors.use(self._boards)
        finally:
            self._supervisors.use(None)
            self._health.mark("asterisk", False, "not connected")

    async def drain(self) -> None:
        """See Exchange; all at the same time. Nobody is called back any more, and who is being dialled is followed to
        the end of it."""
        notifying = [self._notifying.drain()] if self._notifying else []
        await asyncio.gather(self._outbound.drain(), *notifying, *(one.drain() for one in self._all))

    async def tell_phones(self) -> None:
        """To a line that has forgotten them."""
        await asyncio.gather(*(one.tell_phones() for one in self._all))

    async def settle(self) -> None:
        """Until the line has been compared with the calls of each."""
        for one in self._all:
            await one.settled.wait()

    def _conducts(self, call: str) -> bool:
        return any(one.conducts(call) for one in self._all)

    async def _mark(self, one: Exchange) -> None:
        """Marks the health when a link changes, and now and then for what tells nothing."""
        while True:
            why = {each.name: each.why for each in self._all if each.why}
            detail = "; ".join(f"{name}: {words}" if name else words for name, words in why.items())
            self._health.mark("asterisk", not why, detail, limps=0 < len(why) < len(self._all))
            one.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await one.changed.wait()

    # --- an exchange that is dead -------------------------------------------------------------------------------------

    async def _watch_over(self, one: Exchange) -> None:
        """When neither we nor another exchange reaches it, its calls are cut and its phones cannot ring: their places
        and their operators would else be kept for callers whom nobody can serve."""
        loop = asyncio.get_running_loop()
        since: float | None = None
        buried = False
        while True:
            await asyncio.sleep(LOOK_S)
            if one.up:
                since, buried = None, False
            elif not await self._unreachable(one):
                since = None
            else:
                since = since or loop.time()
                if not buried and loop.time() - since >= DEAD_S:
                    buried = await self._bury(one)

    async def _unreachable(self, one: Exchange) -> bool:
        """False when there is nobody to ask."""
        told = []
        for other in self._all:
            if other.telephony is not None and other.up:
                with contextlib.suppress(TelephonyError):
                    told.append(await other.telephony.switchboard.peers.reaches(one.name))
        return bool(told) and not any(told)

    async def _bury(self, one: Exchange) -> bool:
        """Said by each node; False when it has to be said again."""
        try:
            await self._queues.phones((), exchange=one.name)
            cut = await self._queues.reconcile((), end=End.CUT, grace_s=0, exchange=one.name)
            for other in self._all:
                if other.telephony is not None and other.up:
                    await other.telephony.switchboard.peers.drop(one.name)
        except (QueueError, TelephonyError) as away:
            log.warning("exchange_not_buried", exchange=one.name, code=away.code)
            return False
        log.warning("exchange_dead", exchange=one.name, cut=len(cut))
        return True
