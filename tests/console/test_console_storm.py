"""The storm board in a real browser before the invented server: decided by one press, live, and whole on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit
from kit.console_fake import Fake


def board(page: Page) -> Page:
    page.evaluate("location.hash = '#/storm'")
    expect(page.locator("[data-rung]")).to_be_visible()
    return page


@pytest.fixture
def boss(office: Visit) -> Page:
    return board(office.as_("dana"))


def test_calm_is_said_and_a_suspicion_is_seen_without_a_press_and_confirmed_by_enter(boss: Page, fake: Fake) -> None:
    """P18: from a sentence to a confirmed outage in two presses; the outage stands in the list and in the time line."""
    fake.play("calm")
    expect(boss.locator("[data-calm]")).to_be_visible()
    fake.play("reset", "storm")
    first = boss.locator("[data-suspicion='7']")
    expect(first).to_contain_text("17 сообщений за 6 минут")  # in her own language
    expect(boss.locator("[data-calm]")).to_have_count(0)
    expect(boss.get_by_role("application", name="Map of the houses")).not_to_have_attribute("data-marked", "0")
    first.locator("[data-act=confirm]").click()
    expect(boss.get_by_role("dialog").get_by_label(re.compile("^What callers hear besides"))).to_be_focused()
    boss.keyboard.press("Enter")
    expect(first).to_have_count(0)
    expect(boss.locator("[data-outages] [data-outage]", has_text="No heating")).to_be_visible()
    expect(boss.locator("[data-what=confirmed]")).to_contain_text("dana")


def test_what_callers_add_stands_first_and_a_rumour_is_dismissed_with_its_reason(boss: Page, fake: Fake) -> None:
    fake.play("storm")
    danger = boss.locator("[data-additions]")
    expect(danger).to_contain_text("лежит провод")
    wire = danger.locator("[data-addition=electric]")
    wire.get_by_role("button", name="Handled").click()
    wire.get_by_role("button", name="Undo").click()  # one press too many takes no danger off the board
    expect(wire.get_by_role("button", name="Handled")).to_be_focused()
    wire.get_by_role("button", name="Handled").click()
    expect(danger).to_have_attribute("data-additions", "1")
    boss.locator("[data-suspicion='8'] [data-act=reports]").click()
    expect(boss.locator("[data-report]").first).to_be_visible()
    boss.keyboard.press("Escape")
    boss.locator("[data-suspicion='8'] [data-act=dismiss]").click()
    boss.keyboard.type("The crew is there: it is on")
    boss.keyboard.press("Enter")
    expect(boss.locator("[data-suspicion='8']")).to_have_count(0)
    expect(boss.locator("[data-what=dismissed]", has_text="The crew is there")).to_be_visible()


def test_the_rung_moves_with_a_reason_is_held_and_let_go(boss: Page) -> None:
    rung = boss.locator("[data-rung]")
    rung.locator("[data-act=up]").click()
    boss.keyboard.type("Half of the town is dark")
    boss.keyboard.press("Enter")
    expect(rung).to_have_attribute("data-rung", "elevated")
    expect(rung).to_have_attribute("data-held", "true")
    expect(rung).to_contain_text("Half of the town is dark")
    expect(boss.locator("[data-what=rung]")).to_contain_text("dana")
    rung.locator("[data-act=hold]").click()
    expect(rung).to_have_attribute("data-held", "false")


def test_a_part_is_restored_from_the_board(boss: Page, fake: Fake) -> None:
    fake.play("storm")
    boss.locator("[data-outage='1'] [data-act=restore]").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label(re.compile("1–30")).check()
    dialog.get_by_role("button", name="Restored in part").click()
    expect(boss.locator("[data-outage='1'] .part")).to_contain_text("1–30")


def test_what_is_suspected_becomes_a_part_of_a_known_outage(boss: Page, fake: Fake) -> None:
    fake.play("storm")
    expect(boss.locator("[data-suspicion='7'] [data-act=attach]")).to_have_count(0)  # no heating is out
    boss.locator("[data-suspicion='8'] [data-act=attach]").click()
    boss.get_by_role("dialog").get_by_role("button", name="Attach").click()
    expect(boss.locator("[data-suspicion='8']")).to_have_count(0)
    expect(boss.locator("[data-outage='3'] .where").first).to_contain_text("7-2")


def test_a_crews_word_stands_beside_and_asks_whether_it_is_restored(boss: Page, fake: Fake) -> None:
    """A rumour: the crew finds nothing missing. 'On' restores nothing by itself."""
    fake.play("storm")
    boss.locator("[data-outage='1'] [data-act=word]").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_role("radio", name="It is on").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label(re.compile("1–30"))).to_be_checked()  # the same dialog's place: restored in part
    boss.keyboard.press("Escape")
    expect(boss.locator("[data-outage='1'] [data-word=on]")).to_contain_text("dana")
    boss.locator("[data-suspicion='7'] [data-act=word]").click()
    dialog.get_by_role("radio", name="It is on").check()
    boss.keyboard.press("Enter")
    expect(boss.locator("[data-suspicion='7']")).to_have_count(0)
    expect(boss.locator("[data-what=dismissed]", has_text="by rule")).to_be_visible()


def test_an_organisations_own_crew_says_what_it_finds(office: Visit, fake: Fake) -> None:
    fake.play("storm")
    page = office.as_("serik", width=390, height=844)
    trouble = page.locator("[data-trouble=s7]")
    trouble.locator("[data-says=out]").click()
    page.get_by_role("dialog").get_by_label("Note").fill("the pump is burnt")
    page.keyboard.press("Enter")
    expect(trouble.locator("[data-word=out]")).to_contain_text("the pump is burnt")


def test_an_operator_sees_the_rung_and_what_it_does_and_nothing_on_an_ordinary_day(office: Visit, fake: Fake) -> None:
    page = office.as_("aigul")
    expect(page.get_by_role("button", name="Ready")).to_be_visible()
    expect(page.locator("[data-desk-rung]")).to_have_count(0)
    fake.play("storm")
    expect(page.locator("[data-desk-rung=overload]")).to_contain_text("кері қоңырау")  # in her own language


def test_an_operator_sees_that_it_is_still_out_where_we_said_that_it_is_over(office: Visit, fake: Fake) -> None:
    page = office.as_("aigul")
    expect(page.get_by_role("button", name="Ready")).to_be_visible()
    fake.play("ringing", "still_out")
    expect(page.locator("[data-still='1']").get_by_role("link", name="Outage 1")).to_be_visible()


def test_a_whole_storm_by_keyboard_alone_on_a_phone_in_kazakh(office: Visit, fake: Fake) -> None:
    """P18: from calm to the report. The focus is never lost, and what grows meanwhile does not move under the hand."""
    fake.play("calm")
    page = office.as_("dana", width=390, height=844)
    page.get_by_label("Language").select_option("kk")
    board(page)
    keys = page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        raise AssertionError(f"no way to {selector} by Tab")

    def kept() -> None:
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.wait_for_function("document.activeElement !== document.body")

    expect(page.locator("[data-calm]")).to_be_visible()
    fake.play("spark")
    expect(page.locator("[data-status]")).to_contain_text("Күдік: Жылу жоқ")  # told to who does not look
    tab_to("[data-suspicion='7'] [data-act=confirm]")
    fake.play("grow")
    expect(page.locator("[data-suspicion='7']")).to_contain_text("2 600")
    expect(page.locator("[data-suspicion='7'] [data-act=confirm]")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[data-outage]")).to_be_visible()
    kept()
    fake.play("grow")
    expect(page.locator("[data-act=extend]")).to_be_visible()
    tab_to("[data-act=extend]")
    keys.press("Enter")
    expect(page.locator("[data-act=extend]")).to_have_count(0)
    kept()
    tab_to("[data-act=restore]")
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("checkbox").first).to_be_focused()
    keys.press("Space")
    keys.press("Enter")
    expect(page.locator("[data-outage] .part")).to_contain_text("1–40")
    kept()
    fake.play("still")
    expect(page.locator("[data-outage] .still")).to_be_visible()
    tab_to("[data-outage] a.name")
    keys.press("Enter")
    expect(page.locator("[data-still-out='4']")).to_be_visible()
    kept()
    tab_to(".acts .main")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[data-restoration]")).to_have_count(2)
    kept()
    tab_to("a[href*='view=report']")
    keys.press("Enter")
    expect(page.locator("[data-report]")).to_be_visible()


def test_a_bulletin_is_typed_heard_published_and_stopped(boss: Page) -> None:
    boss.get_by_role("button", name="New bulletin").click()
    dialog = boss.get_by_role("dialog")
    expect(dialog.locator("[data-act=publish]")).to_be_disabled()  # it says nothing yet
    boss.keyboard.type("Water is brought to school five")
    dialog.locator("[data-act=hear]").click()
    expect(dialog.locator("audio")).to_have_attribute("src", re.compile(r"/api/bulletins/1/sound\?language=en"))
    dialog.locator("[data-act=publish]").click()
    expect(dialog).to_have_count(0)
    one = boss.locator("[data-bulletin='1']")
    expect(one).to_have_attribute("data-is", "on")
    expect(boss.locator("[data-what=published]")).to_contain_text("school five")
    one.get_by_role("button", name="Stop").click()
    one.get_by_role("button", name="Yes").click()
    expect(one).to_have_count(0)


def test_a_bulletin_is_spoken_into_the_microphone_and_arrives_as_the_telephone_has_it(boss: Page) -> None:
    """8 kHz, 16 bit, one channel; the microphone is a tone of the page's own."""
    boss.evaluate(
        """() => {
        navigator.mediaDevices.getUserMedia = async () => {
            const sound = new AudioContext(), tone = sound.createOscillator();
            const out = sound.createMediaStreamDestination();
            tone.connect(out); tone.start(); return out.stream; };
        }"""
    )
    boss.get_by_role("button", name="New bulletin").click()
    boss.locator("[data-act=record]").click()
    expect(boss.locator("[data-act=stop-record]")).to_contain_text("0:01")
    boss.locator("[data-act=stop-record]").click()
    expect(boss.get_by_role("dialog").get_by_text("recorded", exact=True)).to_be_visible()
    wav = boss.request.get("/api/bulletins/1/sound?language=en").body()
    assert wav[:4] == b"RIFF"
    assert [int.from_bytes(wav[at : at + 2], "little") for at in (22, 24, 34)] == [1, 8000, 16]
    assert len(wav) > 8_000  # half a second at least


def test_the_second_line_looks_and_confirms_but_does_not_move_the_ladder(office: Visit, fake: Fake) -> None:
    fake.play("storm")
    page = office.as_("aigul")
    page.get_by_role("link", name="Storm").click()
    expect(page.locator("[data-suspicion='7'] [data-act=confirm]")).to_be_visible()
    expect(page.locator("[data-rung]")).to_have_attribute("data-rung", "overload")
    expect(page.locator("[data-act=up]")).to_have_count(0)
    expect(page.get_by_role("button", name="New bulletin")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 768])
def test_the_storm_fits_a_narrow_screen(office: Visit, fake: Fake, width: int) -> None:
    fake.play("storm")
    page = board(office.as_("dana", width=width, height=900))
    expect(page.locator("[data-suspicion]").first).to_be_visible()
    expect(page.get_by_role("application", name="Map of the houses")).not_to_have_attribute("data-marked", "0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_outages_end_is_worked_off_on_its_page_and_its_report_is_printed(boss: Page, fake: Fake) -> None:
    """P18: what is still out, who is helped first, each part that is over; the report writes itself."""
    fake.play("storm")
    boss.evaluate("location.hash = '#/outage?id=1'")
    expect(boss.locator("[data-still-out='4'] [data-left=houses]")).to_contain_text("3 из 4")
    expect(boss.locator("[data-restoration='1']")).to_contain_text("oksana")
    expect(boss.locator("[data-step=duty]")).to_contain_text("comes")
    house = boss.locator("[data-building]").first
    house.get_by_role("button").click()
    expect(house).to_contain_text("dana")
    boss.get_by_role("link", name="Report", exact=True).click()
    report = boss.locator("[data-report='1']")
    expect(report).to_contain_text("Calls saved118")
    boss.emulate_media(media="print")
    expect(report.get_by_role("button", name="Print")).to_be_hidden()
    expect(report).to_be_visible()
