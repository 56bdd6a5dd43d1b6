"""One topic: its evidence and its suspicions, report by report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kezek_register.areas import Area, covers
from kezek_register.detection.cases import Case, Ids, moment
from kezek_register.detection.dismissals import Dismissals
from kezek_register.detection.evidence import Evidence, Voice
from kezek_register.detection.extent import Extents
from kezek_register.detection.joining import Joining
from kezek_register.detection.lines import areas_of
from kezek_register.detection.odds import against, bar, certainty, surprise
from kezek_register.detection.pace import Pace
from kezek_register.detection.regions import Region
from kezek_register.detection.scan import Found, Level, Scan
from kezek_register.detection.types import DetectionSettings, Usual

LEAST_TOPICS = 4
FITTED = 60  # reports that an extent is found from
EACH = 8  # with so few voices it is found anew by each
GROWTH, GROWTH_LATER = 1.2, 1.5  # then when there are so many times more: an extent's error goes as 1 / voices
CLEAR = 10.0  # nats over the bar
LIVELY = 3.0  # nats: less surprising than that, a suspicion's reports are the usual ones of its areas
EARLIER_S = 300.0  # before a suspicion's first report: who called then may be of it
BY_SENSOR, BY_CREW = 5.6, 8.0  # nats of one who says that nothing is missing
DOUBTED = 0.5  # a suspicion less certain than that fades


class Topic:
    """`cases`: open and confirmed ones, by id."""

    def __init__(
        self, code: str, extents: Extents, settings: DetectionSettings, usual: Usual, dismissals: Dismissals
    ) -> None:
        self.code = code
        self.topics = LEAST_TOPICS
        self.cases: dict[str, Case] = {}
        self._gazetteer = gazetteer = extents.gazetteer
        self._settings = settings
        self._usual = usual
        self._dismissals = dismissals
        self._evidence = Evidence(gazetteer, settings.window_s)
        self._scan = Scan(gazetteer, settings.least_parties, settings.window_s)
        self._extents = extents
        self._joining = Joining(extents)
        self._pace = Pace(lambda at: usual.rate(code, moment(at)))
        self._ids = Ids()

    def heard(self, voice: Voice, at: datetime) -> list[Case]:
        """What changes by a report that no outage explains."""
        self._pace.heard(voice.at)
        if (known := self._evidence.voices.get(voice.party)) is not None:
            case = self.cases.get(known.case)
            if case is not None:
                case.heard(voice.key, voice.party, voice.at)
            known.said(voice)
            better = voice.sure >= known.sure and voice.where.spot >= 0 and voice.where != known.where
            if not better and not known.where.spot < 0 <= voice.where.spot:
                return [case] if case is not None else []
            self._replace(known, voice)
        else:
            voice.said(voice)
            self._evidence.add(voice)
        rate = self._rate(voice.at)
        now_bar = bar(rate, max(LEAST_TOPICS, self.topics), self._settings.alarms_month)
        case = next((one for one in self.cases.values() if one.holds(voice)), None)
        # what a suspicion beyond doubt explains is not looked at for another one
        if case is None or voice.where.spot < 0 or case.score < now_bar + CLEAR:
            found = self._scan.best(self._evidence, voice, self._level(rate, voice))
            if found is not None and found.score >= max(now_bar, self._dismissals.bar(self.code, found.voices)):
                return self._alarm(found, voice, rate, now_bar)
        if case is None:
            return []
        case.take(voice)
        return self._judge(case, voice, rate, now_bar)

    def retracted(self, key: str, party: str, mended: bool = False) -> list[Case]:
        """What that report has said was wrong; `mended`: and is said rightly in a moment. What else its party said
        stands."""
        changed = [case for case in self.cases.values() if key in case.keys]
        for case in changed:
            case.unheard(key)
        voice = self._evidence.voices.get(party)
        if voice is None or key not in voice.words:
            voice = next((one for case in changed if (one := case.voices.get(party)) and one.key == key), None)
            if voice is None:
                return changed
        voice.words.pop(key, None)
        if voice.words:
            if voice.key == key:
                other, word = max(voice.words.items(), key=lambda each: (each[1].where.spot >= 0, each[1].sure))
                again = Voice(other, voice.at, party, *word, words=voice.words)
                self._replace(voice, again)
            return changed
        self._evidence.remove(voice)
        its = self.cases.get(voice.case)
        if its is None:
            return changed
        its.lose(voice)
        if not mended:
            self._weaker(its, voice.at)
        return [*changed, its]

    def admitted(self, party: str) -> list[Case]:
        """Who said that nothing is missing has taken it back."""
        changed = [case for case in self.cases.values() if party in case.against]
        for case in changed:
            case.certainty = against(case.certainty, -case.against.pop(party))
        return changed

    def denied(self, voice: Voice) -> list[Case]:
        """A sensor or a crew says that nothing is missing there: of those who said so before it, none counts. `sure`:
        what it says of a part alone speaks by so much against the whole."""
        changed: list[Case] = []
        nats = (BY_CREW if voice.source == "crew" else BY_SENSOR) * voice.sure
        for case in [*self.cases.values()]:
            if not case.holds(voice):
                continue
            if voice.party not in case.against:
                case.against[voice.party] = nats
                case.certainty = against(case.certainty, nats)
            changed.append(case)
        for one in [*self._evidence.voices.values()]:
            if one.at <= voice.at + 60 and one.at_place_of(voice):
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
        faded = [case for case in self.cases.values() if case.state == "open" and case.lively_at < quiet]
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
            case = Case(self._ids.new(self.code, first.key), self.code, Region(self._gazetteer), first.at, voice.at)
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
        case.beside += not case.region.holds(voice)
        growth = GROWTH if many <= 30 else GROWTH_LATER
        if many <= EACH or many >= growth * case.fitted or case.beside >= max(3, 0.15 * many):
            case.fitted, case.beside = many, 0
            changed += self._fit(case, rate)
        for one in changed:
            chance = certainty(one.score, now_bar, self._settings.alarms_month)
            one.certainty = against(chance, one.weight_against)
            share = min(1.0, one.region.homes / self._gazetteer.total)
            one.usual = rate / 3600 * max(60.0, one.last_at - one.first_at) * share
            window = self._settings.window_s
            lately = sum(1 for at in one.lately if at > voice.at - window)
            if surprise(lately, rate / 3600 * window * share, 3.0) >= LIVELY:
                one.lively_at = max(one.lively_at, one.last_at)
        return changed

    def _fit(self, case: Case, rate: float) -> list[Case]:
        near = [one for one in self._evidence.since(case.first_at - EARLIER_S) if one.case in ("", case.id)]
        if case.over:
            near = [one for one in near if not any(covers(area, one.place) for area in case.over)]
        loose = [one for one in near if one.case not in self.cases][:FITTED]
        own = [*case.voices.values()]
        usual = rate / 3600 * (case.last_at - case.first_at + EARLIER_S)
        some = [*own[:: 1 + len(own) // FITTED], *loose]
        region = self._extents.best(some, usual * len(some) / max(1, len(own) + len(loose)))
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
            many = len(case.voices) + len(other.voices)
            if many < GROWTH * case.compared.get(other.id, 0):
                continue
            case.compared[other.id] = other.compared[case.id] = many
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
        new = Case(
            self._ids.new(self.code, first.key), self.code, Region(self._gazetteer), first.at, first.at, of=(case.id,)
        )
        self.cases[new.id] = new
        for one in others:
            case.lose(one)
            new.take(one)
        new.score, new.lively_at = case.score, case.lively_at
        for each in (case, new):
            self._grow(each, self._extents.best([*each.voices.values()][:FITTED], usual))
        return [new, *self._merge(new, usual)]

    def _replace(self, known: Voice, voice: Voice) -> None:
        """The same party's place, better understood."""
        case = self.cases.get(known.case)
        self._evidence.remove(known)
        voice.at, voice.case, voice.words = known.at, known.case if case is not None else "", known.words
        if case is not None:
            case.voices[voice.party] = voice
        self._evidence.add(voice)

    def _weaker(self, case: Case, at: float) -> None:
        """By one voice: about what one of so many gave goes with it."""
        left = len(case.voices)
        case.score *= left / (left + 1)
        now_bar = bar(self._rate(at), max(LEAST_TOPICS, self.topics), self._settings.alarms_month)
        case.certainty = against(certainty(case.score, now_bar, self._settings.alarms_month), case.weight_against)
        if case.state == "open" and (left < self._settings.least_parties or case.certainty < DOUBTED):
            case.state = "faded"
            self.drop(case)

    def _rate(self, at: float) -> float:
        """Reports an hour that are usual now."""
        return max(1e-4, self._usual.rate(self.code, moment(at)) * self._pace.factor())

    def _level(self, rate: float, voice: Voice) -> Level:
        loose = sum(1.0 for one in self._evidence.voices.values() if one.case not in self.cases and one.fresh)
        each = 1.0 / self._gazetteer.total
        for territory in voice.where.territories:
            share = self._usual.share(self.code, territory)
            homes = self._gazetteer.households(("t", territory))
            if share is not None and homes > 0:
                each = max(0.2 / self._gazetteer.total, share / homes)
        return Level(rate / 3600, each, loose, rate * self._settings.window_s / 3600)
