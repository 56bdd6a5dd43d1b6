"""Random verbs against the Redis engine and the model on one clock: replies, pictures and feed are the same.

The steps are chosen with an eye on what goes on, so that talks, helpers and callbacks come about often. Faults come
between any two steps: a reply is lost and the verb asked again with its key, a verb comes twice or late with an old
fence, ticks are skipped, Redis is away.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from kezek_queue import (
    CallState,
    End,
    Operator,
    OperatorState,
    Promise,
    QueueRules,
    QueueSettings,
    Relax,
    Rung,
    Standing,
)
from kezek_queue.ladder.types import RUNGS
from kit.queue_twins import Twins
from kit.valkey import Valkey, valkey  # noqa: F401 - a fixture

CALLS = ["c1", "c2", "c3", "c4", "c5", "c6"]
QUEUES = ["heat", "water"]
PHONES = {"ann": "101", "bek": "102", "cem": "103", "dan": "104", "eva": "105"}
SETTINGS = QueueSettings(lease_s=10, desk_timeout_s=3, wrap_up_s=8, places_shown=3, reply_ttl_s=10**7, retries_s=(0,))
SEEDS, STEPS = 40, 120


class Chance(random.Random):
    """What a step may be made of."""

    def often(self, share: float) -> bool:
        return self.random() < share

    def skills(self) -> dict[str, int]:
        return {name: self.randint(0, 3) for name in self.sample(["kk", "ru"], self.choice([0, 0, 1, 1, 2]))}

    def wanted(self) -> str:
        return self.choice(["", "", "", "", "ann", "bek", "nobody"])

    def key(self) -> str | None:
        return self.choice([None, None, None, None, "k1", "k2"])

    def wishes(self) -> dict[str, Any]:
        priority = self.choice([0, 0, 0, -1, -1, 5, 9, 10])
        return {"queue": self.choice(QUEUES), "priority": priority, "skills": self.skills(), "wanted": self.wanted()}

    def rules(self) -> QueueRules:
        steps = [(), (Relax(2, lower=1), Relax(8, drop=("kk",))), (Relax(700, drop=("*",)), Relax(3, 2, ("ru",)))]
        return QueueRules(
            strategy=self.choice(["longest_idle", "least_occupied", "best_skill"]),
            capacity=self.choice([0, 0, 2]),
            relax=self.choice(steps),
            named_s=self.choice([0.5, 4.0]),
            together_from=self.choice([5, 9]),
            together=self.choice([1, 2, 3]),
            callback_share=self.choice([0.25, 0.5, 1.0]),
            callback_retries_s=self.choice([(), (5.0, 10.0)]),
            callback_lease_s=self.choice([3.0, 12.0]),
            redial_s=self.choice([0.0, 600.0]),
            wrap_up_extensions=self.randint(0, 2),
            reserve=self.choice([0, 0, 1, 2]),
            reserve_behind=self.choice([0, 0, 1, 2]),
            behind_s=self.choice([0.0, 4.0, 900.0]),
        )


class Line:
    def __init__(self, url: str, seed: int) -> None:
        self.chance = Chance(seed)
        self.twins = Twins(url, f"s{uuid.uuid4().hex[:12]}", SETTINGS)
        acts: dict[Callable[[], None], int] = {
            self.time_passes: 10,
            self.tick: 12,
            self.configure: 1,
            self.comes: 14,
            self.calls_about: 10,
            self.callback: 7,
            self.reconcile: 1,
            self.operator_acts: 12,
            self.comes_to_work: 6,
            self.phones: 4,
            self.offer_goes_on: 30,
            self.talk_goes_on: 34,
            self.adopt: 4,
            self.restore: 1,
            self.ladder: 2,
            self.bury: 3,
        }
        self.acts, self.weights = list(acts), list(acts.values())

    def ask(self, verb: str, /, *args: Any, **kwargs: Any) -> Any:
        if verb != "now" and self.chance.often(0.02):
            self.twins.ask_in_vain(verb, *args, **kwargs)
        self.twins.link.loses_reply = self.chance.often(0.1)
        reply = self.twins.ask(verb, *args, **kwargs)
        if self.chance.often(0.05):  # comes twice, or late
            verb, args, kwargs = self.chance.choice(self.twins.asked[-12:])
            self.twins.ask(verb, *args, **kwargs)
        return reply

    def play(self) -> None:
        ask = self.twins.ask
        ask("configure", "heat", self.chance.rules())
        ask("phones", list(PHONES.values()))
        ask("sign_in", "ann", phone="101", queues=["heat", "water"], skills={"ru": 2}, desk=False)
        ask("ready", "ann")
        for _ in range(3):
            self.comes_to_work()
        for step in range(STEPS):
            if step % 10 == 0:
                self.twins.same_sets()
            self.chance.choices(self.acts, self.weights)[0]()
            for operator in self.twins.same_picture().operators:
                self.one_to_one(operator)
        self.twins.same_kept()
        self.twins.same_feed()

    # what goes on

    def a_call(self, *states: CallState) -> str:
        model = self.twins.model.model
        known = [c.call for c in model.calls.values() if not states or c.state in states]
        return self.chance.choice(known) if known and self.chance.often(0.93) else self.chance.choice(CALLS)

    def a_fence(self, call: str, helper: bool = False) -> int:
        c = self.twins.model.model.calls.get(call)
        offer = (c.helper_offer if helper else c.offer) if c else 0
        return offer - 1 if self.chance.often(0.04) else offer

    def an_operator(self, *states: OperatorState) -> str:
        model = self.twins.model.model
        known = [o.operator for o in model.operators.values() if not states or o.state in states]
        return self.chance.choice(known) if known and self.chance.often(0.93) else self.chance.choice([*PHONES])

    # the steps

    def time_passes(self) -> None:
        self.twins.clock.wait(self.chance.choice([0.001, 0.5, 1, 2.999, 3, 5, 10, 700]))

    def tick(self) -> None:
        self.twins.clock.wait(self.chance.choice([0, 0.5, 2, 5]))
        self.ask("tick")
        self.ask("now")

    def configure(self) -> None:
        self.ask("configure", self.chance.choice(QUEUES), self.chance.rules())

    def comes(self) -> None:
        call = self.chance.choice(CALLS) + self.chance.choice(["", "a", "b"])
        since = self.twins.clock() - self.chance.choice([-5, 0, 0, 0.25, 60])
        caller = self.chance.choice(["", "7701", "7702"])
        facts = {"dialled": "109", "since": since, "node": "n1", "exchange": "b" if call.endswith("b") else ""}
        self.ask("arrive", call, caller=caller, **facts, queue="heat" if call < "c3" else "", key=self.chance.key())
        if self.chance.often(0.85):
            first = self.chance.choice([0, 0, self.twins.clock() - 20, self.twins.clock() + 9])
            self.ask("place", call, **self.chance.wishes(), placed_at=first, key=self.chance.key())

    def calls_about(self) -> None:
        call, key = self.a_call(), self.chance.key()
        match self.chance.choice(["place", "place", "place", "leave", "note", "end", "end", "arrive"]):
            case "arrive":  # its line is with another node now, or a citizen who was dialled has picked up
                self.ask("arrive", call, caller="7701", dialled="109", since=self.twins.clock(), node="n2", key=key)
            case "place":
                self.ask("place", call, **self.chance.wishes(), key=key)
            case "leave":
                self.ask("leave", call)
            case "note":
                said: list[dict[str, Any]] = [{"words": words, "open": []} for words in ("Жылу жоқ", "", "нет воды")]
                over = self.chance.choice([None, None, {}, *said])
                self.ask("note", call, self.chance.choice(said), over=over)
                self.ask("notes", call)
            case "end":
                self.ask("end", call, self.chance.choice([End.ABANDONED, End.ABANDONED, *End]), key=key)

    def callback(self) -> None:
        facts = self.chance.wishes()
        del facts["wanted"]
        of, queue = self.a_call(CallState.WAITING, CallState.OFFERED), self.chance.choice(["", facts.pop("queue")])
        caller = self.chance.choice(["", "7701", "7702", "7703", "7704"])
        at = self.chance.choice([0.0, self.twins.clock() - 5])
        self.ask("callback", of, caller=caller, queue=queue, place_since=at, key=self.chance.key(), **facts)

    def reconcile(self) -> None:
        live = self.chance.sample(sorted(self.twins.model.model.calls), len(self.twins.model.model.calls) // 2)
        end, grace_s = self.chance.choice([End.CUT, End.ABANDONED]), self.chance.choice([0, 5])
        facts = (
            {"exchange": "b"} if end is End.CUT else {"cut_before": self.chance.choice([0.0, self.twins.clock() - 9])}
        )
        self.ask("reconcile", live, end=end, grace_s=grace_s, **facts)

    def bury(self) -> None:
        call = self.chance.choice([*sorted(self.twins.model.model.calls)[-5:], f"lost-{self.chance.randint(1, 9)}"])
        now = self.twins.clock()
        self.ask(
            "bury", call, caller=self.chance.choice(["", "7701", "7702"]), dialled="109",
            since=now - self.chance.choice([0, 5, 30]), queue=self.chance.choice(["heat", ""]), exchange="",
            end=self.chance.choice([End.ABANDONED, End.CUT, End.ANSWERED]), left=self.chance.choice([0.0, now - 3]),
        )  # fmt: skip

    def operator_acts(self) -> None:
        o, key = self.an_operator(), self.chance.key()
        match self.chance.choice(["ready", "ready", "sign_out", "done", "pause", "extend", "join", "beat", "beat"]):
            case "pause":
                self.ask("pause", o, self.chance.choice(["lunch", "no_answer"]), key=key)
            case "done":
                self.ask("wrap_up_done", self.an_operator(OperatorState.WRAP_UP), key=key)
            case "extend":
                self.ask(
                    "extend_wrap_up", self.an_operator(OperatorState.WRAP_UP), self.chance.choice([0, 10]), key=key
                )
            case "join":
                self.ask("join", o, self.chance.sample(QUEUES, self.chance.randint(0, 2)), key=key)
            case "beat":
                self.ask("beat", o, alive=self.chance.often(0.7))
            case verb:
                self.ask(verb, o, key=key)

    def comes_to_work(self) -> None:
        o = self.chance.choice([*PHONES])
        queues = self.chance.choices(QUEUES, k=self.chance.randint(1, 3))
        skills = {"kk": 3, "ru": 3} if self.chance.often(0.5) else self.chance.skills()
        desk = self.chance.often(0.3)
        self.ask("sign_in", o, phone=PHONES[o], queues=queues, skills=skills, desk=desk, key=self.chance.key())
        if desk:
            self.ask("beat", o, alive=True)
        self.ask("ready", o)

    def phones(self) -> None:
        count = self.chance.choice([len(PHONES), len(PHONES), 2, 0])
        up = self.chance.sample(list(PHONES.values()), count)
        self.ask("phones", up, exchange=self.chance.choice(["", "", "b"]))

    def offer_goes_on(self) -> None:
        call, helper = self.a_call(CallState.OFFERED), False
        if self.chance.often(0.2):
            call, helper = self.a_call(CallState.TALKING), True
        offer, who = self.a_fence(call, helper), self.chance.choice(["", "", self.an_operator(OperatorState.OFFERED)])
        match self.chance.choice(["accept", "accept", "connect", "connect", "connect", "decline", "renew", "postpone"]):
            case "accept":
                self.ask("accept", call, offer, operator=who)
            case "connect":
                self.ask("connect", call, offer)
            case "decline":
                reason = self.chance.choice(["busy", "no_answer"])
                self.ask("decline", call, offer, reason, pause=self.chance.often(0.5), operator=who)
            case "renew":
                self.ask("renew", call, offer, self.chance.choice([1, 30]))
            case "postpone":
                self.ask("postpone", call, offer, "busy")

    def talk_goes_on(self) -> None:
        call, wrap_up = self.a_call(CallState.TALKING), self.chance.choice([0, 1.5, 20])
        helper = self.chance.often(0.2)
        offer = self.a_fence(call, helper)
        acts = ["hold", "resume", "command", "aside", "invite", "invite", "invite", "hand_over", "transfer", "finish"]
        match self.chance.choice([*acts, "finish", "end"]):
            case "hold" | "resume" as verb:
                self.ask(verb, call, offer)
            case "command":
                self.ask("command", call, offer, "record", on="1")
            case "aside":
                to = self.chance.choice(["", "number:112"])
                self.ask("aside", call, offer, to, "talking" if to else "")
            case "invite":
                found = self.ask("invite", call, offer, self.an_operator(OperatorState.READY))
                if not isinstance(found, str) and self.chance.often(0.6):
                    self.ask("connect", call, found.offer)
            case "hand_over":
                self.ask("hand_over", call, offer, wrap_up=wrap_up)
            case "transfer":
                wishes = self.chance.wishes()
                queue, skills = self.chance.choice(["", wishes["queue"]]), self.chance.choice([None, wishes["skills"]])
                priority = self.chance.choice([None, wishes["priority"]])
                facts = {"queue": queue, "skills": skills, "priority": priority, "wanted": wishes["wanted"]}
                self.ask("transfer", call, offer, wrap_up=wrap_up, **facts)
            case "finish":
                self.ask("finish", call, offer, wrap_up=wrap_up, given_away=self.chance.often(0.3))
            case "end":
                self.ask("end", call, End.ABANDONED)

    def adopt(self) -> None:
        """Asterisk tells of a talk; the line knows the call, or has never heard of it."""
        call = self.chance.choice([self.a_call(), f"lost{self.chance.randint(1, 9)}"])
        self.ask(
            "adopt",
            call,
            caller=self.chance.choice(["", "7701", "7702"]),
            dialled="109",
            since=self.twins.clock() - self.chance.choice([-5, 0, 40]),
            queue=self.chance.choice(QUEUES),
            exchange=self.chance.choice(["", "b"]),
            operator=self.chance.choice([self.an_operator(), "fay"]),
            offer=self.chance.choice([0, 7, self.twins.model.model.fence + 3, self.a_fence(call)]),
            connected_at=self.chance.choice([0, self.twins.clock() - 20, self.twins.clock() + 2]),
            node="n1",
            priority=self.chance.choice([0, -1, 9, 10]),
        )

    def restore(self) -> None:
        """Into what is there by then; once, however often it is asked for."""
        now, states = self.twins.clock(), [OperatorState.READY, OperatorState.PAUSED, OperatorState.PAUSED]
        people = []
        for operator, phone in {**PHONES, "fay": "106"}.items():
            joined = self.chance.choice([(), ("water",)])
            facts = {"desk": self.chance.often(0.3), "state": self.chance.choice(states), "joined": joined}
            people.append(Standing(operator, phone, ("heat",), self.chance.skills(), **facts, reason="tea"))
        told = {"since": now - 40, "place_since": now - 90, "placed_at": now - 30, "notes": {"language": "kk"}}
        promises = [
            Promise(f"cb-{of}", of, f"770{n}", "109", "heat", 5, self.chance.skills(), **told, attempts=n % 2,
                    until=self.chance.choice([0, now + 4]))
            for n, of in enumerate(["c1", "x1", "x2"], 2)
        ]  # fmt: skip
        counts = {("heat", "answered"): self.chance.choice([0, 50])}
        kept = Rung("overload", now - 60, "ann", "шторм", True, 7, {"wait_s": 312.5}, now - 50)
        rung = self.chance.choice([None, kept])
        self.ask("restore", people, promises, counts=counts, rung=rung, settle_s=self.chance.choice([0, 6]))
        self.ask("kept")
        self.ask("mark")

    def ladder(self) -> None:
        n = self.twins.model.model.rung.n - self.chance.often(0.2)
        because = self.chance.choice([None, {"wait_s": 312.5, "over": 240}])
        name, by = self.chance.choice([*RUNGS, "roof"]), self.chance.choice(["rule", "ann"])
        why = self.chance.choice(["", 'свет "везде" / тест'])
        self.ask("set_rung", name, by=by, n=n, why=why, because=because, held=self.chance.often(0.3))
        self.ask("rung")

    def one_to_one(self, operator: Operator) -> None:
        """P1, P2: who is busy has a call, and that call has him, under the same fence."""
        if operator.state not in (OperatorState.OFFERED, OperatorState.TALKING):
            return
        call = self.twins.ask("call", operator.call)
        if operator.offer == call.helper_offer:
            assert (call.helper, call.state) == (operator.operator, CallState.TALKING)
        else:
            assert operator.offer == call.offer
            assert str(call.state) == str(operator.state)
            assert operator.operator in (call.ringing or (call.operator,))


@pytest.mark.parametrize("part", range(4))
def test_engine_and_model_agree_on_every_reply_picture_and_event(valkey: Valkey, part: int) -> None:  # noqa: F811 - the fixture
    """P1, P2, P4, P8, P16, P17: what is shown on the model alone holds for the engine; a lost reply changes nothing."""
    for seed in range(part, SEEDS, 4):
        line = Line(valkey.url, seed)
        try:
            line.play()
        except BaseException as error:
            error.add_note(f"seed {seed}, after {line.twins.asked[-8:]}")
            raise
        finally:
            line.twins.close()
