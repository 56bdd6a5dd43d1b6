"""The rules of the waiting line in plain Python, without I/O: the same verbs as the Lua scripts, word for word.

Every verb reads the clock once, checks, and only then changes anything, so a raised error leaves all as it was. The
parts, each on the one before: model_state (what is kept), model_moves (operators), model_line (places, matching),
model_legs (a call between its operators), then the verbs: model_calls, model_offers, model_operators, model_restore,
and here what falls due and the rules.
"""

from __future__ import annotations

from collections.abc import Callable

from .model_restore import ModelRestore
from .model_state import verb
from .rules import QueueRules
from .settings import QueueSettings
from .types import CallState

DUE_AT_ONCE = 200  # what one tick ends at most
IDLE_TICK_S = 1.0


class Model(ModelRestore):
    def __init__(self, clock: Callable[[], float], settings: QueueSettings | None = None) -> None:
        super().__init__(clock, settings or QueueSettings())

    @verb
    def configure(self, queue: str, rules: QueueRules) -> None:
        self.rules[queue] = rules
        self.match()

    @verb
    def tick(self) -> float:
        for _ in range(2):  # whose offer lapsed may have stood behind for long enough
            due = [(when, what.encode(), what) for what, when in self.due.items() if when <= self.now]
            due.sort()
            for _, _, what in due[:DUE_AT_ONCE]:
                if self.due.get(what, self.now + 1) <= self.now:
                    del self.due[what]
                    self._end_due(what)
        self.match()
        nearest = min(self.due.values(), default=self.now + 1000)
        return min(IDLE_TICK_S, max(0.0, (nearest - self.now) / 1000))

    def _end_due(self, what: str) -> None:
        kind, _, name = what.partition(":")
        match kind:
            case "desk":
                self.desk_silent(self.operators[name])
            case "until":
                self.to_next(self.operators[name], self.now)
            case "lease":
                self.lapse(self.calls[name])
            case "help":
                self.lapse_helper(self.calls[name])
            case "relax":
                c = self.calls[name]
                self.out_of_line(c)
                self.into_line(c)
            case "behind":
                self.no_longer_behind(self.calls[name])
            case "later":
                c = self.calls[name]
                c.state, c.until = CallState.WAITING, 0
                c.line_at = self.now
                self.stand(c)
