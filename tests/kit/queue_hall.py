"""A model of the line, its clock, and the short words of a story told about them."""

from __future__ import annotations

from kezek_queue import OperatorState, QueueSettings
from kezek_queue.model import Model
from kit.queue_twins import TestClock

SETTINGS = QueueSettings(lease_s=20, desk_timeout_s=3, wrap_up_s=30)


class Hall:
    """A model, its clock, and the short words of a story."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.line = Model(self.clock, SETTINGS)
        self.line.phones(["101", "102", "103"])

    def works(self, operator: str, phone: str, *queues: str, **skills: int) -> None:
        self.line.sign_in(operator, phone=phone, queues=queues or ("109",), skills=skills, desk=False)
        self.line.ready(operator)

    def calls(self, call: str, queue: str = "109", priority: int = 0, **skills: int) -> int:
        self.line.arrive(call, caller="", dialled="109", since=self.clock(), node="n")
        position = self.line.place(call, queue=queue, priority=priority, skills=skills).position
        self.clock.wait(1)
        return position

    def state(self, operator: str) -> tuple[str, str]:
        o = self.line.get_operator(operator)
        return (str(o.state), o.reason)

    def offered(self) -> dict[str, str]:
        """Operator -> the call that rings at his phone."""
        people = self.line.operators.values()
        return {o.operator: o.call for o in people if o.state is OperatorState.OFFERED}

    def offer(self, call: str) -> int:
        return self.line.get_call(call).offer

    def talks(self, call: str) -> int:
        offer = self.offer(call)
        self.line.accept(call, offer)
        self.line.connect(call, offer)
        return offer

    def positions(self) -> dict[str, int]:
        return {call: index for rank in self.line.ranks.values() for index, (_, _, call) in enumerate(rank, start=1)}
