"""What an operator does with a call, in a real browser before the invented server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit
from kit.console_fake import Fake


@pytest.fixture
def talk(office: Visit, fake: Fake) -> Page:
    """A desk with a call in a talk."""
    page = office.as_("aigul")
    expect(page.locator(".chip")).to_have_text("Connected")
    fake.play("ringing", "talking")
    phase(page, "talking")
    return page


def phase(page: Page, name: str) -> None:
    expect(page.locator(f"article[data-phase={name}]")).to_have_count(1)


def pick(page: Page, text: str) -> None:
    """By the keyboard alone: what is typed, then Enter."""
    expect(page.locator("dialog [role=option]").first).to_be_visible()
    page.keyboard.type(text)
    expect(page.locator("dialog [role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")


def test_a_call_is_transferred_to_a_queue(talk: Page) -> None:
    """P5: the giver wraps up, the call goes on elsewhere."""
    talk.keyboard.press("Alt+t")
    pick(talk, "водоснаб")
    phase(talk, "wrap_up")
    expect(talk.locator("dialog")).to_have_count(0)


def test_an_outside_number_is_given_or_typed(talk: Page) -> None:
    talk.get_by_role("button", name="Transfer").click()
    box = talk.locator("dialog [role=combobox]")
    box.fill("112")
    expect(talk.locator("dialog [role=option]")).to_have_count(1)
    box.fill("8 (701) 555-01-42")
    expect(talk.get_by_role("option", name="Dial")).to_be_visible()
    talk.get_by_role("option", name="Dial").click()
    phase(talk, "wrap_up")


def test_whoever_is_not_ready_cannot_be_consulted_but_given_a_call(talk: Page) -> None:
    talk.keyboard.press("Alt+k")
    mariya = talk.get_by_role("option", name="Мария Соколова")
    expect(mariya).to_have_attribute("aria-disabled", "true")
    mariya.click(force=True)
    expect(talk.locator("dialog")).to_be_visible()
    talk.keyboard.press("Alt+t")
    expect(mariya).to_have_attribute("aria-disabled", "false")
    talk.keyboard.press("Enter")  # nobody was chosen
    expect(talk.locator("dialog [aria-selected=true]")).to_have_count(0)
    talk.keyboard.press("Escape")
    expect(talk.locator("dialog")).to_have_count(0)
    phase(talk, "talking")


def test_consult_talk_together_hand_over(talk: Page, fake: Fake) -> None:
    talk.keyboard.press("Alt+k")
    pick(talk, "бойко")
    band = talk.locator("[data-aside]")
    expect(band).to_have_attribute("data-aside", "ringing")
    expect(band).to_contain_text("Calling Олександр Бойко")
    expect(band.get_by_role("button", name="Hand over")).to_have_count(0)
    fake.play("answers")
    expect(band).to_have_attribute("data-aside", "talking")
    expect(band).to_contain_text("does not hear you")
    band.get_by_role("button", name="Talk together").click()
    expect(band).to_have_attribute("data-aside", "joined")
    talk.keyboard.press("Alt+l")
    phase(talk, "wrap_up")


def test_a_consultation_is_ended_and_the_caller_is_back(talk: Page, fake: Fake) -> None:
    talk.keyboard.press("Alt+k")
    pick(talk, "бойко")
    fake.play("answers")
    expect(talk.locator("[data-aside=talking]")).to_have_count(1)
    talk.get_by_role("button", name="Back to the caller").click()
    expect(talk.locator("[data-aside]")).to_have_count(0)
    expect(talk.get_by_role("button", name=re.compile("^Hold"))).to_be_enabled()


def test_hold_and_recording(talk: Page) -> None:
    talk.keyboard.press("Alt+h")
    expect(talk.locator("article header")).to_contain_text("On hold")
    talk.get_by_role("button", name="Take off hold").click()
    expect(talk.locator("article header")).not_to_contain_text("On hold")
    expect(talk.locator("[data-recording]")).to_have_attribute("data-recording", "on")
    talk.get_by_role("button", name="Stop recording").click()
    expect(talk.locator("[data-recording]")).to_have_attribute("data-recording", "off")


def test_a_wrap_up_is_prolonged_as_often_as_the_rules_allow(talk: Page, fake: Fake) -> None:
    """P4: and what comes after it is named with its reason."""
    talk.keyboard.press("Alt+p")
    talk.keyboard.press("2")
    expect(talk.locator(".bar")).to_contain_text("After this call: pause (Lunch)")
    fake.play("wrap_up")
    more = talk.get_by_role("button", name="+1 min")
    expect(talk.locator("article header")).to_contain_text(re.compile(r"0:[0-3]\d left.*still possible: 2", re.S))
    more.click()
    expect(talk.locator("article header")).to_contain_text(re.compile(r"1:[0-3]\d left.*still possible: 1", re.S))
    talk.keyboard.press("Alt+x")
    expect(talk.locator("article header")).to_contain_text(re.compile(r"2:[0-3]\d left.*no more extensions", re.S))
    expect(more).to_be_disabled()


def test_a_callback_says_that_the_citizen_is_being_called(office: Visit, fake: Fake) -> None:
    """P12: and which attempt this is; the operator is connected, nothing comes in."""
    page = office.as_("aigul")
    expect(page.locator(".chip")).to_have_text("Connected")
    fake.play("callback")
    phase(page, "ringing")
    expect(page.locator("article header")).to_contain_text("We are calling the citizen")
    expect(page.locator("article header")).to_contain_text("Callback, attempt 2")
    expect(page.locator(".bar strong")).to_have_text("Callback")
    fake.play("reached")
    expect(page.locator("article header")).to_contain_text("Pick up the phone 201")


def test_a_helper_sees_the_call_and_changes_nothing(office: Visit, fake: Fake) -> None:
    page = office.as_("aigul")
    expect(page.locator(".chip")).to_have_text("Connected")
    fake.play("helping", "talking")
    phase(page, "talking")
    expect(page.locator("article header")).to_contain_text("You are helping a colleague")
    expect(page.get_by_role("button", name="Transfer")).to_have_count(0)
    expect(page.locator("#field-house")).not_to_be_editable()


def test_the_second_line_joins_a_queue(office: Visit) -> None:
    page = office.as_("aigul")
    expect(page.locator(".chip")).to_have_text("Connected")
    page.keyboard.press("Alt+q")
    page.get_by_label("Электричество").click()
    expect(page.locator("[data-queue=power]")).to_have_class(re.compile("joined"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Helping: Электричество")).to_be_focused()


def test_a_phones_width_holds_the_talk_and_the_list(office: Visit, fake: Fake) -> None:
    page = office.as_("aigul", width=390, height=844)
    expect(page.locator(".chip")).to_have_text("Connected")
    fake.play("transferred", "talking")
    phase(page, "talking")
    expect(page.locator("article header")).to_contain_text("Transferred by Олександр Бойко")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Consult").click()
    expect(page.locator("dialog [role=option]").first).to_be_visible()
    assert page.locator("dialog").evaluate("(dialog) => dialog.scrollWidth") <= 390
