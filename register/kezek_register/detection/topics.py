"""One topic: its evidence and its suspicions, report by report. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from kezek_register.areas import Area, covers
from kezek_register.detection.cases import Case, moment, new_id
from kezek_register.detection.dismissals import Dismissals
from kezek_register.detection.evidence import Evidence, Voice
from kezek_register.detection.extent import Extents
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.joining import Joining
from kezek_register.detection.lines import areas_of
from kezek_register.detection.odds import bar, certainty
from kezek_register.detection.regions import Region
from kezek_register.detection.scan import Found, Level, Scan
from kezek_register.detection.types import DetectionSettings, Usual

LEAST_TOPICS = 4
FITTED = 120  # reports that an extent is found from
EARLIER_S = 300.0  # before a suspicion's first report: who called then may be of it
BY_SENSOR, BY_CREW = 5.6, 8.0  # nats of one who says that nothing is missing
DOUBTED = 0.5  # a suspicion less certain than that fades


class Topic:
    """`cases`: open and confirmed ones, by id."""

    def __init__(
        self, code: str, gazetteer: Gazetteer, settings: DetectionSettings, usual: Usual, dismissals: Dismissals
    ) -> None:
        self.code = code
        self.topics = LEAST_TOPICS
        self.cases: dict[str, Case] = {}
        self._gazetteer = gazetteer
        self._settings = settings
        self._usual = usual
        self._dismissals = dismissals
        self._evidence = Evidence(gazetteer, settings.window_s)
        self._scan = Scan(gazetteer, settings.least_parties, settings.window_s)
        self._extents = Extents(gazetteer)
        self._joining = Joining(gazetteer, self._extents)

    def heard(self, voice: Voice, at: datetime) -> list[Case]:
        """What changes by a report that no outage explains."""
        if (known := self._evidence.voices.get(voice.party)) is not None:
            case = self.cases.get(known.case)
            if case is not None:
                case.heard(voice.key, voice.party, voice.at)
            better = voice.sure >= known.sure and voice.where.spot >= 0 and voice.where != known.where
            if not better and not known.where.spot < 0 <= voice.where.spot:
                return [case] if case is not None else []
            # the same caller's place, better understood
            self._evidence.remove(known)
            voice.at, voice.case = known.at, known.case if case is not None else ""
            if case is not None:
                case.voices[voice.party] = voice
        self._evidence.add(voice)
        rate = max(1e-4, self._usual.rate(self.code, at))
        found = self._scan.best(self._evidence, voice, self._level(rate, voice))
        now_bar = bar(rate, max(LEAST_TOPICS, self.topics), self._settings.alarms_month)
        if found is not None and found.score >= max(now_bar, self._dismissals.bar(self.code, found.voices)):
            return self._alarm(found, voice, rate, now_bar)
        case = next((one for one in self.cases.values() if one.holds(voice)), None)
        if case is None:
            return []
        case.take(voice)
        return self._judge(case, voice, rate, now_bar)

    def retracted(self, key: str, party: str) -> list[Case]:
        """What that report has said was wrong."""
        voice = self._evidence.voices.get(party)
        if voice is None or voice.key != key:
            return []
        self._evidence.remove(voice)
        case = self.cases.get(voice.case)
        if case is None:
            return []
        case.lose(voice)
        if case.state == "open" and len(case.voices) < 2:
            case.state = "faded"
            self.drop(case)
        return [case]

    def denied(self, voice: Voice) -> list[Case]:
        """A sensor or a crew says that nothing is missing there: of those who said so before it, none counts. `sure`:
        what it says of a part alone speaks by so much against the whole."""
        changed: list[Case] = []
        nats = (BY_CREW if voice.source == "crew" else BY_SENSOR) * voice.sure
        for case in [*self.cases.values()]:
            if not case.holds(voice):
                continue
            if voice.party not in case.against:
                case.against.add(voice.party)
                case.weight_against += nats
                case.certainty = _against(case.certainty, nats)
            changed.append(case)
        for one in [*self._evidence.voices.values()]:
            if one.at <= voice.at + 60 and _same_place(one, voice):
                self._evidence.remove(one)
                if (case_of := self.cases.get(one.case)) is not None:
                    case_of.voices.pop(one.party, None)
        for case in changed:
            few = len(case.voices) < self._settings.least_parties
            if case.state == "open" and (few or case.certainty < DOUBTED):
                case.state = "faded"
                self.drop(case)
                for one in [*case.voices.values()]:
                    self._evidence.remove(one)
        return changed

    def restored(self, areas: Sequence[Area], of: Case | None) -> None:
        """There it is over: what was said there before, and what that case was made of, is evidence no more."""
        for one in [*self._evidence.voices.values()]:
            case = self.cases.get(one.case)
            if (case is not None and case is of) or (case is None and any(covers(area, one.place) for area in areas)):
                self._evidence.remove(one)
        if of is not None:
            of.voices.clear()

    def tidy(self, now: float) -> list[Case]:
        """What time alone changes."""
        self._evidence.expire(now)
        quiet = now - self._settings.quiet_s
        faded = [case for case in self.cases.values() if case.state == "open" and case.last_at < quiet]
        for case in faded:
            case.state = "faded"
            self.drop(case)
        return faded

    def drop(self, case: Case) -> None:
        """It is no suspicion any more; its reports stay what they were."""
        self.cases.pop(case.id, None)

    def forget(self, case: Case) -> None:
        """It is over, and its reports with it."""
        self.drop(case)
        for one in [*case.voices.values()]:
            self._evidence.remove(one)

    def _alarm(self, found: Found, voice: Voice, rate: float, now_bar: float) -> list[Case]:
        ids = [one.case for one in found.voices if one.case in self.cases]
        if not ids:
            ids = [case.id for case in self.cases.values() if case.holds(voice)]
        if ids:
            case = self.cases[max(sorted(set(ids)), key=ids.count)]
        else:
            first = min(found.voices, key=lambda one: (one.at, one.key))
            case = Case(new_id(self.code, first.key), self.code, Region(self._gazetteer), first.at, voice.at)
            self.cases[case.id] = case
        for one in (*found.voices, voice):
            if one.case not in self.cases:
                next((other for other in self.cases.values() if other.holds(one)), case).take(one)
        case.score = max(case.score, found.score)
        return self._judge(case, voice, rate, now_bar)

    def _judge(self, case: Case, voice: Voice, rate: float, now_bar: float) -> list[Case]:
        """Its extent, its certainty, whether it is one with others or two, as of its latest report."""
        changed = [case]
        many = len(case.voices)
        if many <= 10 or many >= 1.1 * case.fitted or not case.region.holds(voice):
            case.fitted = many
            changed += self._fit(case, rate)
        for one in changed:
            chance = certainty(one.score, now_bar, self._settings.alarms_month)
            one.certainty = _against(chance, one.weight_against)
            share = min(1.0, one.region.homes / self._gazetteer.total)
            one.usual = rate / 3600 * max(60.0, one.last_at - one.first_at) * share
        return changed

    def _fit(self, case: Case, rate: float) -> list[Case]:
        near = [one for one in self._evidence.since(case.first_at - EARLIER_S) if one.case in ("", case.id)]
        if case.over:
            near = [one for one in near if not any(covers(area, one.place) for area in case.over)]
        loose = [one for one in near if one.case not in self.cases][:FITTED]
        own = [*case.voices.values()]
        usual = rate / 3600 * (case.last_at - case.first_at + EARLIER_S)
        region = self._extents.best([*own[:: 1 + len(own) // FITTED], *loose], usual)
        for one in loose:
            if region.holds(one):
                case.take(one)
        if case.state == "confirmed" and region.overlap(case.region) < 0.95:
            region = case.region.joined(region)
        self._grow(case, region)
        if case.state == "open" and (others := self._joining.two(region, own, self._settings.least_parties + 1, usual)):
            return self._split(case, others, usual)
        return self._merge(case, usual)

    def _grow(self, case: Case, region: Region) -> None:
        before = case.region.homes if case.areas else 0
        case.region = region
        case.areas = areas_of(self._gazetteer, region)
        if region.homes > before:
            case.grew(moment(case.last_at))

    def _merge(self, case: Case, usual: float) -> list[Case]:
        """The older one goes on; a confirmed one before an open one."""
        changed: list[Case] = []
        for other in [one for one in self.cases.values() if one is not case][:4]:
            if other.state == case.state == "confirmed" or case.id not in self.cases:
                continue
            if other.over or case.over:  # what is reported where it is restored is a fault of its own
                continue
            region = self._joining.one(
                case.region, other.region, [*case.voices.values(), *other.voices.values()], usual
            )
            if region is None:
                continue
            keep, gone = sorted((case, other), key=lambda one: (one.state != "confirmed", one.first_at, one.id))
            keep.absorb(gone)
            self.drop(gone)
            self._grow(keep, region if keep.state == "open" else keep.region.joined(region))
            changed += [keep, gone]
        return changed

    def _split(self, case: Case, others: list[Voice], usual: float) -> list[Case]:
        first = min(others, key=lambda one: (one.at, one.key))
        new = Case(new_id(self.code, first.key), self.code, Region(self._gazetteer), first.at, first.at, of=(case.id,))
        if new.id in self.cases:
            return []
        self.cases[new.id] = new
        for one in others:
            case.lose(one)
            new.take(one)
        new.score = case.score
        for each in (case, new):
            self._grow(each, self._extents.best([*each.voices.values()][:FITTED], usual))
        return [new, *self._merge(new, usual)]

    def _level(self, rate: float, voice: Voice) -> Level:
        loose = sum(1.0 for one in self._evidence.voices.values() if one.case not in self.cases and one.fresh)
        each = 1.0 / self._gazetteer.total
        for territory in voice.where.territories:
            share = self._usual.share(self.code, territory)
            homes = self._gazetteer.households(("t", territory))
            if share is not None and homes > 0:
                each = max(0.2 / self._gazetteer.total, share / homes)
        return Level(rate / 3600, each, loose, rate * self._settings.window_s / 3600)


def _against(chance: float, nats: float) -> float:
    odds = chance / max(1e-9, 1.0 - chance) * math.exp(-nats)
    return odds / (1.0 + odds)


def _same_place(one: Voice, other: Voice) -> bool:
    """Whether `one` is at the place that `other` speaks of."""
    if other.where.spot >= 0:
        return one.where.spot == other.where.spot
    if other.where.street:
        return one.where.street == other.where.street
    return bool(other.where.parts) and other.where.parts[-1] in one.where.parts
