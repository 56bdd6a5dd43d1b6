"""The shapes of the numbers (docs/api.md): the wallboard, cohorts, staffing."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from kezek_api.shapes import Operator, QueueLoad, Shape, moment
from kezek_api.shapes_ladder import RungState
from kezek_queue import figures as line


class ServiceLevels(Shape):
    """Per cent, by five formulas of the field; null while nobody was answered or left the line."""

    sl_1: float | None = None
    sl_2: float | None = None
    sl_3: float | None = None
    sl_4: float | None = None
    sl_5: float | None = None

    @classmethod
    def of(cls, value: line.ServiceLevels) -> ServiceLevels:
        return cls(sl_1=value.sl_1, sl_2=value.sl_2, sl_3=value.sl_3, sl_4=value.sl_4, sl_5=value.sl_5)


class Totals(Shape):
    """Of the calls that arrived since local midnight: offered = answered + abandoned + other_ends + in_progress."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    other_ends: int = 0
    in_progress: int = 0
    service_level_pct: float | None = None  # SL-3
    service_levels: ServiceLevels = ServiceLevels()
    asa_s: float | None = None
    aht_s: float | None = None
    occupancy_pct: float | None = None
    longest_wait_s: float = 0.0  # of today, those who still wait included
    refused: int = 0
    callbacks_pending: int = 0

    @classmethod
    def of(cls, value: line.Figures, *, callbacks_pending: int) -> Totals:
        return cls(
            offered=value.offered,
            answered=value.answered,
            abandoned=value.abandoned,
            other_ends=value.other_ends,
            in_progress=value.in_progress,
            service_level_pct=value.levels.sl_3,
            service_levels=ServiceLevels.of(value.levels),
            asa_s=value.asa_s,
            aht_s=value.aht_s,
            occupancy_pct=value.occupancy_pct,
            longest_wait_s=value.longest_wait_s,
            refused=value.ends["refused"],
            callbacks_pending=callbacks_pending,
        )


class ChartMinute(Shape):
    minute: AwareDatetime
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    waiting_max: int = 0


class Wallboard(Shape):
    at: AwareDatetime
    queues: tuple[QueueLoad, ...]
    operators: tuple[Operator, ...]
    totals: Totals
    ends: dict[str, int]
    chart: tuple[ChartMinute, ...]
    rung: RungState  # of the ladder of overload


class Emergency(Shape):
    answered: int
    within_10_s: float | None  # per cent
    within_15_s: float | None
    within_20_s: float | None
    average_s: float | None
    longest_tenth_s: float | None


class Figures(Shape):
    """One cohort: the calls that arrived in [since, until), whenever they end; offered = sum of ends + in_progress."""

    since: AwareDatetime | None
    until: AwareDatetime | None
    queue: str
    operator: str
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    other_ends: int
    in_progress: int
    ends: dict[str, int]
    answered_in_time: int
    abandoned_in_time: int
    sl_1: float | None
    sl_2: float | None
    sl_3: float | None
    sl_4: float | None
    sl_5: float | None
    asa_s: float | None
    aht_s: float | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    longest_wait_s: float
    abandoned_after_s: float | None
    occupancy_pct: float | None
    transferred: int
    callbacks: int
    ready_s: float
    paused_s: float
    signed_in_s: float
    emergency: Emergency | None

    @classmethod
    def of(cls, value: line.Figures) -> Figures:
        urgent = value.emergency
        return cls(
            since=moment(value.since),
            until=moment(value.until),
            queue=value.queue,
            operator=value.operator,
            offered=value.offered,
            answered=value.answered,
            abandoned=value.abandoned,
            short_abandoned=value.short_abandoned,
            other_ends=value.other_ends,
            in_progress=value.in_progress,
            ends=value.ends,
            answered_in_time=value.answered_in_time,
            abandoned_in_time=value.abandoned_in_time,
            sl_1=value.levels.sl_1,
            sl_2=value.levels.sl_2,
            sl_3=value.levels.sl_3,
            sl_4=value.levels.sl_4,
            sl_5=value.levels.sl_5,
            asa_s=value.asa_s,
            aht_s=value.aht_s,
            talk_s=value.talk_s,
            hold_s=value.hold_s,
            wrap_up_s=value.wrap_up_s,
            longest_wait_s=value.longest_wait_s,
            abandoned_after_s=value.abandoned_after_s,
            occupancy_pct=value.occupancy_pct,
            transferred=value.transferred,
            callbacks=value.callbacks,
            ready_s=value.ready_s,
            paused_s=value.paused_s,
            signed_in_s=value.signed_in_s,
            emergency=None
            if urgent is None
            else Emergency(
                answered=urgent.answered,
                within_10_s=urgent.within_10_s,
                within_15_s=urgent.within_15_s,
                within_20_s=urgent.within_20_s,
                average_s=urgent.average_s,
                longest_tenth_s=urgent.longest_tenth_s,
            ),
        )


class FiguresList(Shape):
    figures: tuple[Figures, ...]


class Outcome(Shape):
    """What so many operators give, by Erlang A."""

    operators: int
    service_level_pct: float
    asa_s: float
    occupancy_pct: float
    abandoned_pct: float


class StaffingHour(Shape):
    """`calls` expected in the hour, from the same hour of the last weeks, else from today; null: nothing is known.

    `operators`: how many are needed; the rest is what they would give. `given`: what the asked number would give."""

    hour: AwareDatetime
    basis: Literal["weeks", "today", ""]
    calls: float | None = None
    operators: int | None = None
    service_level_pct: float | None = None
    asa_s: float | None = None
    occupancy_pct: float | None = None
    abandoned_pct: float | None = None
    given: Outcome | None = None


class Staffing(Shape):
    """`aht_s` and `patience_s` as measured; null: not enough was seen (patience: then 300 s are taken)."""

    queue: str
    aht_s: float | None
    patience_s: float | None
    target_pct: float
    within_s: float
    hours: tuple[StaffingHour, ...]
