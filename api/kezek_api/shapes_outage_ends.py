"""The shapes of an outage's end: steps, what is left of it, who is called out and who is helped first (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Text
from kezek_api.shapes_places import AreaIn, AreaView, Id
from kezek_register.outage_types import FirstHelp, Restoration


class RestorationView(Shape):
    """A step of the end, or the end itself (`closes`); `areas`: empty is all that was left; `households`: told by it;
    `still_out`: who had said so when it was taken back."""

    step: int
    at: AwareDatetime
    who: str
    why: str
    areas: tuple[AreaView, ...]
    closes: bool
    households: int
    still_out: int
    taken_back_at: AwareDatetime | None
    taken_back_by: str

    @classmethod
    def of(cls, value: Restoration, areas: tuple[AreaView, ...]) -> RestorationView:
        return cls(
            step=value.step,
            at=value.at,
            who=value.who,
            why=value.why,
            areas=areas,
            closes=value.closes,
            households=value.households,
            still_out=value.still_out,
            taken_back_at=value.taken_back_at,
            taken_back_by=value.taken_back_by,
        )


class RestoreIn(Shape):
    """The parts where it is over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"areas": [{"scope": "street", "street_id": 3}], "why": "Switched to the other feeder"}]
        }
    )

    areas: Annotated[tuple[AreaIn, ...], Field(min_length=1, max_length=1000)]
    why: Text = ""


class ReopenIn(Shape):
    """Without `areas` its end is taken back: the last one, a `step`, or with `whole` all of them. With `areas` what is
    left there becomes an outage of its own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "Closed by mistake"}]})

    why: Text = ""
    step: Annotated[int, Field(ge=1, le=100_000)] | None = None
    whole: bool = False
    areas: Annotated[tuple[AreaIn, ...], Field(max_length=1000)] = ()


class LeftView(Shape):
    """A place that is still out. `households`: that live there; `parties`: that say so, of `answered`; `certainty`: 0
    to 1, that it is a fault of its own."""

    kind: Literal["house", "houses", "part"]
    areas: tuple[AreaView, ...]
    words: str
    households: int
    parties: int
    answered: int
    certainty: float


class StillOutView(Shape):
    """`nowhere`: who say so and of whom nobody knows where they live; `mistaken`: so many that it was closed by
    mistake, `words` says it."""

    groups: tuple[LeftView, ...]
    nowhere: int
    answered: int
    still_out: int
    mistaken: bool
    words: str


class LifeSafetyLine(Shape):
    building_id: int
    street: str
    house: str
    special_needs: str
    lifts: int
    done_at: AwareDatetime | None
    done_by: str
    note: str

    @classmethod
    def of(cls, value: FirstHelp, street: str) -> LifeSafetyLine:
        return cls(
            building_id=value.building_id,
            street=street,
            house=value.house,
            special_needs=value.special_needs,
            lifts=value.lifts,
            done_at=value.done_at,
            done_by=value.done_by,
            note=value.note,
        )


class LifeSafety(Shape):
    """What is not seen to yet comes first."""

    lines: tuple[LifeSafetyLine, ...]


class SeenToIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"building_id": 17, "note": "A neighbour is with her"}]})

    building_id: Id
    note: Text = ""
    done: bool = True
