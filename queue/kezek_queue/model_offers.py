"""The model's verbs by an offer's fence: picked up, connected, declined, in the talk, given away, finished."""

from __future__ import annotations

from collections.abc import Mapping

from .model_calls import ModelCalls
from .model_state import verb
from .types import CallState, Kind, NotAllowed, Offer, OperatorState, Stale, Waiting


class ModelOffers(ModelCalls):
    @verb
    def accept(self, call: str, offer: int, *, operator: str = "") -> None:
        c = self.get_call(call)
        o, offered = self.offered(c, offer, operator)
        if not offered or not self.ringing(o):
            return
        if o.helps:
            c.helper_accepted, o.until, o.missed = True, 0, 0
            self.due.pop(f"help:{call}", None)
            self.tell(Kind.ACCEPTED, call, o.operator, c.queue, {"offer": offer})
        else:
            self.taken(c, o)
            self.match()

    @verb
    def connect(self, call: str, offer: int) -> None:
        c = self.get_call(call)
        o, offered = self.offered(c, offer, "")
        if not offered:
            return
        if o.helps:
            self.due.pop(f"help:{call}", None)
            c.helper_at, c.helper_accepted = self.now, True
            waited_s = 0.0
        else:
            if not c.accepted:
                self.taken(c, o)
            self.out_of_rank(c)
            if c.to_dial:  # from now on there is a channel to miss
                c.seen, self.live[call] = self.now, c
            self.due.pop(f"lease:{call}", None)
            c.ringing = []
            c.state, c.connected_at = CallState.TALKING, c.connected_at or self.now
            c.talk_at, c.held, c.held_at = self.now, 0, 0
            waited_s = (self.now - c.line_at) / 1000
        data = {"offer": offer, "waited_s": waited_s, "helper": o.helps}
        self.tell(Kind.CONNECTED, call, o.operator, c.queue, data)
        self.move(o, OperatorState.TALKING)
        self.need_not_be_called(c)
        self.match()

    @verb
    def renew(self, call: str, offer: int, lease_s: float) -> None:
        c = self.get_call(call)
        o, offered = self.offered(c, offer, "")
        if offered and (self.ringing(o) or c.to_dial):
            until = self.now + round(lease_s * 1000)
            self.due[f"{'help' if o.helps else 'lease'}:{call}"] = until
            for each in [o] if o.helps else [self.operators[name] for name in c.ringing]:
                each.until = until
                self.changed(each)
            self.tell(Kind.RENEWED, call, o.operator, c.queue, {"offer": offer, "lease_until": until / 1000})

    @verb
    def decline(self, call: str, offer: int, reason: str, *, pause: bool, operator: str = "") -> None:
        c = self.get_call(call)
        o, offered = self.offered(c, offer, operator)
        if not offered:
            raise NotAllowed("a talk cannot be declined")
        whole = not o.helps and not operator
        for each in [self.operators[name] for name in c.ringing] if whole else [o]:
            self.drop_offer(each, Kind.DECLINED, {"reason": reason, "pause": pause})
            if pause and not each.next:
                self.to_paused(each, reason)
            else:
                self.to_next(each, self.now)
        self.match()

    # in the talk

    @verb
    def hold(self, call: str, offer: int) -> None:
        c = self.get_call(call)
        self.owner_of(c, offer)
        if not c.held_at:
            c.held_at = self.now
            self.tell(Kind.HELD, call, c.operator, c.queue, {"offer": offer})

    @verb
    def resume(self, call: str, offer: int) -> None:
        c = self.get_call(call)
        self.owner_of(c, offer)
        if c.held_at:
            c.held, c.held_at = c.held + self.now - c.held_at, 0
            self.tell(Kind.RESUMED, call, c.operator, c.queue, {"offer": offer})

    @verb
    def command(self, call: str, offer: int, name: str, facts: Mapping[str, str]) -> None:
        c = self.get_call(call)
        o, _ = self.offered(c, offer, "")
        if c.state is not CallState.TALKING:
            raise Stale(f"offer {offer} of call {call}")
        self.tell(Kind.COMMAND, call, o.operator, c.queue, {**facts, "offer": offer, "name": name})

    @verb
    def aside(self, call: str, offer: int, to: str, state: str) -> None:
        c = self.get_call(call)
        self.owner_of(c, offer)
        if (c.aside_to, c.aside_state) != (to, state):
            c.aside_to, c.aside_state = to, state
            self.tell(Kind.ASIDE, call, c.operator, c.queue, {"offer": offer, "to": to, "state": state})

    @verb
    def invite(self, call: str, offer: int, operator: str) -> Offer:
        c, o = self.get_call(call), self.get_operator(operator)
        self.owner_of(c, offer)
        if c.helper != operator or c.helper_at:
            if c.helper:
                raise NotAllowed("the talk has a helper")
            if o.state is not OperatorState.READY or not self.can_take(o):
                raise NotAllowed("the operator is not ready")
            until = self.now + round(self.settings.lease_s * 1000)
            c.helper, c.helper_offer, c.helper_accepted, c.helper_at = operator, self.next_fence(), False, 0
            self.due[f"help:{call}"] = until
            self.ring(c, o, c.helper_offer, until, [o])
        return Offer(c.helper_offer, call, operator, o.phone, c.queue, o.until / 1000)

    @verb
    def hand_over(self, call: str, offer: int, *, wrap_up: float) -> None:
        c = self.get_call(call)
        self.owner_of(c, offer)
        if not c.helper_at:
            raise NotAllowed("there is no helper in the talk")
        self.finish_owner(c, self.now + round(wrap_up * 1000), "handed_over")
        c.operator, c.offer, c.talk_at = c.helper, c.helper_offer, c.helper_at
        o = self.operators[c.operator]
        o.helps = False
        self.no_helper(c)
        self.changed(o)
        self.match()

    @verb
    def transfer(
        self,
        call: str,
        offer: int,
        *,
        queue: str = "",
        wanted: str = "",
        priority: int | None = None,
        skills: Mapping[str, int] | None = None,
        wrap_up: float,
    ) -> Waiting:
        c = self.get_call(call)
        self.owner_of(c, offer)
        until, operator = self.now + round(wrap_up * 1000), c.operator
        self.finish_owner(c, until, "transferred")
        self.finish_helper(c, until)
        data = {"offer": offer, "queue": queue or c.queue, "operator": wanted}
        self.tell(Kind.TRANSFERRED, call, operator, c.queue, data)
        c.operator, c.offer, c.offered_at, c.accepted, c.rung = "", 0, 0, False, 0
        c.queue, c.named, c.wanted, c.line_at = queue or c.queue, wanted, wanted, self.now
        c.priority = c.priority if priority is None else priority
        c.skills = c.skills if skills is None else dict(skills)
        self.stand(c)
        place = Waiting(call, c.queue, c.priority, c.place_since / 1000, self.position(c), c.kind)
        self.match()
        return place

    @verb
    def finish(self, call: str, offer: int, *, wrap_up: float, given_away: bool = False) -> None:
        c = self.get_call(call)
        helps = bool(offer) and c.helper_offer == offer
        if not helps and (
            not offer or c.offer != offer or c.state in (CallState.WAITING, CallState.OFFERED, CallState.LATER)
        ):
            raise Stale(f"offer {offer} of call {call}")
        until = self.now + round(wrap_up * 1000)
        if helps:
            self.finish_helper(c, until)
        elif c.state is CallState.TALKING:
            self.finish_owner(c, until, "transferred" if given_away else "finished")
            self.finish_helper(c, until)
            c.state = CallState.ARRIVED
        else:
            o = self.operators[c.operator]
            until = o.since + round(wrap_up * 1000)
            if o.state is OperatorState.WRAP_UP and o.offer == offer:
                if until <= self.now:
                    self.to_next(o, self.now)
                elif until != o.until:
                    o.until = self.due[f"until:{o.operator}"] = until
                    self.changed(o)
        self.match()
