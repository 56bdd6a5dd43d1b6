"""The manager's page in a real browser, before a real node."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from kezek_queue import End
from kit.api import Line, notes
from kit.console import Backend, Visit, sign_in


def figure(page: Page, name: str, text: str) -> None:
    expect(page.locator(f"[data-figure={name}] .value")).to_have_text(text)


def test_a_call_is_seen_waiting_and_then_answered(visit: Visit, backend: Backend) -> None:
    """P21: by itself, without a reload."""
    board = visit.as_("dana")
    expect(board).to_have_url(re.compile("/wallboard$"))
    figure(board, "waiting", "0")
    figure(board, "answered", "0")
    line: Line = backend.do(Line(backend.queues, "w1").waits(notes()))
    figure(board, "waiting", "1")
    expect(board.locator("[data-queue=hotline]")).to_contain_text("hotline")

    visit.desk()  # the one who waits is offered at once
    offer = backend.do(line.talks())
    figure(board, "waiting", "0")
    expect(board.locator("[data-operator=aigul]")).to_contain_text("Разговор")
    backend.do(backend.queues.finish("w1", offer, wrap_up=5))
    backend.do(backend.queues.end("w1", End.ANSWERED))
    figure(board, "answered", "1")
    figure(board, "service_level", "100%")
    expect(board.locator("[data-end=answered]")).to_contain_text("1")
    expect(board.get_by_role("img")).to_have_attribute("aria-label", re.compile("отвечено 1"))


def test_an_operator_is_not_shown_the_wallboard(visit: Visit) -> None:
    page = visit.as_("aigul")
    expect(page).to_have_url(re.compile("/desk$"))
    page.goto("/wallboard")
    expect(page).to_have_url(re.compile("/desk$"))


def test_an_operator_whose_page_is_closed_is_not_counted_as_ready(visit: Visit) -> None:
    """No calls reach him, whatever his last command was."""
    board, desk = visit.as_("dana"), visit.desk()
    figure(board, "ready", "1")
    desk.close()
    figure(board, "ready", "0")
    expect(board.locator("[data-operator=aigul]")).to_contain_text("рабочее место закрыто")


def test_too_many_wrong_passwords_say_when_to_come_back(visit: Visit) -> None:
    page = visit()
    for _ in range(6):
        sign_in(page, "aigul", "wrong")
        expect(page.locator("form .main")).to_be_enabled()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"через \d мин|in \d min"))


def test_old_figures_say_that_they_are_old(visit: Visit, backend: Backend) -> None:
    """P22: a frozen wallboard does not pass for the present one, and lives again by itself."""
    board = visit.as_("dana")
    figure(board, "waiting", "0")
    expect(board.locator("main")).to_have_attribute("data-stale", "false")
    backend.stop()
    expect(board.locator("main")).to_have_attribute("data-stale", "true")
    expect(board.get_by_role("alert")).to_contain_text("уже не текущие")
    backend.start()
    expect(board.locator("main")).to_have_attribute("data-stale", "false")


def test_a_phones_width_holds_the_wallboard(visit: Visit) -> None:
    board = visit.as_("dana", width=390, height=844)
    figure(board, "waiting", "0")
    assert board.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_language_and_the_theme_are_kept(visit: Visit) -> None:
    board = visit.as_("dana")
    board.get_by_label("Язык").select_option("kk")
    expect(board.locator("[data-figure=waiting] dt")).to_have_text("Күтуде")
    board.get_by_title("Көрініс: Жүйедегідей").click()
    board.get_by_title("Көрініс: Ашық").click()
    expect(board.locator("html")).to_have_attribute("data-dark", "")
    board.reload()
    expect(board.locator("[data-figure=waiting] dt")).to_have_text("Күтуде")
    expect(board.locator("html")).to_have_attribute("data-dark", "")
