"""How each part is: marked by whoever tends it, summed up for /health."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import structlog
from prometheus_client.core import Metric

from kezek_api.shapes import HealthView, PartState

log = structlog.get_logger(__name__)

PARTS = ("asterisk", "redis", "sql", "books", "mqtt", "speech")
VITAL = ("asterisk", "redis")  # without one of these no call is served


class Health:
    """Parts start as not there."""

    def __init__(self, parts: tuple[str, ...] = PARTS) -> None:
        self._parts = {part: PartState(ok=False, detail="starting") for part in parts}
        self._limping: set[str] = set()
        self.losses: Counter[str] = Counter()  # part -> times that it was lost
        self.failures: Counter[str] = Counter()  # task of the house -> times that it began again
        self.figures: list[Callable[[], Iterator[Metric]]] = []  # of whoever has some, for Prometheus
        self.draining = False  # the node is going down in order

    def mark(self, part: str, ok: bool, detail: str = "", *, limps: bool = False) -> None:
        """`detail` is shown to anyone: no addresses, no secrets. `limps`: not as it should be, but it serves."""
        (self._limping.add if limps else self._limping.discard)(part)
        state = PartState(ok=ok, detail=detail)
        before = self._parts.get(part)
        if before is not None and before.ok and not ok:
            self.losses[part] += 1
        if before != state:
            log.info("part", part=part, ok=ok, detail=detail)
            self._parts[part] = state

    def failed(self, task: str) -> Callable[[Exception], None]:
        """To be told each time that this task of the house begins again."""
        return lambda error: self.failures.update((task,))

    @property
    def parts(self) -> Mapping[str, PartState]:
        return self._parts

    def view(self) -> HealthView:
        """draining: it takes no new work (503); down: a vital part is not there (503); degraded: another one."""
        if self.draining:
            return HealthView(status="draining", parts=dict(self._parts))
        if not all(self._parts[part].ok or part in self._limping for part in VITAL):
            return HealthView(status="down", parts=dict(self._parts))
        well = all(state.ok for state in self._parts.values())
        return HealthView(status="ok" if well else "degraded", parts=dict(self._parts))
