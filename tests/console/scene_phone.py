"""Played by test_console_phone.py in a network of its own; its name keeps it out of other runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from kit.phone_scene import CALLER_HZ, HEARS, RINGS_IN_OPUS, Scene, phone_page, phone_scene, teach, tone
from kit.sip_call import SipCall
from kit.valkey import Valkey

ENERGY = 0.001  # of what comes in; silence brings a hundredth of it in as much time


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, town_file: Path, valkey: Valkey) -> Iterator[Scene]:
    with phone_scene(tmp_path_factory.mktemp("scene"), town_file, valkey, "phonescene") as scene:
        yield scene


def registered(page: Page) -> None:
    expect(page.locator("[data-line=registered]")).to_be_visible()


def phase(page: Page, phase: str) -> None:
    expect(page.locator(f".call[data-phase={phase}]")).to_be_visible()


def no_call(page: Page) -> None:
    expect(page.locator(".call")).to_have_count(0)


def talk(scene: Scene, page: Page) -> SipCall:
    call = scene.calls()
    phase(page, "ringing")
    page.get_by_role("button", name="Ответить").dblclick()  # the second click must not hang up
    phase(page, "talking")
    scene.do(call.answered())
    return call


def test_one_click_answers_and_both_hear_each_other(scene: Scene) -> None:
    with phone_page(scene) as page:
        registered(page)
        expect(page.get_by_text("не зарегистрирован")).to_have_count(0)
        call = talk(scene, page)
        scene.until(lambda: scene.citizen_hears_operator(call), "the citizen hears the operator")
        before = scene.page_hears(page)
        scene.loop.call_soon_threadsafe(call.say, tone(CALLER_HZ, 4))
        page.wait_for_function(f"async () => (await ({HEARS})()).energy > {before['energy'] + ENERGY}")
        assert scene.page_hears(page)["codec"] == "audio/PCMA"

        mute = page.get_by_role("button", name="Выключить микрофон")
        mute.click()
        expect(mute).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("status").filter(has_text="Вас не слышно")).to_be_visible()
        scene.until(lambda: scene.citizen_hears_nothing(call), "muted")
        mute.click()
        scene.until(lambda: scene.citizen_hears_operator(call), "not muted any more")

        hold = page.get_by_role("button", name="Удержать", exact=True)
        hold.click()
        expect(hold).to_have_attribute("aria-pressed", "true")
        scene.until(lambda: scene.citizen_hears_music(call), "on hold with music")
        hold.click()
        scene.until(lambda: scene.citizen_hears_operator(call), "not held any more")

        page.get_by_role("button", name="Клавиши").click()
        page.locator(".keypad").get_by_role("button", name="7").click()
        page.keyboard.press("#")
        scene.until(lambda: "".join(call.sound.digits.values()) == "7#", "two digits")

        page.get_by_role("button", name="Завершить").click()
        scene.do(call.ended())
        no_call(page)
        registered(page)


def test_a_phone_set_to_it_answers_by_itself(scene: Scene) -> None:
    """On a narrow screen, and in Opus."""
    with phone_page(scene, width=390, height=844) as page:
        registered(page)
        page.locator("[data-line]").click()
        page.get_by_label("Отвечать автоматически").check()
        page.keyboard.press("Escape")
        call = scene.calls(RINGS_IN_OPUS)
        phase(page, "talking")
        scene.do(call.answered())
        scene.until(lambda: scene.citizen_hears_operator(call), "the citizen hears the operator")
        assert scene.page_hears(page)["codec"] == "audio/opus"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        scene.do(call.hang_up())
        no_call(page)


def test_another_window_takes_the_phone_but_not_the_talk(scene: Scene) -> None:
    with phone_page(scene) as first:
        registered(first)
        call = talk(scene, first)
        second = first.context.new_page()
        second.goto("/")
        registered(second)
        expect(first.get_by_text("открыто в другом окне")).to_be_visible()
        scene.loop.call_soon_threadsafe(call.sound.heard.clear)
        scene.until(lambda: scene.citizen_hears_operator(call), "the talk goes on in the first window")
        scene.do(call.hang_up())
        no_call(first)
        expect(first.locator("[data-line=off]")).to_be_visible()
        call = scene.calls()
        phase(second, "ringing")
        no_call(first)
        scene.do(call.hang_up())


def test_a_headset_that_is_pulled_out_is_told_and_one_that_comes_back_is_used(scene: Scene) -> None:
    """P16: without a microphone the phone is not registered."""
    plug = (
        "(all) => { navigator.mediaDevices.enumerateDevices = all; "
        "navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }"
    )
    with phone_page(scene) as page:
        registered(page)
        page.evaluate(f"({plug})(async () => [])")
        expect(page.locator("[data-line=missing]")).to_be_visible()
        expect(page.get_by_text("Микрофон не найден")).to_be_visible()
        page.evaluate(f"({plug})(async () => [{{ kind: 'audioinput', deviceId: 'a', label: 'Headset' }}])")
        registered(page)


def test_a_call_that_is_rejected_or_given_up_rings_no_more(scene: Scene) -> None:
    with phone_page(scene) as page:
        registered(page)
        call = scene.calls()
        phase(page, "ringing")
        page.get_by_role("button", name="Отклонить вызов").click()
        scene.do(call.ended())
        no_call(page)
        call = scene.calls()
        phase(page, "ringing")
        scene.do(call.hang_up())
        no_call(page)


def test_a_talk_outlives_the_node_and_its_end_is_learnt_after(scene: Scene) -> None:
    """P22: the sound goes past the node; a restart of it costs no talk."""
    with phone_page(scene) as page:
        registered(page)
        call = talk(scene, page)
        scene.backend.stop()
        try:
            expect(page.locator("[data-line=lost]")).to_be_visible()
            phase(page, "talking")
            scene.loop.call_soon_threadsafe(call.sound.heard.clear)
            scene.until(lambda: scene.citizen_hears_operator(call), "the talk goes on")
        finally:
            scene.backend.start()
        registered(page)
        scene.until(lambda: scene.citizen_hears_operator(call), "the talk still goes on")
        scene.do(call.hang_up())
        no_call(page)


def test_only_a_page_that_is_open_and_has_a_microphone_can_be_rung(scene: Scene) -> None:
    """P16: the registration ends with the page, at once, and begins only with a microphone."""

    def reachable() -> bool:
        return bool(scene.backend.do(scene.backend.queues.operator("aigul")).reachable)

    with phone_page(scene) as page:
        registered(page)
        scene.until(reachable, "reachable")
    scene.until(lambda: not reachable(), "not reachable any more")
    refuse = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };"
    with phone_page(scene) as page:
        registered(page)
        page.add_init_script(refuse)
        page.reload()
        expect(page.locator("[data-line=denied]")).to_be_visible()
        expect(page.get_by_text("Браузер не даёт микрофон")).to_be_visible()
        expect(page.get_by_role("button", name="Повторить")).to_be_visible()
        scene.until(lambda: not reachable(), "not reachable without a microphone")


def test_a_telephone_on_the_desk_loads_nothing_of_it(scene: Scene) -> None:
    loaded: list[str] = []
    with phone_page(scene, "bolat") as page:
        expect(page.locator(".bar")).to_be_visible()
        page.on("request", lambda request: loaded.append(request.url))
        page.reload()
        expect(page.get_by_text("тел. 202")).to_be_visible()
        expect(page.locator("[data-line]")).to_have_count(0)
    assert not any(re.search(r"/sip-[^/]*\.js$", url) for url in loaded)


def test_a_registration_that_nobody_answers_is_tried_again(scene: Scene) -> None:
    """An Asterisk that is still starting has its door open: it takes one and forgets it."""
    doors: list[WebSocketRoute] = []
    forgotten: list[object] = []

    def through(door: WebSocketRoute) -> None:
        doors.append(door)
        server = door.connect_to_server()
        door.on_message(server.send if len(doors) > 1 else lambda frame: forgotten.append(frame))

    with phone_page(scene) as page:
        registered(page)
        page.route_web_socket(re.compile("/api/phone/sip"), through)
        page.reload()
        registered(page)
    assert "REGISTER" in str(forgotten[0])


def test_asterisk_comes_back_and_the_phone_registers_again(scene: Scene) -> None:
    with phone_page(scene) as page:
        registered(page)
        scene.do(scene.asterisk.kill())
        try:
            expect(page.locator("[data-line=lost]")).to_be_visible()
        finally:
            scene.do(scene.asterisk.start())
            scene.do(teach(scene.asterisk))
        registered(page)
