"""The model's operator verbs: signing in and out, ready and pause, wrap-up, joining, phones, desks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .model_offers import ModelOffers
from .model_state import ordered, verb
from .records import OperatorRecord
from .types import Kind, NotAllowed, Operator, OperatorState

IN_CALL = (OperatorState.OFFERED, OperatorState.TALKING)


class ModelOperators(ModelOffers):
    @verb
    def sign_in(
        self,
        operator: str,
        *,
        phone: str,
        queues: Sequence[str],
        skills: Mapping[str, int] | None = None,
        desk: bool,
    ) -> Operator:
        o = self.operators.setdefault(operator, OperatorRecord(operator))
        asked = (phone, tuple(dict.fromkeys(queues)), dict(skills or {}), desk)
        changed = asked != (o.phone, o.queues, o.skills, o.uses_desk)
        could = o.able
        o.phone, o.queues, o.skills, o.uses_desk = asked
        self.queues.update(o.queues)
        self.registered(o)
        if not desk:
            self.drop_desk(o)
        if o.next == "away":
            o.next, o.next_reason = "paused", "signed_in"
        if o.state is OperatorState.AWAY:
            o.signed, o.busy, o.share = self.now, 0, 0
            self.to_paused(o, "signed_in")
        elif changed or o.state is OperatorState.READY:
            if o.state is OperatorState.READY:
                o.since = self.now
                o.idle = o.idle if could else self.now  # nobody could reach him: he was not idle
            self.look(o)
            self.changed(o)
        self.match()
        return o.view()

    def registered(self, o: OperatorRecord) -> None:
        at = self.phones_up.get(o.phone)
        o.up, o.exchange = bool(at), at[0] if at else ""

    @verb
    def sign_out(self, operator: str) -> None:
        o = self.get_operator(operator)
        if self.ringing(o):
            self.drop_offer(o, Kind.DECLINED, {"reason": "signed_out", "pause": False})
            self.to_away(o)
        elif o.state in IN_CALL:
            o.next, o.next_reason = "away", ""
        elif o.state is not OperatorState.AWAY:
            self.to_away(o)
        self.match()

    @verb
    def ready(self, operator: str) -> Operator:
        o = self._signed_in(operator)
        if o.state is OperatorState.PAUSED:
            self.to_ready(o, self.now)
            self.match()
        else:
            o.next, o.next_reason = "", ""
        return o.view()

    @verb
    def pause(self, operator: str, reason: str) -> Operator:
        o = self._signed_in(operator)
        if self.ringing(o):
            self.drop_offer(o, Kind.DECLINED, {"reason": reason, "pause": True})
            self.to_paused(o, reason)
            self.match()
        elif o.state in (*IN_CALL, OperatorState.WRAP_UP):
            o.next, o.next_reason = "paused", reason
        elif o.state is not OperatorState.PAUSED or o.reason != reason:
            self.to_paused(o, reason)
        return o.view()

    @verb
    def wrap_up_done(self, operator: str) -> Operator:
        o = self.get_operator(operator)
        if o.state is OperatorState.WRAP_UP:
            self.to_next(o, self.now)
            self.match()
        return o.view()

    @verb
    def extend_wrap_up(self, operator: str, seconds: float) -> Operator:
        o, longer = self.get_operator(operator), round(seconds * 1000)
        if o.state is not OperatorState.WRAP_UP or longer <= 0:
            raise NotAllowed("there is no wrap-up to prolong")
        if o.extensions >= self.rules_of(o.queue).wrap_up_extensions:
            raise NotAllowed("a wrap-up is not prolonged more often")
        o.until, o.extensions = o.until + longer, o.extensions + 1
        self.due[f"until:{operator}"] = o.until
        self.changed(o)
        return o.view()

    @verb
    def join(self, operator: str, queues: Sequence[str]) -> Operator:
        o = self._signed_in(operator)
        joined = tuple(dict.fromkeys(queues))
        if o.joined != joined:
            o.joined = joined
            self.queues.update(joined)
            self.changed(o)
            self.match()
        return o.view()

    @verb
    def phones(self, registered: Collection[str], exchange: str = "") -> None:
        before, after = self.exchanges.get(exchange, frozenset()), frozenset(registered)
        self.exchanges[exchange] = after
        for phone in before ^ after:
            at = self.phones_up.setdefault(phone, [])
            at.append(exchange) if phone in after else at.remove(exchange)
            if not at:
                del self.phones_up[phone]
        for name in ordered(self.operators) if before != after else ():
            o = self.operators[name]
            if o.phone in before ^ after:
                was = (o.up, o.exchange)
                self.registered(o)
                if o.state is not OperatorState.AWAY and (o.up, o.exchange) != was:
                    self.lose_offer(o, "unreachable") if was[0] else self._reached(o)
        self.match()

    def _reached(self, o: OperatorRecord) -> None:
        self.look(o)
        self.changed(o)

    @verb
    def beat(self, operator: str, *, alive: bool) -> None:
        o = self.get_operator(operator)
        if not o.uses_desk or o.state is OperatorState.AWAY:
            return
        if alive:
            o.beat = self.now
            self.due[f"desk:{operator}"] = self.now + round(self.settings.desk_timeout_s * 1000)
            if not o.desk_ok:
                o.desk_ok = True
                self._reached(o)
            self.match()
        elif o.desk_ok:
            self.desk_silent(o)
            self.match()

    def desk_silent(self, o: OperatorRecord) -> None:
        self.drop_desk(o)
        self.lose_offer(o, "desk_silent")

    def _signed_in(self, operator: str) -> OperatorRecord:
        o = self.get_operator(operator)
        if o.state is OperatorState.AWAY:
            raise NotAllowed("the operator is not signed in")
        return o
