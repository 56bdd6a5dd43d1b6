"""The shapes of who answers for what: organisations, kinds of assets, rules, findings (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from kezek_api.shapes import Shape, Short, Text
from kezek_api.shapes_places import AreaIn, AreaView
from kezek_register.duty_types import AssetKind, Duty, Finding, Organisation
from kezek_register.notice_types import NoticeChannel

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Language = Literal["kk", "ru", "uk", "en", "ko"]
Names = Annotated[dict[Language, Annotated[Short, Field(min_length=1)]], Field(min_length=1, max_length=5)]
Number = Annotated[str, Field(max_length=32, pattern=r"^[0-9-]*$")]  # a registration number
Url = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x20\x7f]*$")]


class OrganisationView(Shape):
    """`parent`: the code of its head; `foreign`: not the city's own; `hours`: a calendar of the site's rules, '' is day
    and night; `phone`: of the one on duty; `channel` and `address`: how a ticket reaches it."""

    code: str
    names: dict[str, str]
    parent: str
    foreign: bool
    hours: str
    phone: str
    channel: NoticeChannel
    address: str
    active: bool
    version: int

    @classmethod
    def of(cls, value: Organisation) -> OrganisationView:
        return cls(
            code=value.code,
            names=value.names,
            parent=value.parent,
            foreign=value.foreign,
            hours=value.hours,
            phone=value.phone,
            channel=value.channel,
            address=value.address,
            active=value.active,
            version=value.version,
        )


class Organisations(Shape):
    organisations: tuple[OrganisationView, ...]
    next: str = ""


class OrganisationIn(Shape):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "names": {"kk": "Су арнасы", "ru": "Водоканал", "uk": "Водоканал", "en": "Waterworks"},
                    "parent": "",
                    "phone": "+77009990201",
                    "channel": "call",
                    "address": "+77009990201",
                }
            ]
        }
    )

    names: Names
    parent: Short = ""
    foreign: bool = False
    hours: Short = ""
    phone: Short = ""
    channel: NoticeChannel = "none"
    address: Url = ""
    active: bool = True


class NewOrganisationIn(OrganisationIn):
    code: Code


class AssetKindView(Shape):
    code: str
    names: dict[str, str]

    @classmethod
    def of(cls, value: AssetKind) -> AssetKindView:
        return cls(code=value.code, names=value.names)


class AssetKinds(Shape):
    asset_kinds: tuple[AssetKindView, ...]


class DutyView(Shape):
    """A rule: in this area that organisation answers for this kind of asset; the narrower area wins."""

    id: int
    asset_kind: str
    organisation: str
    area: AreaView
    note: str
    version: int

    @classmethod
    def of(cls, value: Duty, title: str = "") -> DutyView:
        return cls(
            id=value.id,
            asset_kind=value.asset_kind,
            organisation=value.organisation,
            area=AreaView.of(value.area, title),
            note=value.note,
            version=value.version,
        )


class Duties(Shape):
    duties: tuple[DutyView, ...]
    next: str = ""


class DutyIn(Shape):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "asset_kind": "water_pipe",
                    "organisation": "vodokanal",
                    "area": {"scope": "territory", "territory_id": 1},
                    "note": "Contract 14/2025",
                }
            ]
        }
    )

    asset_kind: Code
    organisation: Code
    area: AreaIn
    note: Text = ""


class AnswerView(Shape):
    """Who answers there, by which rule; `others`: rules just as special that name somebody else (an overlap)."""

    organisation: OrganisationView
    duty: DutyView
    others: tuple[DutyView, ...]


class Answer(Shape):
    answer: AnswerView | None


class FindingView(Shape):
    what: Literal["gap", "overlap"]
    asset_kind: str
    duties: tuple[DutyView, ...]
    buildings: int
    example: str

    @classmethod
    def of(cls, value: Finding, duties: tuple[DutyView, ...]) -> FindingView:
        return cls(
            what=value.what,
            asset_kind=value.asset_kind,
            duties=duties,
            buildings=value.buildings,
            example=value.example,
        )


class Findings(Shape):
    findings: tuple[FindingView, ...]
