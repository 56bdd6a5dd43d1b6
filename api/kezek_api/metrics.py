"""Prometheus: the wallboard's picture and the parts' health, read when asked; a registry of our own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kezek_api import logs
from kezek_api.figures_of_parts import of_health
from kezek_api.health import Health
from kezek_api.wallboard import Board
from kezek_queue.types import OperatorState


class _Now(Collector):
    def __init__(self, board: Board, health: Health, desks: int) -> None:
        self._board = board
        self._health = health
        self._desks = desks

    def collect(self) -> Iterator[Metric]:
        yield from of_health(self._health)
        for figures in self._health.figures:
            yield from figures()
        yield GaugeMetricFamily("kezek_desks", "Desks open at this node", value=self._desks)
        yield CounterMetricFamily("kezek_log_lines_lost", "Lines that the log did not take", value=logs.lost())
        picture = self._board.latest
        if picture is None:
            return
        waiting = GaugeMetricFamily("kezek_queue_waiting", "Callers waiting", labels=["queue"])
        longest = GaugeMetricFamily("kezek_queue_longest_wait_seconds", "The longest present wait", labels=["queue"])
        for load in picture.queues:
            waiting.add_metric([load.queue], load.waiting)
            longest.add_metric([load.queue], load.longest_wait_s)
        yield waiting
        yield longest
        operators = GaugeMetricFamily("kezek_operators", "Operators by state", labels=["state"])
        for name, number in Counter(one.state.value for one in picture.operators).items():
            operators.add_metric([name], number)
        yield operators
        here = [one for one in picture.operators if one.state is not OperatorState.AWAY]
        mute = sum(not one.reachable for one in here)
        yield GaugeMetricFamily("kezek_operators_without_phone", "Signed in, the phone is not registered", mute)
        blind = sum(not one.desk for one in here)
        yield GaugeMetricFamily("kezek_operators_without_page", "Signed in, no page of theirs answers", blind)
        ends = CounterMetricFamily(
            "kezek_calls_ended", "Calls that arrived since local midnight, by their end", labels=["end"]
        )
        for end, number in picture.ends.items():
            ends.add_metric([end], number)
        yield ends
        yield GaugeMetricFamily(
            "kezek_calls_in_progress", "Of the same calls, those without an end", picture.totals.in_progress
        )


def render(board: Board, health: Health, desks: int) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Now(board, health, desks))
    return generate_latest(registry)
