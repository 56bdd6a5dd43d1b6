"""What detection is given and what it finds, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kezek_register.areas import Area, Place

ReportSource = Literal["call", "recorded", "operator", "message", "sensor", "crew"]
Says = Literal["out", "on"]
SuspicionState = Literal["open", "confirmed", "dismissed", "faded", "merged"]


@dataclass(frozen=True, slots=True)
class TroubleReport:
    """One voice about one place. `key`: the same again is the same report ('call:<call>', 'ticket:<number>',
    'sensor:<id>:<its own number>'); `party`: who speaks ('household:55', 'phone:<hash>', 'sensor:<id>'): however often,
    a party counts once; `sure`: how certain the place is, 0 to 1; `says`: 'on' is a sensor's or a crew's word that
    nothing is missing there."""

    key: str
    at: datetime
    source: ReportSource
    topic: str  # a code of the topics' tree
    place: Place
    party: str
    sure: float = 1.0
    says: Says = "out"
    call: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A building as detection sees it. `lat`, `lon`: degrees, None where nobody knows."""

    place: Place
    households: int = 1
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the territories' or of the network's tree: its id, its parent's (None: a root), its kind."""

    id: int
    parent: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that has an address. `parts`: the network's tree, empty where nobody knows it."""

    spots: Sequence[Spot]
    territories: Sequence[Branch] = ()
    parts: Sequence[Branch] = ()


class Usual(Protocol):
    """How many reports are usual: learnt from history, safe with none."""

    def rate(self, topic: str, at: datetime) -> float:
        """Reports an hour of this topic in the whole town at that hour of that weekday; above 0."""
        ...

    def share(self, topic: str, territory: int) -> float | None:
        """Of them those from this territory, 0 to 1; None: nothing is known, by households then."""
        ...


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """`alarms_month`: false alarms allowed a month, over all topics; `window_s`: how long a report is evidence;
    `confirm_at`: the certainty above which a rule confirms by itself, 1 is never; `quiet_s`: without a new report for
    so long an open suspicion fades; `remember_s`: how long a dismissed one raises the bar for its like."""

    alarms_month: float = 1.0
    window_s: float = 3600.0
    confirm_at: float = 1.0
    least_parties: int = 3
    quiet_s: float = 2 * 3600.0
    remember_s: float = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`id`: its own for ever; `certainty`: 0 to 1, the chance that these reports are no accident; `score`: the log
    likelihood ratio behind it, nats; `usual`: how many reports of this topic these areas make in `span_s` by
    themselves; `households`: that live there; `first_at`, `last_at`: of its reports; `of`: ids that were merged into
    it, or the one that it was split from; `against`: voices that say 'on' in its areas; `grown`: the times at which its
    areas became larger, with the households then."""

    id: str
    state: SuspicionState
    topic: str
    areas: tuple[Area, ...]
    reports: int
    parties: int
    first_at: datetime
    last_at: datetime
    span_s: float
    usual: float
    certainty: float
    score: float
    households: int
    of: tuple[str, ...] = ()
    against: int = 0
    grown: tuple[tuple[datetime, int], ...] = field(default=())
    keys: tuple[str, ...] = ()  # of its reports, the oldest first


class Detector(Protocol):
    """One for a site. All of its memory is bounded; a year of traffic leaves it as it was."""

    def report(self, report: TroubleReport) -> list[Suspicion]:
        """What has changed by it: new, grown, merged, split or faded ones, each as it is now. The same again, or a
        report that is older than the window, changes nothing. What was mended comes under another key, of the same
        party: it counts where it was said last by who was no less sure; under its own key it replaces what that said,
        and a topic of '' takes it back. A clock that is off by less than the window is taken as it is; a report from
        the future counts as of the latest one known."""
        ...

    def tick(self, now: datetime) -> list[Suspicion]:
        """What time alone changes: faded ones."""
        ...

    def decided(
        self,
        id: str,
        state: SuspicionState,
        areas: Sequence[Area] = (),
        now: datetime | None = None,
        topic: str = "",
        over: Sequence[Area] = (),
    ) -> None:
        """A person or a rule has confirmed (with the outage's areas) or dismissed it. What is reported inside a
        confirmed one's areas is explained by it and raises no new suspicion but for a nested, worse one; a dismissed
        one raises the bar there for `remember_s`. An outage opened by hand is told the same way, under any id, with its
        `topic`; without one it explains every topic. Again with other areas: it has these now. `over`: parts of them
        that are restored; what was reported there is of the past, and what is from now on counts again, house by
        house."""
        ...

    def over(self, id: str, now: datetime) -> None:
        """The outage that explained these areas is over: what is reported from now on counts again."""
        ...

    def open(self) -> list[Suspicion]:
        """Those of now."""
        ...


def replayed(detector: Detector, reports: Iterable[TroubleReport]) -> list[Suspicion]:
    """The open ones after all of these, the oldest first: how a node that starts takes over."""
    for report in sorted(reports, key=lambda one: one.at):
        detector.report(report)
    return detector.open()
