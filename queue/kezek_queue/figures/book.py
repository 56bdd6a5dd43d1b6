"""Cohorts side by side: one for each interval of arrival, of all calls, of each queue or of each operator."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from .cohort import Cohort, Figures, Targets
from .facts import CallFacts, Spell

By = Literal["all", "queue", "operator"]


class Book:
    """`edges`: n + 1 ascending unix seconds are n intervals, each with its begin and without its end.

    A call is in the cohort of its arrival; of an operator, when he had a part in it. Spells are split at the edges.
    """

    def __init__(self, edges: Sequence[float], *, by: By = "all", targets: Targets | None = None) -> None:
        self._edges = list(edges)
        self._by = by
        self._targets = targets or Targets()
        self._cohorts: dict[tuple[int, str], Cohort] = {}
        if by == "all":
            for index in range(len(self._edges) - 1):
                self._cohort(index, "")

    def add(self, call: CallFacts, sign: int = 1) -> None:
        index = bisect_right(self._edges, call.since) - 1
        if 0 <= index < len(self._edges) - 1:
            if self._by == "all":
                self._cohorts[index, ""].add(call, sign)
                return
            for name in self._names(call):
                self._cohort(index, name).add(call, sign)

    def spend(self, spell: Spell, sign: int = 1) -> None:
        """An operator's spell; no queue is his alone, so by queue it is nobody's."""
        if self._by == "queue":
            return
        name = spell.operator if self._by == "operator" else ""
        index = max(0, bisect_right(self._edges, spell.began) - 1)
        while index < len(self._edges) - 1 and self._edges[index] < spell.ended:
            seconds = min(spell.ended, self._edges[index + 1]) - max(spell.began, self._edges[index])
            if seconds > 0:
                self._cohort(index, name).spend(spell.state, sign * seconds)
            index += 1

    def figures(
        self, *, now: float = 0.0, spells: Iterable[Spell] = (), spent: Mapping[str, float] | None = None
    ) -> list[Figures]:
        """Oldest first, then by name. `spells`: those that go on, as if they ended now; or `spent`, what they come to
        by state, all of the last interval."""
        present, last = list(spells), len(self._edges) - 2
        for spell in present:
            self.spend(spell)
        for state, seconds in (spent or {}).items():
            self._cohort(last, "").spend(state, seconds)
        found = [
            cohort.figures(
                since=self._edges[index],
                until=self._edges[index + 1],
                queue=name if self._by == "queue" else "",
                now=now,
            )
            for (index, name), cohort in sorted(self._cohorts.items())
            if self._by == "all" or not cohort.idle
        ]
        for spell in present:
            self.spend(spell, -1)
        for state, seconds in (spent or {}).items():
            self._cohort(last, "").spend(state, -seconds)
        return found

    def _names(self, call: CallFacts) -> Iterable[str]:
        if self._by == "operator":
            return {leg.operator for leg in call.legs.values()}
        return (call.queue,)

    def _cohort(self, index: int, name: str) -> Cohort:
        found = self._cohorts.get((index, name))
        if found is None:
            operator = name if self._by == "operator" else ""
            found = self._cohorts[index, name] = Cohort(self._targets, operator=operator)
        return found
