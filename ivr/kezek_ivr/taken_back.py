"""Who is told by a call of ours that it is over, and says that it is not, may have an operator in that same call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.notice_rules import NOTICE
from kezek_ivr.pacing import Load, PaceRules, takes_back
from kezek_ivr.patience import within
from kezek_ivr.ports import Tell
from kezek_queue.types import CallKind, CallState, End, OperatorState, Queues, Snapshot, Unknown
from kezek_telephony.types import Line

log = structlog.get_logger(__name__)

TALKING = (OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)


@dataclass(frozen=True, slots=True)
class StillOut:
    """What he was told of. `outage`: 0 where nobody knows which; `urgent`: he has pressed the digit of emergencies."""

    outage: int
    topic: str
    urgent: bool = False

    @classmethod
    def of(cls, tell: Tell, *, urgent: bool) -> StillOut:
        id = tell.about.partition("outage:")[2].partition(":")[0]
        return cls(int(id) if id.isdigit() else 0, str(tell.told.get("topic", "")), urgent)

    def note(self, talk: Conversation) -> None:
        """For the operator who gets him: what it is about, and that he says it is out still."""
        keeper = talk.keeper
        if self.urgent:
            talk.priority = EMERGENCY
            keeper.set_emergency({"how": "digit"})
        fields = dict(keeper.notes["fields"])
        if self.topic and "topic" not in fields:
            fields["topic"] = {
                "value": self.topic, "ref": "", "confidence": 1.0, "source": "keyed", "words": "",
            }  # fmt: skip
        keeper.notes["fields"] = fields
        if self.outage:
            keeper.set_outages([self.outage])
        keeper.set_still_out(self.outage)


class Takes(Protocol):
    """A reception: the call is its from here on."""

    async def serve(self, line: Line, still_out: StillOut | None = None) -> None: ...


class TakenBack:
    def __init__(self, queues: Queues, rules: PaceRules, limit_s: float) -> None:
        self._queues, self._rules, self._limit_s = queues, rules, limit_s

    async def may(self) -> bool:
        """Whether an operator can be offered now: never more than the pace of these calls allows for."""
        return await within(self._may(), False, self._limit_s, "back")

    async def stands(self, call: str) -> bool:
        """Whether that call of ours has gone to the line already, as whoever takes it over has to know."""
        return await within(self._stands(call), False, self._limit_s, "stands")

    async def _may(self) -> bool:
        snapshot = await self._queues.snapshot()
        if all(operator.state is OperatorState.AWAY for operator in snapshot.operators):
            return False
        load = Load(
            free=sum(operator.state is OperatorState.READY for operator in snapshot.operators),
            waiting=sum(_lives(place.kind, place.call) for place in snapshot.waiting),
            rung=(await self._queues.rung()).name,
        )
        return takes_back(load, _back(snapshot), self._rules)

    async def _stands(self, call: str) -> bool:
        try:
            known = await self._queues.call(call)
        except Unknown:
            return False
        return known.state is not CallState.ENDED or known.end == End.ANSWERED


def _lives(kind: CallKind, call: str) -> bool:
    return kind is CallKind.CALL and not call.startswith(NOTICE)


def _back(snapshot: Snapshot) -> int:
    talking = sum(one.state in TALKING and one.call.startswith(NOTICE) for one in snapshot.operators)
    return talking + sum(place.call.startswith(NOTICE) for place in snapshot.waiting)
