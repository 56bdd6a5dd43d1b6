"""One picture of the model, as lua/snapshot.lua makes it of Redis."""

from __future__ import annotations

from .model_operators import ModelOperators
from .model_state import ordered
from .types import CallState, End, OperatorState, QueueLoad, Snapshot, Waiting


def snapshot(model: ModelOperators) -> Snapshot:
    model.tell_time()
    people = [model.operators[name] for name in ordered(model.operators)]
    names = ordered(model.queues)
    talks = [c for c in model.live.values() if c.state is CallState.TALKING]
    waiting: list[Waiting] = []
    loads: list[QueueLoad] = []
    for queue in names:
        line = [model.calls[call] for _, call in model.ranks.get(queue, ())]
        oldest = min((c.since for c in line), default=model.now)
        waiting += [
            Waiting(c.call, queue, c.priority, c.since / 1000, position) for position, c in enumerate(line, start=1)
        ]
        loads.append(
            QueueLoad(
                queue=queue,
                waiting=len(line),
                longest_wait_s=(model.now - oldest) / 1000,
                ready=sum(o.state is OperatorState.READY and queue in o.queues and model.can_take(o) for o in people),
                talking=sum(c.queue == queue for c in talks),
                answered=model.counts[model.day, queue, End.ANSWERED],
                abandoned=model.counts[model.day, queue, End.ABANDONED],
            )
        )
    return Snapshot(
        at=model.now / 1000,
        feed_id=f"{model.feed_n}-0",
        queues=tuple(loads),
        operators=tuple(model.view(o) for o in people),
        waiting=tuple(waiting),
    )
