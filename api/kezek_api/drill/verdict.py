"""What became of everybody: the rules of a drill. Pure; docs/reliability.md says them in words.

How a call may end is one enumeration (`End`); anything else is lost. What was seen from outside is held against it: who
talked with whom, by the phones; who hung up, by the caller's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from kezek_api.drill.types import Fault, Kind, Left, OutsideDial, Record, Ring, Seen, Verdict
from kezek_queue import End

ENDS = frozenset(end.value for end in End)
SERVED = frozenset({End.INFORMED, End.RECORDED, End.CALLBACK, End.DIVERTED, End.REFUSED})  # without an operator
EMERGENCY = "9"
NONE = "none"  # in `ends`: no row, or no end
# two processes tell of one moment, and the machine is busy
AT_ONCE_S = 0.5  # rings, and talks, overlap when they do so for longer
HARDLY_S = 0.5  # a talk so short may have been one or not: the caller hung up as it began
WRITTEN_S = 1.0  # Asterisk writes down who came once a second (its database): who came after that, died with it
SEVERED_S = 5.0  # an exchange that died so shortly before or after took the end of the call with it


def judge(
    seed: int,
    seen: Sequence[Seen],
    rings: Sequence[Ring],
    dials: Sequence[OutsideDial],
    records: Sequence[Record],
    stuck: Sequence[str],
    faults: Sequence[Fault],
) -> Verdict:
    verdict = Verdict(seed, offered=len(seen), faults=len(faults), stuck=list(stuck))
    verdict.by_kind = dict(Counter(fault.kind.value for fault in faults))
    case = _Case(faults, _by_number(records), _rung(rings))
    for one in seen:
        case.caller(one, verdict)
    emergencies = {one.plan.number for one in seen if one.plan.press == EMERGENCY}
    for number, rung in case.rings.items():
        verdict.doubled += case.two_operators(number, rung, emergency=number in emergencies)
    verdict.doubled += case.dialled_twice(dials)
    longest = max(seen, key=lambda one: one.silence_s, default=None)
    if longest is not None and longest.silence_s > 0:
        verdict.longest_silence_s, verdict.silent = longest.silence_s, longest.plan.number
    return verdict


class _Case:
    def __init__(
        self, faults: Sequence[Fault], rows: Mapping[str, list[Record]], rings: Mapping[str, list[Ring]]
    ) -> None:
        self.rows, self.rings = rows, rings
        self._deaths = [fault for fault in faults if fault.kind is Kind.ASTERISK_KILLED]

    def caller(self, one: Seen, verdict: Verdict) -> None:
        number = one.plan.number
        rows = self.rows.get(number, [])
        if one.left is Left.UNREACHED:
            verdict.unreached += 1
            verdict.lost += [f"{number}: the history's row {row.call} has no end" for row in rows if not row.end]
            return
        if one.left is Left.CUT and not rows and one.left_at - one.answered_at < WRITTEN_S:
            verdict.unreached += 1
            return
        rows = _of_this_dial(one, rows)
        row = rows[0] if rows else None
        end = row.end if row is not None else ""
        verdict.ends[end or NONE] = verdict.ends.get(end or NONE, 0) + 1
        if row is None:
            verdict.lost.append(f"{number}: {_left(one)}, and the history has no row")
            return
        bad = [row for row in rows if row.end not in ENDS]
        for each in bad:
            wrong = f"says '{each.end}'" if each.end else "has no end"
            verdict.lost.append(f"{number}: {_left(one)}, and the row {each.call} {wrong}")
        if len(rows) > 1:
            verdict.doubled.append(f"{number}: {len(rows)} rows of one call: " + ", ".join(each.call for each in rows))
        if bad or len(rows) > 1:
            return
        talked = self._talked(one)
        if one.left is Left.RELEASED and not talked and end not in SERVED and not self._died(one):
            verdict.lost.append(f"{number}: the line hung up on him, nobody had talked with him: '{end}'")
        elif wrong := self._misjudged(one, end, talked):
            verdict.misjudged.append(f"{number}: {wrong}, and the history says '{end}'")

    def _misjudged(self, one: Seen, end: str, talked: float) -> str:
        """What the history gets wrong, '' for nothing."""
        if one.left is Left.CUT:
            right = {End.CUT, End.ANSWERED} if talked else {End.CUT, *SERVED}
            return "" if end in right else "his exchange died in the call"
        if end == End.ANSWERED:
            return "" if talked else "no operator's phone talked with him"
        if end == End.CUT:
            return "" if self._died(one) else "his exchange lived"
        if end == End.ABANDONED and talked > HARDLY_S:
            return f"he talked for {talked:.1f} s"
        return ""

    def _talked(self, one: Seen) -> float:
        """Seconds that any operator's phone talked in this very call; those of a callback come later."""
        rings = self.rings.get(one.plan.number, ())
        return sum(ring.talked_s for ring in rings if ring.at_s < one.left_at)

    def _died(self, one: Seen) -> bool:
        """His exchange, about when he left."""
        return any(
            fault.target in ("", one.exchange) and abs(fault.at_s - one.left_at) < SEVERED_S for fault in self._deaths
        )

    def _spoke(self, number: str, since: float, until: float) -> bool:
        """An operator with him; who picked up and was gone before that is dialled again, as one not reached."""
        return any(ring.talked_s > HARDLY_S and since < ring.at_s < until for ring in self.rings.get(number, ()))

    def two_operators(self, number: str, rings: Sequence[Ring], *, emergency: bool) -> list[str]:
        """An emergency rings several at once: that is meant, talking is not."""
        wrong = []
        for one, other in combinations(rings, 2):
            if self._severed(one) or self._severed(other):
                continue
            if _overlap(_talk(one), _talk(other)):
                wrong.append(f"{number}: {_both(one, other)} talk with him at once")
            elif not emergency and _overlap((one.at_s, one.ended_s), (other.at_s, other.ended_s)):
                wrong.append(f"{number}: {_both(one, other)} are rung for him at once")
        return wrong

    def _severed(self, ring: Ring) -> bool:
        """An exchange died in it: its end was never told to the phone, which rings on."""
        return any(ring.at_s - SEVERED_S < fault.at_s < ring.ended_s for fault in self._deaths)

    def dialled_twice(self, dials: Sequence[OutsideDial]) -> list[str]:
        wrong = []
        by_number = defaultdict[str, list[OutsideDial]](list)
        for dial in sorted(dials, key=lambda each: each.at_s):
            by_number[dial.number].append(dial)
        for number, tried in by_number.items():
            for one, other in pairwise(tried):
                if any(one.at_s - SEVERED_S < fault.at_s < max(one.ended_s, one.at_s) + 1 for fault in self._deaths):
                    continue
                if other.at_s < one.ended_s - AT_ONCE_S:
                    wrong.append(f"{number}: dialled by us twice at once, at {one.at_s:.1f} and {other.at_s:.1f} s")
                elif one.answered_s and self._spoke(number, one.at_s, other.at_s):
                    wrong.append(f"{number}: dialled by us again at {other.at_s:.1f} s, after he had been spoken with")
        return wrong


def _of_this_dial(one: Seen, rows: list[Record]) -> list[Record]:
    """Without those of exchanges that gave him no sign and had taken the call all the same, too late for him: he had
    hung up, and stands in the history as somebody who did."""
    if len(rows) < 2 or not one.tried:
        return rows
    prefixes = tuple(f"{name}-" for name in one.tried)  # a call's name begins with its exchange's
    late = [row for row in rows if row.end in (End.ABANDONED, End.CUT) and row.call.startswith(prefixes)]
    return [row for row in rows if row not in late] or rows


def _by_number(records: Sequence[Record]) -> dict[str, list[Record]]:
    rows = defaultdict[str, list[Record]](list)
    for record in records:
        if record.kind == "call":
            rows[record.caller].append(record)
    return rows


def _rung(rings: Sequence[Ring]) -> dict[str, list[Ring]]:
    rung = defaultdict[str, list[Ring]](list)
    for ring in sorted(rings, key=lambda each: each.at_s):
        if ring.caller:
            rung[ring.caller].append(ring)
    return rung


def _talk(ring: Ring) -> tuple[float, float]:
    return ring.ended_s - ring.talked_s, ring.ended_s


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return min(one[1], other[1]) - max(one[0], other[0]) > AT_ONCE_S


def _both(one: Ring, other: Ring) -> str:
    return f"{one.operator} (from {one.at_s:.1f} s) and {other.operator} (from {other.at_s:.1f} s)"


def _left(one: Seen) -> str:
    return f"{one.left.value.replace('_', ' ')} at {one.left_at:.1f} s"
