"""What a site may set about its reception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReceptionSettings:
    """Seconds, unless said otherwise. `skills`: language -> skills wanted of the operator (name -> least level)."""

    node: str
    queue: str = "main"
    skills: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    wrap_up_s: float = 60.0
    ring_s: int = 20  # a phone rings at most this long, and never into the end of the offer's lease
    lease_margin_s: float = 1.0  # before the lease's end, in which no phone rings any more
    place_every_s: float = 45.0
    poll_s: float = 5.0  # the waiting call reads its own state: a lost event costs no more than this
    queue_limit_s: float = 8.0  # the waiting line may be away this long; then the fallback takes the caller
    closing_limit_s: float = 120.0  # after the talk nobody waits, so that Redis may come back
    leave_limit_s: float = 2.0  # a caller given to the fallback is taken out of the line within this, or later
    link_limit_s: float = 10.0  # the exchange may refuse to ring this long; then the fallback takes the caller
    directory_limit_s: float = 1.0  # the register's answer comes within this or counts as 'nothing known'
    notes_limit_s: float = 1.0  # the notes are written within this before the call is placed, or later
