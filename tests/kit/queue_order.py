"""Whom an offer has passed over, as the model knows it."""

from __future__ import annotations

from kezek_queue import FeedEvent
from kezek_queue.model import Model
from kezek_queue.model_line import FIELD, meets


def overtaken(model: Model, offered: FeedEvent) -> list[tuple[str, str]]:
    """(who stands, who is offered): those who go before the one offered and whom the same operator could serve. Ask it
    while the event is being told. Callbacks give way by their share and are not looked at."""
    rank, o = model.calls[offered.call].rank, model.operators[offered.operator]
    found = []
    for lane, line in model.lines.items():
        queue, wish, wanted, kind = lane.split(FIELD)
        name, _, level = wish.partition("=")
        wishes = {name: int(level)} if wish else {}
        if kind == "c" and not wanted and queue in o.serving and meets(o.skills, wishes) and line[0][:2] < rank:
            found.append((line[0][2], offered.call))
    return found
