"""What became of a drill's storms: who was told of an outage, and who that it is over. Pure; docs/reliability.md says
the rules in words.

What a caller was told is known by his own ear, what is known of his household by the register.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from kezek_api.drill.types import Fault, Kind, Outaged, OutsideDial, Record, Seen, ToldOver, Verdict
from kezek_queue import End

LATE_S = 5.0  # after its end may somebody be told of an outage: he was being told, or a look-up was on its way
TIED_S = 2.0  # who heard of it so shortly before its end may find nothing that he could be tied to
REACHED = frozenset({"sent", "unclear"})  # unclear: he picked up, and what he said got lost
# what holds up whoever is told, with what was known before
HELD_UP = frozenset(
    {Kind.NODE_FROZEN, Kind.REDIS_FROZEN, Kind.SQL_AWAY, Kind.AMI_HALF_OPEN, Kind.FASTAGI_DELAYED, Kind.AMI_DELAYED}
)


def judge_storms(
    verdict: Verdict,
    seen: Sequence[Seen],
    outages: Sequence[Outaged],
    over: Sequence[ToldOver],
    dials: Sequence[OutsideDial],
    records: Sequence[Record],
    faults: Sequence[Fault],
) -> None:
    """Into the verdict."""
    by_storm = {one.storm.number: one for one in outages}
    verdict.storms, verdict.by_hand = len(outages), sum(one.by_hand for one in outages)
    verdict.heard = sum(bool(one.told_at) for one in seen)
    verdict.mistold += [
        f"{one.storm.street}: never {'closed' if one.id else 'confirmed'}" for one in outages if not one.closed_at
    ]
    ends = {record.caller: record.end for record in records if record.kind == "call"}
    ties = defaultdict[str, list[ToldOver]](list)
    for tie in over:
        ties[tie.phone].append(tie)
    for one in seen:
        outage = by_storm.get(one.plan.storm)
        verdict.mistold += _heard(one, outage, faults)
        if ends.get(one.plan.number) == End.INFORMED:
            verdict.mistold += _informed(one, outage, ties[one.plan.number])
    verdict.mistold += _told_over(over, verdict)
    verdict.mistold += _called(seen, ties, dials, records)


def _heard(one: Seen, outage: Outaged | None, faults: Sequence[Fault]) -> list[str]:
    if outage is None or not outage.begins_at:
        return [f"{one.plan.number}: heard at {at:.1f} s of an outage that is not his" for at in one.told_at]
    wrong = []
    for at in one.told_at:
        if at < outage.begins_at:
            wrong.append(f"{one.plan.number}: heard at {at:.1f} s of an outage that nobody had confirmed")
        elif outage.closed_at and at > _by(outage.closed_at, faults) + LATE_S:
            since = at - outage.closed_at
            wrong.append(f"{one.plan.number}: heard at {at:.1f} s of an outage that was over for {since:.1f} s")
    if len(one.told_at) > 1:
        wrong.append(f"{one.plan.number}: heard {len(one.told_at)} times of one outage")
    return wrong


def _by(closed_at: float, faults: Sequence[Fault]) -> float:
    """When everybody can know of it: nothing holds anybody up any more."""
    known = closed_at
    for fault in sorted(faults, key=lambda each: each.at_s):
        if fault.kind in HELD_UP and fault.at_s < known + LATE_S and fault.at_s + fault.for_s > closed_at - LATE_S:
            known = max(known, fault.at_s + fault.for_s)
    return known


def _informed(one: Seen, outage: Outaged | None, ties: Sequence[ToldOver]) -> list[str]:
    if not one.told_at:
        return [f"{one.plan.number}: 'informed', and he has heard of no outage"]
    late = outage is None or (outage.closing_at and one.left_at > outage.closing_at - TIED_S)
    if one.plan.when_told == "presses" and not late and not any(tie.tell for tie in ties):
        return [f"{one.plan.number}: was promised a call when it is over, and is not tied"]
    return []


def _told_over(over: Sequence[ToldOver], verdict: Verdict) -> list[str]:
    wrong = []
    for tie in over:
        wanted = 1 if tie.tell and tie.phone else 0
        verdict.told_over += bool(wanted and REACHED.intersection(tie.notices))
        if len(tie.notices) != wanted:
            wrong.append(
                f"{tie.phone}: {len(tie.notices)} notices that outage {tie.outage} is over, in place of {wanted}"
            )
        elif any(state in ("pending", "claimed") for state in tie.notices):
            wrong.append(f"{tie.phone}: not told yet that outage {tie.outage} is over: {tie.notices[0]}")
    return wrong


def _called(
    seen: Sequence[Seen],
    ties: Mapping[str, Collection[ToldOver]],
    dials: Sequence[OutsideDial],
    records: Sequence[Record],
) -> list[str]:
    """Who is called back for another reason, too, is left to the rule of callbacks."""
    answered = Counter(dial.number for dial in dials if dial.answered_s)
    back = {record.caller for record in records if record.kind == "callback"}
    wrong = []
    for one in seen:
        number = one.plan.number
        if not one.plan.storm or number in back:
            continue
        wanted = any(tie.tell for tie in ties.get(number, ()))
        if answered[number] > wanted:
            wrong.append(
                f"{number}: called {answered[number]} times to be told that it is over, in place of {wanted:d}"
            )
    return wrong
