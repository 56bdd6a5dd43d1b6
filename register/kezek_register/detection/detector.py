"""Mass outages found from trouble reports: the one class that others use. Pure.

A report hangs on its candidate areas (`gazetteer`, `evidence`); when chance does not explain what one of them has
collected (`scan`, `odds`), a suspicion opens; which households are out is found by how well regions explain the places
(`extent`, `regions`); what is confirmed explains further reports, what is dismissed raises the bar (`known`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kezek_register.areas import Area, Place
from kezek_register.detection.cases import Case, moment
from kezek_register.detection.clock import Clock
from kezek_register.detection.dismissals import Dismissals
from kezek_register.detection.evidence import Voice
from kezek_register.detection.extent import Extents
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.known import Outages
from kezek_register.detection.topics import Topic
from kezek_register.detection.types import DetectionSettings, Suspicion, SuspicionState, Town, TroubleReport, Usual

TOPICS = 64  # at once; of more, those that were silent longest are forgotten
KEYS = 50_000  # of reports, remembered against duplicates
FADED = 64  # suspicions that a person may still dismiss


class _Said(NamedTuple):
    """What a key has said; the same again changes nothing."""

    topic: str
    party: str
    place: Place
    says: str
    sure: float


class MassOutages:
    """types.Detector."""

    def __init__(self, town: Town, settings: DetectionSettings, usual: Usual) -> None:
        self._gazetteer = Gazetteer(town)
        self._extents = Extents(self._gazetteer)
        self._settings = settings
        self._usual = usual
        self._clock = Clock(settings.window_s)
        self._topics: dict[str, Topic] = {}
        self._keys: dict[str, tuple[float, _Said]] = {}
        self._outages = Outages()
        self._dismissals = Dismissals(settings.remember_s)
        self._faded: dict[str, Case] = {}  # the newest
        self._explained: list[Case] = []  # by an outage that was no suspicion's; told at the next look

    def report(self, report: TroubleReport) -> list[Suspicion]:
        said = _Said(report.topic, report.party, report.place, report.says, report.sure)
        before = self._keys.get(report.key)
        if before is not None and before[1] == said:
            return []
        if not report.topic:
            return self._views(self._taken_back(report.key, said))
        at = self._clock.take(report.at)
        if at is None:
            return []
        self._keys[report.key] = (at, said) if before is None else (before[0], said)
        while len(self._keys) > KEYS:
            del self._keys[next(iter(self._keys))]
        changed = self._tidy()
        if before is not None:
            changed += self._retracted(report.key, before[1], mended=before[1].topic == report.topic)
        topic = self._topic(report.topic)
        where = self._gazetteer.where(report.place)
        sure = min(1.0, max(0.05, report.sure)) if report.sure == report.sure else 0.5
        party = report.party or report.key
        voice = Voice(report.key, at, party, report.source, report.place, where, sure)
        if report.says == "on":
            return self._views([*changed, *topic.denied(voice)])
        if explained := self._outages.explaining(report.topic, self._place(where.spot, report.place)):
            if case := topic.cases.get(explained):
                case.heard(voice.key, voice.party, at)
                changed.append(case)
            return self._views(changed)
        return self._views([*changed, *topic.heard(voice, report.at if at == report.at.timestamp() else moment(at))])

    def tick(self, now: datetime) -> list[Suspicion]:
        self._clock.tick(now)
        return self._views(self._tidy())

    def decided(
        self,
        id: str,
        state: SuspicionState,
        areas: Sequence[Area] = (),
        now: datetime | None = None,
        topic: str = "",
        over: Sequence[Area] = (),
    ) -> None:
        if now is not None:
            self._clock.tick(now)
        case = self._case(id)
        if state == "confirmed":
            if case is not None:
                case.state = "confirmed"
            if covered := tuple(areas) or (case.areas if case else ()):
                of = case.topic if case else topic
                if new := self._outages.put(id, of, covered, over):
                    for each in self._topics.values():
                        if of in ("", each.code):
                            each.restored(new, case)
                if case is not None:
                    case.over = tuple(over)
                self._explain(id)
        elif case is not None or (case := self._faded.pop(id, None)) is not None:
            case.state = state
            self._topic(case.topic).drop(case)
            if state == "dismissed":
                self._dismissals.add(case.topic, case.region, case.score, self._clock.now or case.last_at)

    def over(self, id: str, now: datetime) -> None:
        self._clock.tick(now)
        self._outages.drop(id)
        if (case := self._case(id)) is not None:
            self._topics[case.topic].forget(case)

    def open(self) -> list[Suspicion]:
        cases = [case for topic in self._topics.values() for case in topic.cases.values() if case.state == "open"]
        return [case.view() for case in sorted(cases, key=lambda one: (one.first_at, one.id))]

    def _explain(self, outage: str) -> None:
        """What was suspected inside it is suspected no more, and does not come back when it is over."""
        for topic in self._topics.values():
            for case in [one for one in topic.cases.values() if one.state == "open"]:
                places = {self._place(voice.where.spot, voice.place) for voice in case.voices.values()}
                if places and all(self._outages.explaining(topic.code, place) == outage for place in places):
                    case.state = "faded"
                    topic.forget(case)
                    self._explained.append(case)

    def _place(self, spot: int, place: Place) -> Place:
        return self._gazetteer.spots[spot].place if spot >= 0 else place

    def _taken_back(self, key: str, said: _Said) -> list[Case]:
        """Whenever it comes: also when its report is no evidence any more, a suspicion may count it still."""
        before = self._keys.get(key)
        if before is not None:
            self._keys[key] = before[0], said
            return self._retracted(key, before[1])
        return [case for topic in self._topics.values() for case in topic.retracted(key, said.party or key)]

    def _retracted(self, key: str, before: _Said, mended: bool = False) -> list[Case]:
        topic = self._topics.get(before.topic)
        if topic is None:
            return []
        party = before.party or key
        return topic.admitted(party) if before.says == "on" else topic.retracted(key, party, mended)

    def _case(self, id: str) -> Case | None:
        return next((topic.cases[id] for topic in self._topics.values() if id in topic.cases), None)

    def _topic(self, code: str) -> Topic:
        topic = self._topics.pop(code, None)
        if topic is None:
            topic = Topic(code, self._extents, self._settings, self._usual, self._dismissals)
        self._topics[code] = topic
        if len(self._topics) > TOPICS:
            silent = (one for one, of in self._topics.items() if not of.cases)
            del self._topics[next(silent, next(iter(self._topics)))]
        topic.topics = len(self._topics)
        return topic

    def _tidy(self) -> list[Case]:
        now = self._clock.now
        if now is None:
            return []
        while self._keys and (first := next(iter(self._keys.items())))[1][0] < now - 2 * self._settings.window_s:
            del self._keys[first[0]]
        self._dismissals.expire(now)
        changed, self._explained = self._explained, []
        for topic in self._topics.values():
            changed += topic.tidy(now)
        return changed

    def _views(self, changed: Sequence[Case]) -> list[Suspicion]:
        """Each once, as it is now."""
        self._faded |= {case.id: case for case in changed if case.state == "faded"}
        while len(self._faded) > FADED:
            del self._faded[next(iter(self._faded))]
        return [case.view() for case in {case.id: case for case in changed}.values()]
