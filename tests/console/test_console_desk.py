"""The operator's page in a real browser, before a real node."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kezek_queue import End
from kit.api import Line, notes
from kit.console import Backend, Visit, sign_in

HOUSEHOLD = {"id": 3, "person": "Марина Примерова", "street_id": 2, "street": "Летняя", "house": "8", "flat": "40"}
OPEN = [{"number": "26-000017-1", "topic": "lift", "state": "open", "created_at": "2026-01-02T03:04:05+00:00"}]


def field(page: Page, name: str) -> tuple[str, str]:
    """What a field shows and how sure it is."""
    return (
        page.locator(f"#field-{name}").input_value(),
        str(page.locator(f"[data-field={name}]").get_attribute("data-level")),
    )


def pop(page: Page, phase: str) -> None:
    expect(page.locator(f"article[data-phase={phase}]")).to_have_count(1)


def ring(backend: Backend, call: str = "c1", **more: object) -> Line:
    return backend.do(Line(backend.queues, call).waits(notes(**more)))  # type: ignore[no-any-return]


def test_signing_in(visit: Visit) -> None:
    """A wrong password is told, the right one leads to the operator's own page in the operator's own language."""
    page = visit()
    expect(page).to_have_url(re.compile("/sign-in$"))
    sign_in(page, "aigul", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("The login or the password is wrong.")
    sign_in(page, "aigul")
    expect(page).to_have_url(re.compile("/desk$"))
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.reload()
    expect(page.locator("header")).to_contain_text("Айгүл")
    page.get_by_title("Выйти").click()
    expect(page).to_have_url(re.compile("/sign-in$"))


def test_ready_and_pause_with_a_reason(visit: Visit) -> None:
    page = visit.as_("aigul")
    bar = page.locator(".bar")
    expect(bar).to_contain_text("только что вошли")
    page.get_by_role("button", name="Готов").click()
    expect(bar.locator("strong")).to_have_text("Готов")
    page.get_by_role("button", name="Пауза").click()
    page.get_by_role("menuitem", name="Обед").click()
    expect(bar).to_contain_text("Обед")
    page.keyboard.press("Alt+p")
    page.keyboard.press("3")
    expect(bar).to_contain_text("Совещание")


def test_the_pop_shows_who_where_and_what_and_how_sure_that_is(visit: Visit, backend: Backend) -> None:
    """P14: it comes to the ringing operator alone."""
    page, other = visit.desk(), visit.as_("bolat")
    ring(backend, household=HOUSEHOLD, open_tickets=OPEN, caller_name="<b>Марина</b>")
    pop(page, "ringing")
    head = page.locator("article header")
    expect(head).to_contain_text("+7 700 999 01 11")
    expect(head).to_contain_text("<b>Марина</b>")
    expect(page.get_by_text("древесная восемь нет отопления", exact=True)).to_be_visible()
    assert field(page, "street") == ("Древесная", "sure")
    assert field(page, "house") == ("8", "likely")
    assert field(page, "flat") == ("", "empty")
    assert field(page, "topic") == ("heating", "sure")
    expect(page.locator("#field-topic option:checked")).to_have_text("отопление")
    expect(page.locator("[data-field=street]")).to_contain_text("точно")
    expect(page.locator("[data-field=street]")).to_contain_text("услышано «древесная»")
    expect(page.locator("section", has_text="Домохозяйство")).to_contain_text("Марина Примерова")
    expect(page.locator("section", has_text="Открытые заявки")).to_contain_text("26-000017-1")
    expect(page.get_by_role("button", name="Подтвердить заявку")).to_be_disabled()
    expect(other.locator("article")).to_have_count(0)


def test_words_are_shown_as_they_come(visit: Visit, backend: Backend) -> None:
    page = visit.desk()
    ring(backend, words=[{"question": "open", "text": "летняя", "final": False}], fields={})
    pop(page, "ringing")
    expect(page.locator("li.partial")).to_have_text(re.compile("ещё слушаем.*летняя…", re.S))
    backend.do(backend.queues.note("c1", notes()))
    expect(page.locator("li.partial")).to_have_count(0)
    expect(page.get_by_text("древесная восемь нет отопления", exact=True)).to_be_visible()
    assert field(page, "house") == ("8", "likely")


def test_mend_confirm_tell_the_number_wrap_up(visit: Visit, backend: Backend) -> None:
    """What comes by speech while the operator types does not overwrite what is typed."""
    page = visit.desk()
    line = ring(backend)
    offer = backend.do(line.talks())
    pop(page, "talking")
    page.locator("#field-flat").fill("40")
    again = notes(words=[{"question": "talk", "text": "квартира сорок один", "final": True}])
    heard = {"value": "41", "ref": "", "confidence": 0.9, "source": "spoken", "words": "сорок один"}
    backend.do(backend.queues.note("c1", {**again, "fields": {**again["fields"], "flat": heard}}))
    expect(page.get_by_text("квартира сорок один", exact=True)).to_be_visible()
    assert field(page, "flat")[0] == "40"

    street = page.locator("#field-street")
    street.fill("жаз")
    page.get_by_role("option", name="Летняя").click()
    page.locator("#field-house").fill("8")
    page.locator("#field-note").fill("второй день")
    page.keyboard.press("Control+Enter")
    number = page.locator("[data-number]")
    expect(number).to_be_visible()
    expect(number).to_have_attribute("data-number", re.compile(r"^\d\d-\d{6}-\d$"))
    assert field(page, "flat") == ("40", "mine")
    expect(page.locator("form")).not_to_contain_text("сохраняется")
    told = str(number.get_attribute("data-number"))

    backend.do(backend.queues.finish("c1", offer, wrap_up=60))
    backend.do(backend.queues.end("c1", End.ANSWERED))
    pop(page, "wrap_up")
    expect(page.locator("article header")).to_contain_text(re.compile(r"осталось 0:[0-5]\d"))
    page.keyboard.press("Alt+w")
    expect(page.locator("article")).to_have_count(0)
    expect(page.locator("section", has_text="Мои последние заявки")).to_contain_text(told)
    page.locator("#find-number").fill(told)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="второй день")).to_be_visible()


def test_enter_confirms_when_everything_is_right(visit: Visit, backend: Backend) -> None:
    page = visit.desk()
    line = ring(backend)
    pop(page, "ringing")
    backend.do(line.talks())
    pop(page, "talking")
    expect(page.get_by_role("button", name="Подтвердить заявку")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-number]")).to_be_visible()


def test_declining(visit: Visit, backend: Backend) -> None:
    """The phone stops, the caller keeps the place, and the operator sees why no more calls come."""
    page = visit.desk()
    ring(backend)
    pop(page, "ringing")
    page.get_by_role("button", name="Отклонить").click()
    expect(page.locator("article")).to_have_count(0)
    expect(page.locator(".bar")).to_contain_text("звонок отклонён")
    assert backend.do(backend.queues.snapshot()).waiting[0].call == "c1"


def test_the_pop_goes_when_the_caller_leaves(visit: Visit, backend: Backend) -> None:
    """P14: the screen says so and is free."""
    page = visit.desk()
    ring(backend)
    pop(page, "ringing")
    backend.do(backend.queues.end("c1", End.ABANDONED))
    expect(page.locator("article")).to_have_count(0)
    expect(page.get_by_text("Звонящий положил трубку.")).to_be_visible()


def test_a_second_sign_in_tells_the_first(visit: Visit) -> None:
    """The newer sign-in has the desk; to take it back from another machine means to sign in again."""
    first = visit.desk()
    second = visit.as_("aigul")
    expect(first.get_by_text("открыто в другом окне")).to_be_visible()
    expect(second.locator(".chip")).to_have_text("На связи")
    first.get_by_role("button", name="Работать здесь").click()
    expect(first).to_have_url(re.compile("/sign-in$"))


def test_a_second_window_takes_the_desk_and_gives_it_back(visit: Visit) -> None:
    first = visit.desk()
    second = first.context.new_page()
    second.goto("/")
    expect(second.locator(".chip")).to_have_text("На связи")
    expect(first.get_by_text("открыто в другом окне")).to_be_visible()
    first.get_by_role("button", name="Работать здесь").click()
    expect(first.locator(".chip")).to_have_text("На связи")
    expect(second.get_by_text("открыто в другом окне")).to_be_visible()


def test_after_the_servers_restart_there_is_one_pop(visit: Visit, backend: Backend) -> None:
    """P14, P22: the desk says that no calls reach it, comes back by itself, and shows the call once."""
    page = visit.desk()
    line = ring(backend)
    backend.do(line.talks())
    pop(page, "talking")
    page.locator("#field-note").fill("не потерять")
    backend.stop()
    expect(page.get_by_text("звонки к вам не поступают")).to_be_visible()
    backend.start()
    expect(page.locator(".chip")).to_have_text("На связи")
    pop(page, "talking")
    expect(page.locator("#field-note")).to_have_value("не потерять")


def test_hostile_and_endless_text_is_text_and_stays_inside(visit: Visit, backend: Backend) -> None:
    """A name of one endless word, a note longer than the door takes: the page keeps its width and what it can store."""
    page = visit.desk(width=390, height=844)
    line = ring(backend, caller_name="<script>alert(1)</script>\u202e" + "W" * 120)
    pop(page, "ringing")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    backend.do(line.talks())
    pop(page, "talking")
    page.locator("#field-note").fill("<b>\u202e" + "Ы" * 5000)
    expect(page.locator("#field-note")).to_have_value("<b>\u202e" + "Ы" * 1996)
    page.keyboard.press("Control+Enter")
    told = str(page.locator("[data-number]").get_attribute("data-number"))
    offer = backend.do(backend.queues.call("c1")).offer
    backend.do(backend.queues.finish("c1", offer, wrap_up=60))
    backend.do(backend.queues.end("c1", End.ANSWERED))
    pop(page, "wrap_up")
    page.keyboard.press("Alt+w")
    page.locator("#find-number").fill(told)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="ЫЫЫ")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_reloaded_page_keeps_the_order_for_after_the_talk(visit: Visit, backend: Backend) -> None:
    page = visit.desk()
    line = ring(backend)
    backend.do(line.talks())
    pop(page, "talking")
    page.keyboard.press("Alt+p")
    page.keyboard.press("2")
    expect(page.locator(".bar")).to_contain_text("После звонка")
    page.reload()
    pop(page, "talking")
    expect(page.locator(".bar")).to_contain_text("После звонка")


def test_a_phones_width_holds_the_pop(visit: Visit, backend: Backend) -> None:
    page = visit.desk(width=390, height=844)
    ring(backend, household=HOUSEHOLD, open_tickets=OPEN, caller_name="Марина " * 8)
    pop(page, "ringing")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
