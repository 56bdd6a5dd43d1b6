"""The site's rules, read from one TOML file: queues, hours, callbacks, recording, numbers outside.

`rules.toml` beside this file is the packaged one and says what each key means; a city names its own by KEZEK_RULES. A
wrong file is an error at start, not in a call.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kezek_api.citizens_rules import CitizensRules, OutageRules
from kezek_api.ladder.rules import CallIn, LadderError, LadderRules, LadderTable, Pack, ladder_rules
from kezek_api.limits import read_small
from kezek_api.notifier.rules import NoticeRules
from kezek_api.open311.rules import Open311Rules
from kezek_api.retention import RetentionRules
from kezek_api.settings import Settings, SettingsError
from kezek_api.storm.rules import DetectionRules
from kezek_ivr.hours import Calendar, HoursError, from_table
from kezek_ivr.prompts import LANGUAGES
from kezek_queue import QueueRules, Relax
from kezek_register import BadFile, checklists, emergency, work_rules
from kezek_register.checklists import Checklists
from kezek_register.emergency import Services
from kezek_register.work_rules import WorkRules

log = structlog.get_logger(__name__)

Level = Annotated[int, Field(ge=1, le=9)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Names = dict[str, str]  # language -> name
ListName = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class RulesError(Exception):
    """The file of rules is wrong; the message names the place and what was expected."""

    code = "rules"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Relax(_Table):
    after_s: Seconds
    lower: Annotated[int, Field(ge=0, le=9)] = 0
    drop: tuple[str, ...] = ()


class _Queue(_Table):
    names: Names = Field(default_factory=dict)
    strategy: Literal["longest_idle", "least_occupied", "best_skill"] = "longest_idle"
    capacity: Annotated[int, Field(ge=0)] = 0
    relax: tuple[_Relax, ...] = ()
    named_s: Seconds = 30.0
    together_from: Annotated[int, Field(ge=0, le=10)] = 9
    together: Annotated[int, Field(ge=1, le=20)] = 3
    callback_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    callback_retries_s: tuple[Seconds, ...] = (300.0, 1800.0)
    callback_lease_s: Annotated[float, Field(ge=10, le=300)] = 75.0
    redial_s: Seconds = 600.0
    wrap_up_extensions: Annotated[int, Field(ge=0, le=20)] = 2
    reserve: Annotated[int, Field(ge=0, le=100)] = 0
    reserve_behind: Annotated[int, Field(ge=0, le=100)] = 0
    behind_s: Seconds = 900.0

    def rules(self) -> QueueRules:
        plain = self.model_dump(exclude={"names", "relax"})
        return QueueRules(**plain, relax=tuple(Relax(each.after_s, each.lower, each.drop) for each in self.relax))


class _Wishes(_Table):
    languages: dict[str, dict[str, Level]] = Field(default_factory=dict)
    topics: dict[str, dict[str, Level]] = Field(default_factory=dict)


class _Callbacks(_Table):
    offered: bool = True
    from_s: Seconds = 180.0
    dial_s: Annotated[int, Field(ge=5, le=120)] = 40
    cut: bool = True
    cut_after_s: Annotated[float, Field(ge=5, le=600)] = 25.0
    cut_within_s: Seconds = 7200.0


class _Recording(_Table):
    mode: Literal["off", "consent", "always"] = "off"
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30


class _Speech(_Table):
    in_talk: Literal["off", "caller", "both"] = "both"


class _Dialled(_Table):
    languages: dict[Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")], str] = Field(default_factory=dict)

    @field_validator("languages")
    @classmethod
    def _spoken(cls, languages: dict[str, str]) -> dict[str, str]:
        if strange := set(languages.values()) - set(LANGUAGES):
            raise ValueError(f"no prompts of {', '.join(sorted(strange))}: there are {', '.join(LANGUAGES)}")
        return languages


class _Target(_Table):
    share_pct: Annotated[float, Field(gt=0, lt=100)] = 80.0


class _Number(_Table):
    number: Annotated[str, Field(pattern=r"^\+?[0-9]{2,15}$")]
    names: Names = Field(default_factory=dict)


class _File(_Table):
    queues: dict[str, _Queue] = Field(default_factory=dict)
    hours: dict[str, Any] = Field(default_factory=dict)
    wishes: _Wishes = _Wishes()
    dialled: _Dialled = _Dialled()
    callbacks: _Callbacks = _Callbacks()
    recording: _Recording = _Recording()
    speech: _Speech = _Speech()
    target: _Target = _Target()
    numbers: tuple[_Number, ...] = ()
    notices: NoticeRules = NoticeRules()
    citizens: CitizensRules = CitizensRules()
    work: dict[str, Any] = Field(default_factory=dict)
    retention: RetentionRules = RetentionRules()
    open311: Open311Rules = Open311Rules()
    outages: OutageRules = OutageRules()
    detection: DetectionRules = Field(default_factory=DetectionRules)
    ladder: LadderTable = LadderTable()
    call_in: dict[ListName, CallIn] = Field(default_factory=dict)
    packs: dict[ListName, Pack] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """`queues`: every queue of the site has its rules. Wishes are skills wanted: by language, and by topic.
    `checklists` and `services` have files of their own (KEZEK_CHECKLISTS, KEZEK_EMERGENCY)."""

    queues: Mapping[str, QueueRules]
    queue_names: Mapping[str, Names]
    calendar: Calendar
    language_wishes: Mapping[str, Mapping[str, int]]
    topic_wishes: Mapping[str, Mapping[str, int]]
    number_languages: Mapping[str, str]  # dialled number -> language
    callbacks: bool
    callback_from_s: float
    dial_s: int
    callbacks_cut: bool
    cut_after_s: float
    cut_within_s: float
    recording: Literal["off", "consent", "always"]
    keep_days: int
    in_talk: Literal["off", "caller", "both"]  # whose words are heard in a talk with an operator
    target_pct: float
    numbers: tuple[tuple[str, Names], ...]
    notices: NoticeRules = field(default_factory=NoticeRules)
    citizens: CitizensRules = field(default_factory=CitizensRules)
    work: WorkRules = field(default_factory=WorkRules)
    retention: RetentionRules = field(default_factory=RetentionRules)
    open311: Open311Rules = field(default_factory=Open311Rules)
    outages: OutageRules = field(default_factory=OutageRules)
    detection: DetectionRules = field(default_factory=DetectionRules)
    ladder: LadderRules = field(default_factory=LadderRules)
    checklists: Checklists = field(default_factory=checklists.load)
    services: Services = field(default_factory=emergency.load)

    def queue_name(self, queue: str, language: str) -> str:
        return named(self.queue_names.get(queue, {}), language) or queue

    def extensions(self, queues: Collection[str]) -> int:
        """How often whoever serves these queues may prolong a wrap-up."""
        return max((rules.wrap_up_extensions for name, rules in self.queues.items() if name in queues), default=0)


def named(names: Mapping[str, str], language: str) -> str:
    """In that language, else in English, else in any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def of_site(settings: Settings) -> Rules:
    """Raises SettingsError, with what is wrong in the file of rules, of checklists or of emergency services."""
    try:
        rules = load(settings.rules, settings.queues, settings.timezone)
        lists = checklists.load(settings.checklists or checklists.OURS)
        services = emergency.load(settings.emergency or emergency.OURS)
    except (RulesError, BadFile) as wrong:
        raise SettingsError(str(wrong)) from wrong
    rules = replace(rules, checklists=lists, services=services)
    if rules.work.calendar.zone is UTC:  # nobody has named one: the machine's own
        calendar = replace(rules.work.calendar, zone=settings.zone)
        rules = replace(rules, work=replace(rules.work, calendar=calendar))
    return rules


def load(path: Path | None, queues: Collection[str], zone: str = "") -> Rules:
    """The site's rules, or the packaged ones. `queues` are the site's; others may not be named. Raises RulesError."""
    source = path if path is not None else resources.files("kezek_api").joinpath("rules.toml")
    try:
        text = source.read_text("utf-8") if path is None else read_small(path)
        return read(tomllib.loads(text), queues, zone, path.parent if path is not None else Path())
    except (ValueError, OSError, RecursionError, RulesError) as error:  # ValueError: no TOML, no UTF-8, too large
        raise RulesError(f"{source.name}: {error}") from error


def read(table: Mapping[str, Any], queues: Collection[str], zone: str = "", folder: Path = Path()) -> Rules:
    """Raises RulesError. `zone` counts where hours and work name none; `folder` is where the file of days lies."""
    try:
        told = _File.model_validate(table)
        hours = {"zone": zone, **told.hours} if zone else told.hours
        calendar = from_table(hours, queues)
        work = work_rules.from_table({"zone": zone, **told.work}, folder)
        ladder = ladder_rules(told.ladder, told.call_in, told.packs, queues)
    except ValidationError as wrong:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
        raise RulesError(said) from None
    except HoursError as wrong:
        raise RulesError(f"hours: {wrong}") from None
    except work_rules.WorkRulesError as wrong:
        raise RulesError(f"work: {wrong}") from None
    except LadderError as wrong:
        raise RulesError(f"ladder: {wrong}") from None
    citizens, old = told.citizens.settled(told.notices.quiet)
    for key in old:
        log.warning("old_key_in_rules", key=key, now="citizens.quiet")
    if citizens.by == "sms" and not told.notices.sms.url:
        raise RulesError("citizens.by: sms needs a gateway, notices.sms.url")
    work = replace(work, tell_by=citizens.by, ask_by=work.ask_by if "ask_by" in told.work else citizens.by)
    if strange := told.queues.keys() - set(queues):
        raise RulesError(f"queues: the site has none named {', '.join(sorted(strange))}")
    return Rules(
        queues={name: told.queues.get(name, _Queue()).rules() for name in queues},
        queue_names={name: entry.names for name, entry in told.queues.items()},
        calendar=calendar,
        language_wishes=told.wishes.languages,
        topic_wishes=told.wishes.topics,
        number_languages=told.dialled.languages,
        callbacks=told.callbacks.offered,
        callback_from_s=told.callbacks.from_s,
        dial_s=told.callbacks.dial_s,
        callbacks_cut=told.callbacks.cut,
        cut_after_s=told.callbacks.cut_after_s,
        cut_within_s=told.callbacks.cut_within_s,
        recording=told.recording.mode,
        keep_days=told.recording.keep_days,
        in_talk=told.speech.in_talk,
        target_pct=told.target.share_pct,
        numbers=tuple((one.number, one.names) for one in told.numbers),
        notices=told.notices.model_copy(update={"quiet": citizens.quiet}),
        citizens=citizens,
        work=work,
        retention=told.retention,
        open311=told.open311,
        outages=told.outages,
        detection=told.detection,
        ladder=ladder,
    )
