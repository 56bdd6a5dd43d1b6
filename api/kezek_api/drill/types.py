"""The words of a drill: what is planned, what a site gives, what was seen from outside, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

Stage = Literal["known", "over"]  # of a storm: it is confirmed or opened by hand; it is closed
WhenTold = Literal["presses", "stays", "leaves"]  # 1: that is all he wanted to know; waits on; hangs up

# --- what is planned --------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What may happen to a part."""

    NODE_KILLED = "node_killed"
    NODE_FROZEN = "node_frozen"
    NODE_DRAINED = "node_drained"  # SIGTERM, as an update does
    NODE_LOG_FULL = "node_log_full"  # nothing can be written to its log, or to any file of its own
    BOOKS_KILLED = "books_killed"
    REDIS_KILLED = "redis_killed"  # comes back with its data
    REDIS_EMPTIED = "redis_emptied"  # comes back without
    REDIS_FROZEN = "redis_frozen"
    SQL_AWAY = "sql_away"
    AMI_CUT = "ami_cut"
    AMI_HALF_OPEN = "ami_half_open"  # open, and nothing comes through
    AMI_DROPS_EVENTS = "ami_drops_events"
    AMI_DOUBLES_EVENTS = "ami_doubles_events"
    AMI_DELAYED = "ami_delayed"
    FASTAGI_CUT = "fastagi_cut"
    FASTAGI_DELAYED = "fastagi_delayed"
    SOUND_CUT = "sound_cut"
    SOUND_STALLED = "sound_stalled"
    REDIS_LINK_CUT = "redis_link_cut"  # of one node
    REDIS_LINK_DELAYED = "redis_link_delayed"
    BROKER_KILLED = "broker_killed"
    DESK_DEAD = "desk_dead"  # an operator's page stops answering
    PHONE_DEAD = "phone_dead"  # an operator's phone dies without a word
    ASTERISK_KILLED = "asterisk_killed"


@dataclass(frozen=True, slots=True)
class Fault:
    """`at_s` after the load began, mended `for_s` later. `target`: the node, exchange, operator it befalls, '' where
    there is one only."""

    number: int
    at_s: float
    kind: Kind
    target: str
    for_s: float


@dataclass(frozen=True, slots=True)
class CallerPlan:
    """Dials `at_s` after the load began, at this exchange first. `number` is his own, E.164, nobody else's."""

    number: str
    at_s: float
    exchange: str
    press: str  # the digit after the greeting: '0' straight to an operator, '9' an emergency, '' speaks
    patience_s: float  # hangs up when nobody has talked with him by then
    storm: int = 0  # he lives in that storm's street; 0: elsewhere
    when_told: WhenTold = "stays"  # of the outage of his house
    dials_when: Stage | None = None  # and not before the manager has come so far with that storm


@dataclass(frozen=True, slots=True)
class Storm:
    """A street of its own, in which something fails `at_s` after the load began; it is mended, and said to be so, at
    `closes_s`. Each of its `numbers` is another household's."""

    number: int  # from 1
    at_s: float
    closes_s: float
    numbers: tuple[str, ...]

    @property
    def street(self) -> str:
        """Its name, and its code."""
        return f"Буря-{self.number}"


# --- what a site gives to those who call it ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExchangePoint:
    """An Asterisk as a phone knows it: all on 127.0.0.1."""

    name: str
    sip_port: int
    trunk_port: int  # where it dials the city
    phones: Mapping[str, str] = field(default_factory=dict, repr=False)  # number -> password


@dataclass(frozen=True, slots=True)
class SitePoints:
    """Of a running site. The URLs are direct ones: no fault of the drill lies between."""

    folder: Path
    home: Path  # where the programs are: kezek_api.provision.programs.program(home, 'sipp')
    site: str
    exchanges: Mapping[str, ExchangePoint]
    pages: Mapping[str, str]  # node -> base URL
    redis_url: str
    sql_url: str
    staff: Mapping[str, str] = field(default_factory=dict, repr=False)  # operator's login -> password
    phone_of: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # login -> (phone, exchange it registers at)
    manager: tuple[str, str] = field(default=("", ""), repr=False)  # login and password
    streets: Mapping[str, int] = field(default_factory=dict)  # of storms: name -> id


# --- what was seen from outside ---------------------------------------------------------------------------------------


class Left(StrEnum):
    """How a dial ended, as the caller's own phone has it."""

    HUNG_UP = "hung_up"  # the caller did: his patience was over, or he had been served
    RELEASED = "released"  # the line did, by BYE
    CUT = "cut"  # the exchange was gone: no answer to a BYE, or sound ended for good
    REFUSED = "refused"  # an answer of 4xx to 6xx
    UNREACHED = "unreached"  # no exchange gave any sign


@dataclass(slots=True)
class Seen:
    """One caller, from outside. Times are seconds since the load began; 0 for what never was."""

    plan: CallerPlan
    exchange: str = ""  # that took the call
    answered_at: float = 0.0
    left_at: float = 0.0
    left: Left = Left.UNREACHED
    silence_s: float = 0.0  # the longest, between answer and end
    silence_at: float = 0.0  # when it began
    tried: tuple[str, ...] = ()  # exchanges that gave no sign, or none but 'trying': one may have had him all the same
    told_at: list[float] = field(default_factory=list)  # when he began to hear of an outage


@dataclass(frozen=True, slots=True)
class Ring:
    """An operator's phone rang for a caller; `talked_s` is 0 when it was not picked up."""

    operator: str
    caller: str  # the number shown
    at_s: float
    ended_s: float
    talked_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OutsideDial:
    """We dialled a citizen; `answered_s` is 0 when his phone only rang."""

    number: str
    at_s: float
    answered_s: float = 0.0
    ended_s: float = 0.0


@dataclass(slots=True)
class Outaged:
    """What the manager did about a storm. Seconds since the load began; 0 for what has not been."""

    storm: Storm
    id: int = 0  # the outage's
    by_hand: bool = False  # nothing had been suspected in time
    suspected_at: float = 0.0
    begins_at: float = 0.0  # he had not said so before
    closing_at: float = 0.0  # he had not closed it before
    closed_at: float = 0.0  # it certainly was


@dataclass(frozen=True, slots=True)
class ToldOver:
    """What the register says of one household when its outage is over."""

    outage: int
    phone: str
    tell: bool  # it wanted to be told
    notices: tuple[str, ...] = ()  # the state of each that says so


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the history, as the register has it."""

    call: str
    caller: str
    kind: str  # call | callback
    end: str  # '' when it has none
    by_fallback: bool = False


# --- the verdict ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Verdict:
    """`lost`, `doubled`, `stuck` name the callers and operators with what is wrong, in words; `ends` counts callers by
    the history's end, `unreached` apart: their exchange was dead, or died before it had written them down."""

    seed: int
    offered: int = 0
    faults: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    longest_silence_s: float = 0.0
    ends: dict[str, int] = field(default_factory=dict)
    unreached: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)  # faults thrown
    misjudged: list[str] = field(default_factory=list)  # the history says something else than what was seen
    silent: str = ""  # who heard nothing for the longest
    mistold: list[str] = field(default_factory=list)  # of an outage: wrongly, not at all, or twice
    storms: int = 0
    by_hand: int = 0  # of the storms, not suspected in time
    heard: int = 0  # callers who heard of their outage
    told_over: int = 0  # households that were told that it is over

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.misjudged or self.mistold)
