"""One picture of the model, as lua/snapshot.lua makes it of Redis."""

from __future__ import annotations

from .model_operators import ModelOperators
from .model_state import ordered
from .types import CallKind, End, OperatorState, QueueLoad, Snapshot, Waiting


def snapshot(model: ModelOperators, *, places: bool = True) -> Snapshot:
    model.tell_time()
    people = [model.operators[name] for name in ordered(model.operators)]
    waiting: list[Waiting] = []
    loads: list[QueueLoad] = []
    talks = [model.calls[o.call] for o in people if o.state is OperatorState.TALKING and not o.helps]
    for queue in ordered(model.queues):
        line = [model.calls[call] for _, _, call in model.ranks.get(queue, ())]
        waiting += [
            Waiting(c.call, queue, c.priority, c.place_since / 1000, position, c.kind)
            for position, c in enumerate(line[: model.settings.places_shown if places else 0], start=1)
        ]
        loads.append(
            QueueLoad(
                queue=queue,
                waiting=len(line),
                longest_wait_s=(model.now - min((c.line_at for c in line), default=model.now)) / 1000,
                ready=sum(o.state is OperatorState.READY and queue in o.serving and model.can_take(o) for o in people),
                talking=sum(c.queue == queue for c in talks),
                answered=model.counts[model.day, queue, End.ANSWERED],
                abandoned=model.counts[model.day, queue, End.ABANDONED],
                callbacks=sum(c.kind is CallKind.CALLBACK for c in line),
                refused=model.counts[model.day, queue, End.REFUSED],
            )
        )
    return Snapshot(
        at=model.now / 1000,
        feed_id=f"{model.feed_n}-0",
        queues=tuple(loads),
        operators=tuple(o.view() for o in people),
        waiting=tuple(waiting),
    )
