"""How each part is: marked by whoever tends it, summed up for /health."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from kezek_api.shapes import HealthView, PartState

log = structlog.get_logger(__name__)

PARTS = ("asterisk", "redis", "sql", "books", "mqtt", "speech")
VITAL = ("asterisk", "redis")  # without one of these no call is served


class Health:
    """Parts start as not there."""

    def __init__(self, parts: tuple[str, ...] = PARTS) -> None:
        self._parts = {part: PartState(ok=False, detail="starting") for part in parts}
        self._limping: set[str] = set()
        self.draining = False  # the node is going down in order

    def mark(self, part: str, ok: bool, detail: str = "", *, limps: bool = False) -> None:
        """`detail` is shown to anyone: no addresses, no secrets. `limps`: not as it should be, but it serves."""
        (self._limping.add if limps else self._limping.discard)(part)
        state = PartState(ok=ok, detail=detail)
        if self._parts.get(part) != state:
            log.info("part", part=part, ok=ok, detail=detail)
            self._parts[part] = state

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
