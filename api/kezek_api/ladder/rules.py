"""The site's ladder of overload: `[ladder]`, `[call_in]` and `[packs]` of rules.toml.

The defaults suit a town of one hotline: elevated and overload come and go by rule, the emergency by a person's word. A
table names what differs from them, key by key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kezek_ivr.prompts import LANGUAGES, prompt_texts
from kezek_queue.ladder.types import CallbackOffer, Climb, RungName, RungRules

ALL = "*"
Limit = Annotated[float, Field(ge=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Share = Annotated[float, Field(ge=0, le=0.5)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_/.-]{1,64}$")]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")]
Names = dict[str, Annotated[str, Field(max_length=300)]]
SMALL = ("garbage", "street_lighting", "landscaping", "animals", "roads")  # what an operator adds little to


class LadderError(ValueError):
    """The message names the place and what was expected."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rung(_Table):
    waiting_per_operator: Limit = 0.0
    wait_s: Limit = 0.0
    arrivals_times_usual: Limit = 0.0
    free_trunks: Annotated[int, Field(ge=-1, le=10_000)] = -1
    up_s: Seconds = 30.0
    down: Annotated[float, Field(gt=0, le=1)] = 0.6
    down_s: Seconds = 300.0
    first: tuple[Name, ...] = ()
    callback: CallbackOffer = "rules"
    record: tuple[Name, ...] = ()
    divert: dict[str, Phone] = Field(default_factory=dict)
    second_line: tuple[str, ...] = ()
    call_in: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    told_last: bool = False
    reserve: Share = 0.0
    reserve_behind: Share = 0.0
    names: Names = Field(default_factory=dict)
    does: Names = Field(default_factory=dict)

    def rules(self, queues: Collection[str]) -> RungRules:
        climb = Climb(
            waiting_per_operator=self.waiting_per_operator or None,
            wait_s=self.wait_s or None,
            arrivals_times_usual=self.arrivals_times_usual or None,
            free_trunks=self.free_trunks if self.free_trunks >= 0 else None,
            up_s=self.up_s,
            down=self.down,
            down_s=self.down_s,
        )
        return RungRules(
            climb=climb,
            first=self.first,
            callback=self.callback,
            record=self.record,
            divert=dict(self.divert),
            second_line=tuple(queues) if ALL in self.second_line else self.second_line,
            call_in=self.call_in,
            packs=self.packs,
            told_last=self.told_last,
            reserve=self.reserve,
            reserve_behind=self.reserve_behind,
            names=dict(self.names),
            does=dict(self.does),
        )


class _Normal(_Rung):
    names: Names = {"kk": "Қалыпты", "ru": "Обычный", "uk": "Звичайний", "en": "Normal"}


class _Elevated(_Rung):
    waiting_per_operator: Limit = 1.5
    wait_s: Limit = 180.0
    arrivals_times_usual: Limit = 4.0
    told_last: bool = True
    record: tuple[Name, ...] = SMALL
    second_line: tuple[str, ...] = (ALL,)
    reserve: Share = 0.05
    reserve_behind: Share = 0.2
    names: Names = {"kk": "Жоғары", "ru": "Повышенный", "uk": "Підвищений", "en": "Elevated"}


class _Overload(_Rung):
    waiting_per_operator: Limit = 4.0
    wait_s: Limit = 600.0
    free_trunks: Annotated[int, Field(ge=-1, le=10_000)] = 2
    first: tuple[Name, ...] = ("overload",)
    told_last: bool = True
    callback: CallbackOffer = "everyone"
    record: tuple[Name, ...] = SMALL
    second_line: tuple[str, ...] = (ALL,)
    reserve: Share = 0.05
    reserve_behind: Share = 0.2
    names: Names = {"kk": "Шамадан тыс", "ru": "Перегрузка", "uk": "Перевантаження", "en": "Overload"}


class _Emergency(_Rung):
    down_s: Seconds = 1800.0
    first: tuple[Name, ...] = ("overload",)
    told_last: bool = True
    callback: CallbackOffer = "everyone"
    record: tuple[Name, ...] = SMALL
    second_line: tuple[str, ...] = (ALL,)
    reserve: Share = 0.05
    reserve_behind: Share = 0.2
    names: Names = {"kk": "Күшейтілген режим", "ru": "Усиленный режим", "uk": "Посилений режим", "en": "Emergency"}


class LadderTable(_Table):
    on: bool = True
    normal: _Normal = _Normal()
    elevated: _Elevated = _Elevated()
    overload: _Overload = _Overload()
    emergency: _Emergency = _Emergency()


class OffShift(_Table):
    """Somebody who may be called in. `login`: of whom is at work already nobody asks."""

    number: Phone
    name: Annotated[str, Field(max_length=100)] = ""
    login: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=8)] = ""


class CallIn(_Table):
    """People who are telephoned in this order until `enough` have agreed, `at_once` at one time; in quiet hours too
    unless `quiet`."""

    people: tuple[OffShift, ...] = ()
    enough: Annotated[int, Field(ge=1, le=1000)] = 1
    at_once: Annotated[int, Field(ge=1, le=100)] = 2
    quiet: bool = False


class Pack(_Table):
    """Topics of the day: digits of the menu that name them, and bulletins or prompts that everybody hears."""

    names: Names = Field(default_factory=dict)
    topics: dict[Annotated[str, Field(pattern=r"^[1-8]$")], Name] = Field(default_factory=dict)
    first: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderRules:
    """`on`: False, it moves by hand alone."""

    on: bool = True
    rungs: Mapping[RungName, RungRules] = field(default_factory=lambda: rungs_of(LadderTable(), ()))
    call_in: Mapping[str, CallIn] = field(default_factory=dict)
    packs: Mapping[str, Pack] = field(default_factory=dict)


def rungs_of(table: LadderTable, queues: Collection[str]) -> dict[RungName, RungRules]:
    return {
        "normal": table.normal.rules(queues),
        "elevated": table.elevated.rules(queues),
        "overload": table.overload.rules(queues),
        "emergency": table.emergency.rules(queues),
    }


def ladder_rules(
    table: LadderTable, call_in: Mapping[str, CallIn], packs: Mapping[str, Pack], queues: Collection[str]
) -> LadderRules:
    """Raises LadderError for a queue, a list or a pack that there is none of."""
    rungs = rungs_of(table, queues)
    for rung, rules in rungs.items():
        for what, named, known in (
            ("divert", rules.divert, queues),
            ("second_line", rules.second_line, queues),
            ("call_in", rules.call_in, call_in),
            ("packs", rules.packs, packs),
            ("names", rules.names, LANGUAGES),
            ("does", rules.does, LANGUAGES),
        ):
            if strange := sorted(set(named) - set(known)):
                raise LadderError(f"{rung}.{what}: there is no {', '.join(strange)}")
    said = prompt_texts("en")
    for name, pack in packs.items():
        if strange := sorted({f"topic/{code}" for code in pack.topics.values()} - said.keys()):
            raise LadderError(f"packs.{name}: there is no prompt {', '.join(strange)}")
    for name, one in call_in.items():
        if strange := sorted({person.language for person in one.people} - {"", *LANGUAGES}):
            raise LadderError(f"call_in.{name}: no prompts of {', '.join(strange)}")
    return LadderRules(table.on, rungs, dict(call_in), dict(packs))
