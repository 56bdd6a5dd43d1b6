"""One topic: its evidence, its level of today, and its suspicions. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from kezek_register.detection.cases import Case, moment, new_id
from kezek_register.detection.evidence import Evidence, Voice
from kezek_register.detection.extent import Extents
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.lines import areas_of
from kezek_register.detection.odds import bar, certainty
from kezek_register.detection.regions import Region
from kezek_register.detection.scan import Found, Level, Scan
from kezek_register.detection.types import DetectionSettings, Usual

LEAST_TOPICS = 4
FITTED = 120  # reports that an extent is found from
BY_SENSOR, BY_CREW = 5.6, 8.0  # nats of one who says that nothing is missing


class Dismissals:
    """What was dismissed and how strong it was then."""

    def __init__(self, gazetteer: Gazetteer, remember_s: float) -> None:
        self._gazetteer = gazetteer
        self._remember_s = remember_s
        self._said: list[tuple[float, str, Region, float]] = []

    def add(self, case: Case, now: float) -> None:
        self._said = [*self._said, (now, case.topic, case.region, case.score)][-200:]

    def expire(self, now: float) -> None:
        if self._said and self._said[0][0] < now - self._remember_s:
            self._said = [one for one in self._said if one[0] >= now - self._remember_s]

    def bar(self, topic: str, voices: Sequence[Voice]) -> float:
        """What a score there must pass, 0 where nothing was dismissed."""
        found = 0.0
        for _, of, region, score in self._said:
            if of != topic or score < found:
                continue
            if any(region.holds(one) for one in voices):
                found = score
        return found + 10.0 if found else 0.0


class Topic:
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

    def heard(self, voice: Voice, at: datetime) -> list[Case]:
        """What changes by a report that no outage explains."""
        if (known := self._evidence.voices.get(voice.party)) is not None:
            case = self.cases.get(known.case)
            if not (voice.sure > known.sure + 0.1 or (known.where.spot < 0 <= voice.where.spot)):
                if case is None:
                    return []
                case.heard(voice.key, voice.party, voice.at)
                return [case]
            self._evidence.remove(known)
            voice.at = known.at
            if case is not None:
                case.voices.pop(known.party, None)
        self._evidence.add(voice)
        rate = max(1e-4, self._usual.rate(self.code, at))
        level = self._level(rate, voice)
        found = self._scan.best(self._evidence, voice, level)
        now_bar = bar(rate, max(LEAST_TOPICS, self.topics), self._settings.alarms_month)
        if found is not None and found.score >= max(now_bar, self._dismissals.bar(self.code, found.voices)):
            return self._alarm(found, voice, rate, now_bar)
        case = next((one for one in self.cases.values() if one.region.holds(voice)), None)
        if case is None:
            return []
        case.take(voice)
        self._judge(case, voice, rate, now_bar)
        return [case]

    def denied(self, voice: Voice) -> list[Case]:
        """A sensor or a crew says that nothing is missing there: of those who said so before it, none counts."""
        changed: list[Case] = []
        nats = BY_CREW if voice.source == "crew" else BY_SENSOR
        for one in [*self._evidence.voices.values()]:
            if one.at <= voice.at + 60 and self._same_place(one, voice):
                self._evidence.remove(one)
                if (case := self.cases.get(one.case)) is not None:
                    case.voices.pop(one.party, None)
        for case in [*self.cases.values()]:
            if not case.region.holds(voice):
                continue
            if voice.party not in case.against:
                case.against.add(voice.party)
                case.weight_against += nats
            left = len(case.voices) / max(1, len(case.parties))
            case.certainty = self._against(case.certainty * left, case.weight_against)
            if case.certainty < 0.5 or len(case.voices) < self._settings.least_parties:
                case.state = "faded"
                self.close(case)
                for one in case.voices.values():
                    self._evidence.remove(one)
            changed.append(case)
        return changed

    def tidy(self, now: float) -> list[Case]:
        """What time alone changes."""
        self._evidence.expire(now)
        faded = [case for case in self.cases.values() if case.last_at < now - self._settings.quiet_s]
        for case in faded:
            case.state = "faded"
            self.close(case)
        return faded

    def close(self, case: Case) -> None:
        """It is no open suspicion any more; its reports stay what they were."""
        self.cases.pop(case.id, None)

    def _alarm(self, found: Found, voice: Voice, rate: float, now_bar: float) -> list[Case]:
        ids = [one.case for one in found.voices if one.case in self.cases]
        if voice.case not in self.cases:
            ids += [case.id for case in self.cases.values() if case.region.holds(voice)][:1]
        if not ids:
            first = min(found.voices, key=lambda one: (one.at, one.key))
            id = new_id(self.code, first.key)
            case = Case(id, self.code, Region(self._gazetteer), first.at, voice.at)
            self.cases[id] = case
        else:
            case = self.cases[max(set(ids), key=ids.count)]
        for one in found.voices:
            if one.case not in self.cases:
                case.take(one)
        case.take(voice)
        case.score = max(case.score, found.score)
        self._judge(case, voice, rate, now_bar)
        return [case]

    def _judge(self, case: Case, voice: Voice, rate: float, now_bar: float) -> None:
        """Its extent, its certainty and its words, as of its latest report."""
        many = len(case.voices)
        if many <= 10 or many >= 1.1 * case.fitted or not case.region.holds(voice):
            case.fitted = many
            self._fit(case, rate)
        case.certainty = self._against(certainty(case.score, now_bar, self._settings.alarms_month), case.weight_against)
        share = case.region.homes / self._gazetteer.total
        case.usual = rate / 3600 * max(60.0, case.last_at - case.first_at) * min(1.0, share)

    def _fit(self, case: Case, rate: float) -> None:
        near = [one for one in self._evidence.since(case.first_at - 300) if one.case in ("", case.id)]
        loose = [one for one in near if not one.case]
        own = [*case.voices.values()]
        step = max(1, len(own) // FITTED)
        voices = [*own[::step], *loose[:FITTED]]
        usual = rate / 3600 * (case.last_at - case.first_at + 300)
        region = self._extents.best(voices, usual)
        for one in loose:
            if region.holds(one):
                case.take(one)
        before = case.region.homes if case.areas else 0
        case.region = region
        case.areas = areas_of(self._gazetteer, region)
        if region.homes > before:
            case.grown.append((moment(case.last_at), region.homes))
            del case.grown[:-60]

    def _level(self, rate: float, voice: Voice) -> Level:
        loose = sum(1.0 for one in self._evidence.voices.values() if one.case not in self.cases and one.fresh)
        share: float | None = None
        each = 1.0 / self._gazetteer.total
        for territory in voice.where.territories:
            share = self._usual.share(self.code, territory)
            homes = self._gazetteer.households(("t", territory))
            if share is not None and homes > 0:
                each = max(0.2 * each, share / homes)
        return Level(rate / 3600, each, loose, rate * self._settings.window_s / 3600)

    def _against(self, chance: float, nats: float) -> float:
        if nats <= 0:
            return chance
        odds = chance / max(1e-9, 1.0 - chance) * math.exp(-nats)
        return odds / (1.0 + odds)

    def _same_place(self, one: Voice, other: Voice) -> bool:
        if other.where.spot >= 0:
            return one.where.spot == other.where.spot
        if other.where.street:
            return one.where.street == other.where.street
        return any(part in one.where.parts for part in other.where.parts[-1:])
