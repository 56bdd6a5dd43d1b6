"""Which pop belongs on an operator's screen at this moment, as the line has it."""

from __future__ import annotations

from collections.abc import Mapping

from kezek_api import shapes
from kezek_api.callfile import CallFiles
from kezek_api.pop import Phase, pop_of
from kezek_queue.types import OperatorState, Queues

PHASES: dict[OperatorState, Phase] = {
    OperatorState.OFFERED: "ringing",
    OperatorState.TALKING: "talking",
    OperatorState.WRAP_UP: "wrap_up",
}


async def present_pop(
    queues: Queues, files: CallFiles, login: str, now: float, names: Mapping[str, str]
) -> shapes.Pop | None:
    """The pop that belongs on this operator's screen now, if any: of a call that rings, with others or as a helper, of
    the talk, or of the one wrapped up."""
    operator = await queues.operator(login)
    phase = PHASES.get(operator.state)
    if phase is None or not operator.call:
        return None
    call = await queues.call(operator.call)
    if phase == "ringing" and login not in (call.operator, call.helper, *call.ringing):
        return None
    notes, filed = await queues.notes(call.call), await files.read(call.call)
    return pop_of(call, notes, filed, phase=phase, now=now, login=login, names=names)
