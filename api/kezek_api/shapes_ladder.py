"""The shapes of the ladder of overload (docs/api.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.ladder import words
from kezek_api.shapes import Shape, moment
from kezek_queue import Rung
from kezek_queue.ladder.types import CallbackOffer, Climb, Measured, RungName, RungRules
from kezek_register.rung_types import RungChange

Because = dict[str, float]


class RungState(Shape):
    """Where the ladder stands. `by`: a login, or 'rule'; `why`: a person's words; `because`: a rule's reason as data,
    {"wait_s": 312, "over": 240, "for_s": 30} or {"calm_s": 300}; `n`: a change names the one it is made of."""

    name: RungName
    since: AwareDatetime | None
    by: str
    why: str
    because: Because
    held: bool
    n: int

    @classmethod
    def of(cls, rung: Rung) -> RungState:
        return cls(
            name=rung.name,
            since=moment(rung.since) if rung.since else None,
            by=rung.by,
            why=rung.why,
            because=dict(rung.because),
            held=rung.held,
            n=rung.n,
        )


class ClimbView(Shape):
    """null: not looked at. Reached at or over any of these (free_trunks: at or under) for `up_s`; left below `down` of
    all of them for `down_s`."""

    waiting_per_operator: float | None
    wait_s: float | None
    arrivals_times_usual: float | None
    free_trunks: int | None
    up_s: float
    down: float
    down_s: float

    @classmethod
    def of(cls, climb: Climb) -> ClimbView:
        return cls(
            waiting_per_operator=climb.waiting_per_operator,
            wait_s=climb.wait_s,
            arrivals_times_usual=climb.arrivals_times_usual,
            free_trunks=climb.free_trunks,
            up_s=climb.up_s,
            down=climb.down,
            down_s=climb.down_s,
        )


class RungView(Shape):
    """A rung and what it does to calls; emergencies, silent callers and those in danger are on none. `does`: in the
    asker's language."""

    name: RungName
    names: dict[str, str]
    does: str
    climb: ClimbView
    first: tuple[str, ...]
    callback: CallbackOffer
    record: tuple[str, ...]
    divert: dict[str, str]
    second_line: tuple[str, ...]
    told_last: bool
    reserve: float
    reserve_behind: float
    call_in: tuple[str, ...]
    packs: tuple[str, ...]

    @classmethod
    def of(cls, name: RungName, rules: RungRules, language: str) -> RungView:
        return cls(
            name=name,
            names=dict(rules.names),
            does=words.does(rules, language),
            climb=ClimbView.of(rules.climb),
            first=rules.first,
            callback=rules.callback,
            record=rules.record,
            divert=dict(rules.divert),
            second_line=rules.second_line,
            told_last=rules.told_last,
            reserve=rules.reserve,
            reserve_behind=rules.reserve_behind,
            call_in=rules.call_in,
            packs=rules.packs,
        )


class MeasuredView(Shape):
    """What it climbs by, as this node saw it last; null where nobody knows."""

    at: AwareDatetime
    waiting: int
    operators: int
    wait_s: float | None
    arrivals_min: float
    usual_min: float | None
    free_trunks: int | None

    @classmethod
    def of(cls, measured: Measured) -> MeasuredView:
        return cls(
            at=datetime.fromtimestamp(measured.at, UTC),
            waiting=measured.waiting,
            operators=measured.operators,
            wait_s=measured.wait_s,
            arrivals_min=round(measured.arrivals_min, 2),
            usual_min=None if measured.usual_min is None else round(measured.usual_min, 2),
            free_trunks=measured.free_trunks,
        )


class RungChangeView(Shape):
    """`why`: a person's words, or a rule's reason in the asker's language."""

    n: int
    at: AwareDatetime
    name: RungName
    by: str
    why: str
    because: Because
    held: bool

    @classmethod
    def of(cls, change: RungChange, language: str) -> RungChangeView:
        return cls.model_validate(
            {
                "n": change.n,
                "at": change.at,
                "name": change.name,
                "by": change.by,
                "why": change.why or words.why(change.because, language),
                "because": dict(change.because),
                "held": change.held,
            }
        )


class CalledIn(Shape):
    """Somebody off shift who is telephoned for this storm. `state`: pending, claimed (it rings), agreed, or why not."""

    list: str
    name: str
    state: Literal["pending", "claimed", "agreed", "failed", "dropped", "unclear"]


class LadderView(Shape):
    """`history`: the newest first; `on`: rules move it."""

    on: bool
    rung: RungState
    rungs: tuple[RungView, ...]
    measured: MeasuredView | None
    history: tuple[RungChangeView, ...]
    called_in: tuple[CalledIn, ...]


class PresentRung(Shape):
    """For whoever answers calls. `names`: as the site calls it; `does`: in the asker's language."""

    rung: RungState
    names: dict[str, str]
    does: str


class LadderIn(Shape):
    """`n`: of the rung that was read; `held`: rules leave it where it is until it is let go."""

    model_config = ConfigDict(extra="forbid")

    name: RungName
    held: bool = False
    why: Annotated[str, Field(max_length=500)] = ""
    n: Annotated[int, Field(ge=0, le=2**53)]


def present(rung: Rung) -> dict[str, Any]:
    """For MQTT."""
    return RungState.of(rung).model_dump(mode="json")
