"""The shapes of bulletins: what is said to callers first of all (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape
from kezek_api.shapes_duties import Language
from kezek_api.shapes_outage_orders import Moment
from kezek_api.shapes_places import AreaIn, AreaView
from kezek_register.areas import Area
from kezek_register.bulletin_types import LONGEST_WORDS, Bulletin, BulletinState

Spoken = Annotated[str, Field(max_length=LONGEST_WORDS)]
PackName = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")]


class BulletinIn(Shape):
    """`areas`: () is everybody; `pack`: only while that topic pack is on; `until`: off by itself then."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "words": {"ru": "Вода подвозится к школе номер пять.", "kk": "Су бесінші мектепке жеткізіледі."},
                    "areas": [{"scope": "street", "street_id": 3}],
                    "until": "2026-11-23T20:00:00Z",
                }
            ]
        }
    )

    words: Annotated[dict[Language, Spoken], Field(default_factory=dict, max_length=5)]
    areas: Annotated[tuple[AreaIn, ...], Field(max_length=200)] = ()
    pack: PackName = ""
    until: Moment | None = None

    def bulletin(self, id: int = 0) -> Bulletin:
        areas: tuple[Area, ...] = tuple(one.area() for one in self.areas)
        words = {str(language): text for language, text in self.words.items()}
        return Bulletin(id, "draft", words, areas=areas, pack=self.pack, until=self.until)


class BulletinView(Shape):
    """`state`: 'draft', 'on', 'off'; `recorded`: languages in which a person has spoken it: those are heard, the words
    of the others are spoken by the house's voice."""

    id: int
    state: BulletinState
    words: dict[str, str]
    recorded: tuple[str, ...]
    areas: tuple[AreaView, ...]
    pack: str
    until: AwareDatetime | None
    created_by: str
    created_at: AwareDatetime | None
    published_by: str
    published_at: AwareDatetime | None
    stopped_by: str
    stopped_at: AwareDatetime | None
    version: int


class Bulletins(Shape):
    """`longest`: characters of a language; `languages`: those in which callers are answered."""

    bulletins: tuple[BulletinView, ...]
    languages: tuple[str, ...]
    longest: int = LONGEST_WORDS
