"""The shapes of what crews say of suspicions and outages (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Text
from kezek_api.shapes_duties import Code
from kezek_api.shapes_places import AreaIn, AreaView
from kezek_register.area_words import Named
from kezek_register.detection.types import Says
from kezek_register.outage_types import Level
from kezek_register.sql.crew_words import MOST_AREAS
from kezek_register.trouble_types import CrewWord


class WordIn(Shape):
    """`on`: nothing is missing there; `out`: it is. `areas`: left out, all of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"says": "on", "why": "The pump runs, we are at the house"}]}
    )

    says: Says
    areas: Annotated[tuple[AreaIn, ...], Field(max_length=MOST_AREAS)] = ()
    why: Text = ""


class WordOfIn(WordIn):
    """As it was heard from a crew by telephone. `organisation`: whose, '' is who answers for it."""

    organisation: Code | Literal[""] = ""


class WordView(Shape):
    """`by`: the login of whoever wrote it down; `areas`: empty is all of it."""

    id: int
    at: AwareDatetime | None
    suspicion_id: int | None
    outage_id: int | None
    organisation: str
    by: str
    says: Says
    areas: tuple[AreaView, ...]
    why: str

    @classmethod
    def of(cls, one: CrewWord, named: Named, language: str) -> WordView:
        told = {name: getattr(one, name) for name in cls.model_fields if name != "areas"}
        return cls(**told, areas=tuple(AreaView.of(area, named.title(area, language)) for area in one.areas))


class ExecutorSuspicion(Shape):
    """What may be out where his organisation answers."""

    id: int
    topic: str
    words: str
    areas: tuple[AreaView, ...]
    first_at: AwareDatetime
    last_at: AwareDatetime
    households: int
    said: tuple[WordView, ...]


class ExecutorOutage(Shape):
    """What is out where his organisation answers; `restored`: over already there."""

    id: int
    topic: str
    level: Level
    cause: str
    areas: tuple[AreaView, ...]
    restored: tuple[AreaView, ...]
    starts_at: AwareDatetime
    expected_at: AwareDatetime | None
    said: tuple[WordView, ...]


class ExecutorTroubles(Shape):
    suspicions: tuple[ExecutorSuspicion, ...]
    outages: tuple[ExecutorOutage, ...]
