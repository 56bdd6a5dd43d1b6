"""Outages that are confirmed, and what was dismissed a while ago: what they mean for a new report. Bounded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kezek_register.areas import Area, Place, covers, hook, hooks

MOST = 2000  # of either; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Known:
    id: str
    topic: str
    areas: tuple[Area, ...]
    over: tuple[Area, ...] = ()


class Outages:
    """A place asks for its own ids, a dozen or so."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._hanging: dict[tuple[str, int], dict[str, list[Area]]] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._known

    def put(self, id: str, topic: str, areas: Sequence[Area], over: Sequence[Area] = ()) -> tuple[Area, ...]:
        """`topic` '': of any; `over`: of the areas what it explains no more. What of that is new."""
        before = self._known[id].over if id in self._known else ()
        self.drop(id)
        self._known[id] = Known(id, topic, tuple(areas), tuple(over))
        for area in areas:
            self._hanging.setdefault(hook(area), {}).setdefault(id, []).append(area)
        while len(self._known) > MOST:
            self.drop(next(iter(self._known)))
        return tuple(area for area in over if area not in before)

    def drop(self, id: str) -> None:
        known = self._known.pop(id, None)
        for area in known.areas if known else ():
            hanging = self._hanging.get(hook(area), {})
            hanging.pop(id, None)
            if not hanging:
                self._hanging.pop(hook(area), None)

    def explaining(self, topic: str, place: Place) -> str:
        """The id of one that covers the place, '' for none. A house that is not known is explained by an outage that
        has houses of its street."""
        for on in hooks(place):
            for id, areas in self._hanging.get(on, {}).items():
                if self._known[id].topic not in ("", topic):
                    continue
                for area in areas:
                    of_street = area.scope == "houses" and not place.house and area.street_id == place.street_id
                    if of_street or covers(area, place):
                        if any(covers(part, place) for part in self._known[id].over):
                            break
                        return id
        return ""
