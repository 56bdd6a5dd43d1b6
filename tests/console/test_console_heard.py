"""What is heard in a talk, on the operator's page in a real browser before a real node."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from kezek_queue import End
from kit.api import Line, notes
from kit.console import Backend, Visit


def _spoken(value: str, confidence: float, words: str, **more: Any) -> dict[str, Any]:
    at = 1_800_000_000.0
    return {"value": value, "ref": "", "confidence": confidence, "source": "spoken", "words": words, "at": at, **more}


def _level(page: Page, name: str) -> str:
    return str(page.locator(f"[data-field={name}]").get_attribute("data-level"))


def test_both_sides_grow_the_fields_fill_and_what_the_operator_types_stays(visit: Visit, backend: Backend) -> None:
    """P17: with the cursor in it, while it is being stored, and after."""
    page = visit.desk()
    line = backend.do(Line(backend.queues, "c1").waits(notes(words=[], fields={}, unheard="recogniser_full")))
    offer = backend.do(line.talks())
    expect(page.locator("[data-unheard=recogniser_full]")).to_be_visible()

    near = [("Древесная", "1", "8"), ("Летняя", "2", "8")]
    choices = [{"street": s, "street_ref": r, "house": h, "building": "", "confidence": 0.5} for s, r, h in near]
    words = [
        {"question": "talk", "who": "operator", "text": "какой адрес", "final": True, "at": 1_800_000_000.0},
        {"question": "talk", "who": "caller", "text": "летняя восемь", "final": False, "at": 1_800_000_001.0},
    ]
    fields = {
        "street": _spoken("Древесная", 0.55, "лесная", ref="1", choices=choices),
        "entrance": _spoken("2", 0.9, "второй подъезд"),
        "urgency": _spoken("gas,children", 0.9, "газ, дети"),
        "duration": _spoken("P2D", 0.9, "второй день"),
    }
    heard = notes(words=words, fields=fields)
    backend.do(backend.queues.note("c1", heard))
    expect(page.locator("li[data-who=operator]")).to_contain_text(re.compile("Вы.*какой адрес", re.S))
    expect(page.locator("li[data-who=caller].partial")).to_contain_text("летняя восемь…")
    expect(page.locator("[data-unheard]")).to_have_count(0)
    expect(page.locator("[data-field=urgency] li")).to_have_count(2)
    expect(page.locator("[data-field=duration]")).to_contain_text("2 дня")
    assert (_level(page, "street"), _level(page, "entrance")) == ("unsure", "sure")
    expect(page.locator("[data-field=street]")).to_contain_text(re.compile(r"услышано «лесная» в \d\d:\d\d:\d\d"))

    entrance = page.locator("#field-entrance")
    entrance.fill("3")
    fields["entrance"] = _spoken("4", 0.99, "четвёртый")
    fields["floor"] = _spoken("5", 0.99, "пятый этаж")
    backend.do(backend.queues.note("c1", {**heard, "fields": fields}))
    expect(page.locator("#field-floor")).to_have_value("5")
    expect(entrance).to_have_value("3")
    entrance.blur()
    page.keyboard.press("2")
    expect(page.locator("#field-street")).to_have_value("Летняя")
    expect(page.locator("#field-house")).to_have_value("8")
    expect(page.get_by_text("Какой из адресов?")).to_have_count(0)
    page.get_by_role("button", name="Убрать: Дети").click()
    expect(page.locator("[data-field=urgency] li")).to_have_count(1)
    page.locator("#field-topic").select_option("heating")
    page.get_by_role("button", name=re.compile("Подтвердить заявку")).click()
    number = page.locator("[data-number]")
    expect(number).to_be_visible()
    told = number.get_attribute("data-number")
    backend.do(backend.queues.finish("c1", offer, wrap_up=60))
    backend.do(backend.queues.end("c1", End.ANSWERED))
    expect(page.locator("article[data-phase=wrap_up]")).to_have_count(1)
    page.keyboard.press("Alt+w")
    expect(page.locator("article")).to_have_count(0)
    page.evaluate("(number) => { location.hash = `#/ticket?number=${number}` }", told)
    facts = page.locator("dl").first
    for fact in ("Подъезд", "3", "Газ", "2 дня"):
        expect(facts).to_contain_text(fact)
    expect(facts).not_to_contain_text("Дети")
