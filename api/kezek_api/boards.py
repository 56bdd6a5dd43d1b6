"""The switchboards of all exchanges as one, for what is of no exchange yet, or of one that has to be found: citizens
whom we dial, and managers who listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from kezek_queue import QueueError, Queues
from kezek_telephony import DialStep, LinkDown, Outside, Phone, Refused, SuperviseMode, Telephony
from kezek_telephony.switchboard import AsteriskSwitchboard

RINGS_S = 180.0  # longer than any citizen's phone rings


class Reached(Protocol):
    """The part of an Exchange that is wanted here."""

    name: str
    telephony: Telephony | None
    away_since: float | None  # by the loop's clock; None while it is up


class Boards:
    """What is wanted of a Switchboard by `Outbound` and by `Supervisors`."""

    def __init__(self, exchanges: Sequence[Reached], queues: Queues) -> None:
        self._exchanges, self._queues = exchanges, queues

    @property
    def up(self) -> bool:
        return bool(self._boards())

    @property
    def has_trunk(self) -> bool:
        """Citizens can be dialled."""
        return any(board.peers.has_trunk for board in self._boards())

    # --- citizens whom we dial

    def dial(self, call: str, to: Outside, *, since: float, language: str, seconds: int) -> AsyncIterator[DialStep]:
        """By one that has a trunk. Raises LinkDown."""
        boards = self._boards()
        if not boards:
            raise LinkDown("no Asterisk answers")
        board = next((board for board in boards if board.peers.has_trunk), boards[0])
        return board.dial(call, to, since=since, language=language, seconds=seconds)

    async def dialled(self, call: str) -> bool | None:
        """True: one has it. None: one that may have it cannot be asked."""
        unclear = []
        for exchange in self._exchanges:
            has = await exchange.telephony.switchboard.dialled(call) if exchange.telephony else None
            if has:
                return True
            if has is None:
                unclear.append(exchange)
        return None if unclear and await self._may_have(call, unclear) else False

    async def cancel_dial(self, call: str) -> None:
        for board in self._boards():
            await board.cancel_dial(call)

    # --- managers who listen

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: SuperviseMode) -> str:
        """At the exchange that has the talk; the manager's phone may be at another. Raises LinkDown, Refused."""
        at = await self._exchange_of(call)
        board = at.telephony and at.telephony.switchboard
        if not board or not board.up:
            raise LinkDown("Asterisk does not answer")
        at_hand = phone if phone.name in board.registered() else self._where(phone.name)
        return await board.supervise(call, operator_phone, phone=at_hand, mode=mode)

    async def stop_supervising(self, leg: str) -> None:
        boards = self._boards()
        if not boards:
            raise LinkDown("Asterisk does not answer")
        for board in boards:
            await board.stop_supervising(leg)

    # --- inside

    def _boards(self) -> list[AsteriskSwitchboard]:
        """Of those that are up."""
        boards = [each.telephony.switchboard for each in self._exchanges if each.telephony is not None]
        return [board for board in boards if board.up]

    async def _may_have(self, call: str, away: Sequence[Reached]) -> bool:
        """One that has long been away rings nobody, and whoever picked up there came into the line from there."""
        now = asyncio.get_running_loop().time()
        if len(self._exchanges) == 1 or any(_seconds(each.away_since, now) < RINGS_S for each in away):
            return True
        try:
            return (await self._queues.call(call)).exchange in {each.name for each in away}
        except QueueError:
            return True

    async def _exchange_of(self, call: str) -> Reached:
        if len(self._exchanges) == 1:
            return self._exchanges[0]
        name = (await self._queues.call(call)).exchange
        found = next((each for each in self._exchanges if each.name == name), None)
        if found is None:
            raise Refused("the call is at no exchange of ours")
        return found

    def _where(self, phone: str) -> Phone:
        """With the exchange where it is registered."""
        for each in self._exchanges:
            if each.telephony is not None and phone in each.telephony.switchboard.registered():
                return Phone(phone, each.name)
        raise Refused("the supervisor's phone cannot be rung")


def _seconds(since: float | None, now: float) -> float:
    return 0.0 if since is None else now - since
