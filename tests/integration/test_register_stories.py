"""Two of the register's stories from end to end, on both databases: a ticket for a foreign owner, a late executor.

Real are the register, its doors, the notifier and time's own work; telephones are played by script. The two with a real
Asterisk: test_whole_register.py.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from kezek_api.health import Health
from kezek_api.notifier.notifier import Notifier
from kezek_api.notifier.rules import Hooks, NoticeRules
from kezek_api.notifier.signing import verify
from kezek_api.settings import Settings
from kezek_register.escalation import Chain
from kezek_register.work_rules import WorkRules
from kit.api import until
from kit.receiver import receiving
from kit.register_story import LIMIT_S, RAILWAY, VODOKANAL, Clock, moved, story_of, utc_now, wish, written
from kit.scripted_line import after, during, press

DUTY_PHONE, HEADS_PHONE = "+77009990202", "+77009990201"  # of the waterworks, of the housing department
CITIZEN = "+77009990115"


async def test_a_ticket_for_a_foreign_owner_is_passed_to_it_and_followed_under_the_same_number(
    register_url: str, tmp_path: Path
) -> None:
    """The pipe turns out to be the railway's: its own service is told by its own program, and the citizen keeps his
    number until it is mended and he has said so."""
    (tmp_path / "secret").write_text("whsec")
    rules = NoticeRules(webhooks=Hooks(secret_file=str(tmp_path / "secret")))
    async with (
        receiving() as railways_program,
        story_of(register_url, tmp_path / "photos", utc_now, WorkRules(language="kk")) as story,
        story.node("n1"),
    ):
        await wish(story.register, RAILWAY, address=f"{railways_program.url}/kezek")
        settings = Settings.load(tmp_path, site="109", node="n1", timezone="Asia/Almaty")
        notifier = asyncio.create_task(Notifier(story.register, rules, settings, Health()).run())  # till the end, below
        story.picks_up(DUTY_PHONE, "1", at="told_heard")
        story.picks_up(CITIZEN, "1", at="told_verify_yes")

        async with story.town.at_the_door("aigul") as operator:
            monday = (await operator.get("/api/addresses", params={"q": "понедельничная 4"})).json()["addresses"][0]
            beside = {"street_id": monday["street"]["id"], "asset_kind": "water_pipe"}
            theirs = (await operator.get("/api/duties/answer", params={**beside, "house": "8"})).json()["answer"]
            assert (theirs["organisation"]["code"], theirs["organisation"]["foreign"]) == (RAILWAY, True)
            ticket = await written(
                operator, caller=CITIZEN, language="kk", street_id=monday["street"]["id"], house="4", topic="leak"
            )
        number, due = ticket["number"], ticket["deadline"]["due_at"]
        assert (ticket["state"], ticket["organisation"]) == ("assigned", VODOKANAL)
        await story.told(number, "assigned")

        async with story.town.at_the_door("erlan") as plumber:
            await moved(plumber, number, "accept")
            await moved(plumber, number, "hand_on", organisation=RAILWAY, why="Их ввод, за нашим колодцем")
            assert (await plumber.get(f"/api/executor/tickets/{number}")).status_code == 404
        (asked,) = await until(lambda: railways_program.asked, LIMIT_S)
        assert verify("whsec", asked.body, asked.headers["kezek-signature"], time.time())
        told = json.loads(asked.body)
        assert (told["what"], told["about"]) == ("assigned", f"ticket:{number}")
        assert CITIZEN not in asked.body.decode()

        keyed = number.replace("-", "") + "#"
        line = await story.dials(
            during("greeting", press("8")),
            after("ticket_ask", press(keyed)),
            after("ticket_ask_other", press("1#")),
            caller="+77010000099",
            language="kk",
        )
        told_him = line.heard[line.heard.index("ticket_number") :]
        assert told_him[:11] == ["ticket_number", *(f"number/{digit}" for digit in keyed[:-1]), "subject/leak"]
        assert "state/assigned" in told_him
        assert "ticket_due" in told_him

        async with story.town.at_the_door("olena") as railwayman:
            card = (await railwayman.get(f"/api/executor/tickets/{number}")).json()
            assert card["ticket"]["deadline"]["due_at"] == due, "handed on it keeps its deadline"
            assert card["moves"][-1]["why"] == "Их ввод, за нашим колодцем"
            await moved(railwayman, number, "accept")
            await moved(railwayman, number, "report", why="Труба заменена")
        assert (await story.told(number, "verify")).result == "1"
        async with story.town.at_the_door("aigul") as operator:
            card = (await operator.get(f"/api/tickets/{number}/card")).json()
        assert (card["ticket"]["state"], card["ticket"]["verified"]) == ("closed", "yes")
        assert [(move["move"], move["who"], move["organisation"]) for move in card["moves"]] == [
            ("register", "aigul", ""),
            ("assign", "kezek", VODOKANAL),
            ("accept", "erlan", ""),
            ("hand_on", "erlan", RAILWAY),
            ("accept", "olena", ""),
            ("report", "olena", ""),
            ("verify", "citizen", ""),
        ]
        assert story.phoned == [DUTY_PHONE, CITIZEN], "the railway is told as it wishes: by its program alone"
        notifier.cancel()
        await asyncio.wait({notifier})


async def test_a_late_executor_is_phoned_once_and_then_his_head_also_after_a_restart(
    register_url: str, tmp_path: Path
) -> None:
    """P8: whichever node finds him late, and however often one is killed and started again."""
    clock = Clock(datetime(2026, 11, 23, 9, tzinfo=UTC))  # a Monday
    rules = WorkRules(chain=Chain(coordinator=("call", "+77009990300")), language="kk")
    async with story_of(register_url, tmp_path / "photos", clock, rules) as story:
        await wish(story.register, "housing", channel="call")
        for phone in (DUTY_PHONE, HEADS_PHONE, "+77009990300"):
            story.picks_up(phone, "1", at="told_heard")
        async with story.town.at_the_door("aigul") as operator:
            street = {"street_id": story.town.street_id, "house": "8"}
            ticket = await written(operator, caller=CITIZEN, language="kk", topic="leak", **street)
        number = ticket["number"]

        async with story.node("n1") as one, story.node("n2") as other:
            await story.told(number, "assigned")
            clock.after(hours=8)
            await asyncio.gather(one.tending.once(), other.tending.once())
            assert story.phoned == [DUTY_PHONE], "to the minute it is not late yet"
            clock.after(minutes=5)
            await asyncio.gather(*(node.tending.once() for node in (one, other) for _ in range(3)))
            assert (await story.told(number, "late")).result == "1"
            assert story.phoned == [DUTY_PHONE, DUTY_PHONE], "that it is his, and that it is late"
            assert story.heard(DUTY_PHONE)[:3] == ["told_hello", "told_late", "ticket_number"]
            assert {"subject/leak", "ticket_late"} < set(story.heard(DUTY_PHONE))
            await one.die()

        async with story.node("n1") as again:
            for _ in range(3):
                await again.tending.once()
            clock.after(minutes=50)
            await again.tending.once()
            assert len(story.phoned) == 2, "he has been told"
            clock.after(minutes=10)
            await again.tending.once()
            await until(lambda: HEADS_PHONE in story.phoned, LIMIT_S)
            assert (await story.told(number, "late")).address == HEADS_PHONE

        async with story.node("n1") as at_last, story.town.at_the_door("erlan") as plumber:
            card = (await plumber.get(f"/api/executor/tickets/{number}")).json()
            assert card["ticket"]["deadline"]["clock"] == "late"
            assert (await plumber.get("/api/executor")).json()["late"] == 1
            await moved(plumber, number, "report", why="Прорыв устранён")
            clock.after(days=2)
            await at_last.tending.once()
            taken = await story.register.work.escalations(number)
            assert [(step.step, step.organisation) for step in taken] == [("executor", VODOKANAL), ("head", "housing")]
            assert story.phoned.count(DUTY_PHONE) + story.phoned.count(HEADS_PHONE) == 3
