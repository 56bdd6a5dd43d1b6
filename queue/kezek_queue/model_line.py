"""The model's line: lanes of callers who want the same, their ranks, and the matching with free operators."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from heapq import heapify, heappop, heappush

from .model_moves import ModelMoves
from .records import AT_WORK, IN_LINE, PRIORITY_STEP, CallRecord, OperatorRecord
from .rules import relaxed
from .types import CallKind, CallState, Kind, OperatorState

FIELD, PAIR = "\x1f", "\x1e"


def wish_text(skills: Mapping[str, int]) -> str:
    """One text for equal wishes."""
    return PAIR.join(f"{name}={skills[name]}" for name in sorted(skills, key=str.encode) if skills[name] > 0)


class ModelLine(ModelMoves):
    # places

    def lane_of(self, c: CallRecord) -> tuple[str, int]:
        """Where the caller stands now: 'queue, wishes, wanted operator, callback or not'; and when that changes, 0 for
        never. Wishes relax with the time in the line."""
        wish, changes = {name: level for name, level in c.skills.items() if level > 0}, 0
        for after_s, then in relaxed(c.skills, self.rules_of(c.queue).relax):
            at = c.line_at + round(after_s * 1000)
            if at > self.now:
                changes = at
                break
            wish = then
        wanted = self.operators.get(c.wanted)
        if wanted is None or wanted.state is OperatorState.AWAY or self.now >= c.wanted_until:
            c.wanted = ""
        elif not changes or c.wanted_until < changes:
            changes = c.wanted_until
        kind = "b" if c.to_dial else "c"
        return FIELD.join((c.queue, wish_text(wish), c.wanted, kind)), changes

    def into_line(self, c: CallRecord) -> None:
        c.state = CallState.WAITING
        c.lane, changes = self.lane_of(c)
        insort(self.lines.setdefault(c.lane, []), (*c.rank, c.call))
        if changes:
            self.due[f"relax:{c.call}"] = changes
        if c.behind and c.behind_until:
            self.due[f"behind:{c.call}"] = c.behind_until

    def out_of_line(self, c: CallRecord) -> None:
        if c.state is CallState.WAITING:
            _drop(self.lines[c.lane], (*c.rank, c.call))
            if not self.lines[c.lane]:
                del self.lines[c.lane]
            self.due.pop(f"relax:{c.call}", None)
            self.due.pop(f"behind:{c.call}", None)

    def into_rank(self, c: CallRecord) -> None:
        insort(self.ranks.setdefault(c.queue, []), (*c.rank, c.call))
        self.queues.add(c.queue)

    def out_of_rank(self, c: CallRecord) -> None:
        if c.state in IN_LINE:
            _drop(self.ranks[c.queue], (*c.rank, c.call))

    def position(self, c: CallRecord) -> int:
        return bisect_left(self.ranks[c.queue], (*c.rank, c.call)) + 1

    def callers_in(self, queue: str) -> int:
        """Waiting or offered; who is called back instead is not on the line."""
        return sum(self.calls[call].kind is CallKind.CALL for _, _, call in self.ranks.get(queue, ()))

    def stand(self, c: CallRecord) -> None:
        """Into the line with the queue, priority and wishes in the record. Who goes behind does so once, and for so
        long as the rules say."""
        behind_s = self.rules_of(c.queue).behind_s
        if c.behind and not c.behind_until and behind_s:
            c.behind_until = self.now + round(behind_s * 1000)
        if c.wanted:
            rules = self.rules_of(c.queue)
            c.wanted_until = self.now + round(rules.named_s * 1000)
            if rules.relax:
                first = c.line_at + round(min(step.after_s for step in rules.relax) * 1000)
                c.wanted_until = min(c.wanted_until, first)
        self.stand_there(c)

    def stand_there(self, c: CallRecord) -> None:
        self.into_line(c)
        self.into_rank(c)
        data = {
            "priority": c.priority,
            "position": self.position(c),
            "since": c.place_since / 1000,
            "kind": str(c.kind),
        }
        self.tell(Kind.PLACED, c.call, "", c.queue, data)

    def no_longer_behind(self, c: CallRecord) -> None:
        """Behind for long enough: at his first place among the others, whom he has let pass, and never behind again."""
        self.out_of_line(c)
        self.out_of_rank(c)
        c.priority, c.floor, c.behind_until = 0, max(0, c.floor), 0
        self.stand_there(c)

    def nobody_waits_for(self, o: OperatorRecord) -> None:
        for lane in [lane for lane in self.lines if lane.split(FIELD)[2] == o.operator]:
            for _, _, call in list(self.lines[lane]):
                c = self.calls[call]
                self.out_of_line(c)
                self.into_line(c)

    # offers

    def make_offer(self, c: CallRecord, takers: list[OperatorRecord]) -> None:
        lease_s = self.rules_of(c.queue).callback_lease_s if c.to_dial else self.settings.lease_s
        until = self.now + round(lease_s * 1000)
        self.out_of_line(c)
        c.state, c.offered_at, c.accepted = CallState.OFFERED, self.now, False
        c.operator, c.offer = takers[0].operator, self.next_fence()
        c.ringing, c.rung = [o.operator for o in takers], len(takers)
        self.due[f"lease:{c.call}"] = until
        for o in takers:
            self.ring(c, o, c.offer, until, takers)

    def ring(self, c: CallRecord, o: OperatorRecord, offer: int, until: int, takers: list[OperatorRecord]) -> None:
        o.call, o.offer, o.queue, o.helps = c.call, offer, c.queue, offer != c.offer
        self.move(o, OperatorState.OFFERED, until)
        data = {
            "offer": offer,
            "phone": o.phone,
            "exchange": o.exchange,
            "phones": [[each.phone, each.exchange] for each in takers],
            "lease_until": until / 1000,
            "kind": str(c.kind),
            "helper": o.helps,
        }
        self.tell(Kind.OFFERED, c.call, o.operator, c.queue, data)

    # the matching

    def match(self) -> None:
        """Pair the callers with the free operators: highest priority, then longest wait, over all queues an operator
        serves. Callers of one lane are alike: when nobody free may serve its head, nobody may serve the others."""
        if not self.free or not self.lines:
            return
        heads = [(line[0][0], lane.encode(), lane) for lane, line in self.lines.items()]
        heapify(heads)
        while heads and self.free:
            _, _, lane = heappop(heads)
            c = self.calls[self.lines[lane][0][2]]
            takers = self.takers(c)
            if takers:
                self.make_offer(c, takers)
                if lane in self.lines:
                    heappush(heads, (self.lines[lane][0][0], lane.encode(), lane))

    def takers(self, c: CallRecord) -> list[OperatorRecord]:
        """Of the free operators those to be rung: one, or several for the highest priorities."""
        queue, wish, wanted, kind = c.lane.split(FIELD)
        rules = self.rules_of(queue)
        if kind == "b" and not self.may_dial(queue):
            return []
        free = [o for o in map(self.operators.__getitem__, self.free) if self.can_take(o)]
        wishes = {name: int(level) for name, _, level in (w.rpartition("=") for w in wish.split(PAIR) if w)}
        if wanted:
            free = [o for o in free if o.operator == wanted]
        else:
            free = [o for o in free if queue in o.serving and meets(o.skills, wishes)]
        highest = kind == "c" and c.priority >= rules.together_from
        kept = rules.reserve + (rules.reserve_behind if c.behind else 0)
        in_queue = sum(queue in self.operators[name].serving for name in self.free)
        if not wanted and not highest and 0 < kept >= in_queue:
            return []
        several = highest and rules.together > 1
        free.sort(key=lambda o: (self.score(o, queue, wishes), o.operator.encode()))
        return free[: rules.together if several else 1]

    def score(self, o: OperatorRecord, queue: str, wishes: Mapping[str, int]) -> int:
        """By the queue's strategy, the least first; among equals the longest idle."""
        match self.rules_of(queue).strategy:
            case "longest_idle":
                return o.idle
            case "least_occupied":
                return o.share * PRIORITY_STEP + o.idle
            case "best_skill":
                return o.idle - sum(o.skills.get(name, 0) for name in wishes) * PRIORITY_STEP

    def may_dial(self, queue: str) -> bool:
        """Callbacks being dialled are fewer than their share of the queue's operators at work (P8, P12)."""
        at_work = sum(o.state in AT_WORK and queue in o.serving for o in self.operators.values())
        dialled = sum(
            c.state is CallState.OFFERED and c.queue == queue and c.to_dial
            for c in map(self.calls.__getitem__, self.callback_of.values())
        )
        return dialled < max(1, int(self.rules_of(queue).callback_share * at_work))


def meets(skills: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    return all(skills.get(name, 0) >= level for name, level in wanted.items())


def _drop(ranks: list[tuple[int, bytes, str]], rank: tuple[int, bytes, str]) -> None:
    index = bisect_left(ranks, rank)
    if index < len(ranks) and ranks[index] == rank:
        del ranks[index]
