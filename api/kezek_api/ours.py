"""Where a node meets the calls of one exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kezek_api.memory import Memory
from kezek_queue import Queues
from kezek_telephony import Telephony


@dataclass(frozen=True, slots=True)
class Ours:
    """`queue_of` a number dialled. `conducted`: by this node, at any exchange."""

    telephony: Telephony
    queues: Queues
    memory: Memory
    exchange: str = ""
    queue_of: Callable[[str], str] = lambda dialled: ""
    conducted: Callable[[str], bool] = lambda call: False

    def strays(self, call: str) -> bool:
        """Nobody here conducts it."""
        return self.telephony.lines.get(call) is None and not self.conducted(call)
