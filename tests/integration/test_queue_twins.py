"""Random verbs against the Redis engine and the model on one clock: replies, pictures and feed are the same."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kezek_queue import End, Operator, OperatorState, QueueSettings
from kit.queue_twins import Twins
from kit.valkey import Valkey, valkey  # noqa: F401 - a fixture

CALLS = st.sampled_from(["c1", "c2", "c3", "c4", "c5"])
OPERATORS = st.sampled_from(["ann", "bek", "cem"])
QUEUES = st.sampled_from(["heat", "water"])
SKILLS = st.dictionaries(st.sampled_from(["kk", "ru"]), st.integers(1, 3), max_size=2)
KEYS = st.sampled_from([None, None, None, "k1", "k2"])
REASONS = st.sampled_from(["lunch", "no_answer"])
PHONES = {"ann": "101", "bek": "102", "cem": "103"}
SETTINGS = QueueSettings(lease_s=10, desk_timeout_s=3, wrap_up_s=8, scan=3, reply_ttl_s=10**7, retries_s=())


class Line(RuleBasedStateMachine):
    url: str

    def __init__(self) -> None:
        super().__init__()
        self.twins = Twins(self.url, f"s{uuid.uuid4().hex[:12]}", SETTINGS)
        self.ask = self.twins.ask

    @initialize()
    def one_operator_is_ready(self) -> None:
        self.ask("phones", list(PHONES.values()))
        self.ask("sign_in", "ann", phone="101", queues=["heat", "water"], skills={"ru": 2}, desk=False)
        self.ask("ready", "ann")

    def teardown(self) -> None:
        try:
            self.twins.same_feed()
        finally:
            self.twins.close()

    def offer_of(self, call: str) -> int:
        found = self.ask("call", call)
        return 0 if isinstance(found, str) else found.offer

    @rule(seconds=st.sampled_from([0.001, 0.5, 1, 2.999, 3, 5, 10, 700]))
    def time_passes(self, seconds: float) -> None:
        self.twins.clock.wait(seconds)

    @rule()
    def tick(self) -> None:
        self.ask("tick")

    @rule(call=CALLS, ago=st.sampled_from([-5, 0, 0.25, 60]), key=KEYS)
    def arrive(self, call: str, ago: float, key: str | None) -> None:
        since = self.twins.clock() - ago
        self.ask("arrive", call, caller="7701", dialled="109", since=since, node="n1", key=key)

    @rule(call=CALLS, queue=QUEUES, priority=st.sampled_from([0, 0, 0, 5, 9, 10]), skills=SKILLS, key=KEYS)
    def place(self, call: str, **wanted: Any) -> None:
        self.ask("place", call, **wanted)

    @rule(call=CALLS, queue=QUEUES)
    def arrive_and_place(self, call: str, queue: str) -> None:
        self.arrive(call, 0, None)
        self.ask("place", call, queue=queue)

    @rule(call=CALLS)
    def leave(self, call: str) -> None:
        self.ask("leave", call)

    @rule(call=CALLS, words=st.sampled_from(["Жылу жоқ", "", "нет воды"]))
    def note(self, call: str, words: str) -> None:
        self.ask("note", call, {"words": words, "fields": {}, "open": []})
        self.ask("notes", call)

    @rule(call=CALLS, end=st.sampled_from(End), key=KEYS)
    def end(self, call: str, end: End, key: str | None) -> None:
        self.ask("end", call, end, key=key)

    @rule(operator=OPERATORS, queues=st.lists(QUEUES, max_size=3), skills=SKILLS, desk=st.booleans(), key=KEYS)
    def sign_in(self, operator: str, **profile: Any) -> None:
        self.ask("sign_in", operator, phone=PHONES[operator], **profile)

    @rule(operator=OPERATORS)
    def come_to_work(self, operator: str) -> None:
        self.ask("sign_in", operator, phone=PHONES[operator], queues=["water", "heat"], skills={"kk": 3}, desk=False)
        self.ask("ready", operator)

    @rule(operator=OPERATORS, verb=st.sampled_from(["ready", "sign_out", "wrap_up_done"]), key=KEYS)
    def command(self, operator: str, verb: str, key: str | None) -> None:
        self.ask(verb, operator, key=key)

    @rule(operator=OPERATORS, reason=REASONS, key=KEYS)
    def pause(self, operator: str, reason: str, key: str | None) -> None:
        self.ask("pause", operator, reason, key=key)

    @rule(phones=st.sets(st.sampled_from(sorted(PHONES.values()))))
    def phones(self, phones: set[str]) -> None:
        self.ask("phones", sorted(phones))

    @rule()
    def all_phones(self) -> None:
        self.ask("phones", list(PHONES.values()))

    @rule(operator=OPERATORS, alive=st.sampled_from([True, True, False]))
    def beat(self, operator: str, alive: bool) -> None:
        self.ask("beat", operator, alive=alive)

    @rule(call=CALLS, stale=st.sampled_from([0, 0, 0, 1]))
    def accept(self, call: str, stale: int) -> None:
        self.ask("accept", call, self.offer_of(call) - stale)

    @rule(call=CALLS, stale=st.sampled_from([0, 0, 0, 1]))
    def connect(self, call: str, stale: int) -> None:
        self.ask("connect", call, self.offer_of(call) - stale)

    @rule(call=CALLS, stale=st.sampled_from([0, 0, 0, 1]), reason=REASONS, pause=st.booleans())
    def decline(self, call: str, stale: int, reason: str, pause: bool) -> None:
        self.ask("decline", call, self.offer_of(call) - stale, reason, pause=pause)

    @rule(call=CALLS, stale=st.sampled_from([0, 0, 0, 1]), wrap_up=st.sampled_from([0, 1.5, 20]))
    def finish(self, call: str, stale: int, wrap_up: float) -> None:
        self.ask("finish", call, self.offer_of(call) - stale, wrap_up=wrap_up)

    @rule(live=st.sets(CALLS), end=st.sampled_from([End.CUT, End.ABANDONED]), grace_s=st.sampled_from([0, 5]))
    def reconcile(self, live: set[str], end: End, grace_s: float) -> None:
        self.ask("reconcile", sorted(live), end=end, grace_s=grace_s)

    @invariant()
    def same_picture(self) -> None:
        for operator in self.twins.same_picture().operators:
            self.one_to_one(operator)

    def one_to_one(self, operator: Operator) -> None:
        if operator.state in (OperatorState.OFFERED, OperatorState.TALKING):
            call = self.ask("call", operator.call)
            assert (call.operator, str(call.state)) == (operator.operator, str(operator.state))


def test_engine_and_model_agree_on_every_reply_picture_and_event(valkey: Valkey) -> None:  # noqa: F811 - the fixture
    class LineHere(Line):
        url = valkey.url

    run_state_machine_as_test(
        LineHere,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],  # shrinking runs for minutes: the steps are printed as they were
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
