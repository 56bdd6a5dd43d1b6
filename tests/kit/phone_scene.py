"""A page whose phone is the browser, before a real node and a real Asterisk; to be used in a network of its own.

Asterisk offers no address of 127.0.0.0/8 for sound, so it gets another one, in a network namespace that touches nobody:
`unshare --net sh -c "$NETWORK command"`. Chromium must be allowed to send from a loopback device.
"""

from __future__ import annotations

import array
import asyncio
import json
import math
import shutil
import threading
import wave
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from kit.api import settings_for
from kit.asterisk import RunningAsterisk, free_port, running_asterisk
from kit.browser import chromium
from kit.console import ARGUMENTS, Backend, Visit
from kit.rtp import loudness, share_of
from kit.sip_agent import SipAgent
from kit.sip_call import SipCall
from kit.valkey import Valkey

LIMIT_S = 20.0
OPERATOR_HZ, CALLER_HZ = 440, 620
NETWORK = "ip link set lo up && ip address add 192.0.2.10/32 dev lo && exec "
RINGS, RINGS_IN_OPUS = "555", "556"  # what the citizen dials; the first brings the citizen's own codec, G.711
DIALPLAN = (
    f"{RINGS},1,Dial(PJSIP/201)",
    f"{RINGS_IN_OPUS},1,Dial(PJSIP/201,,b(kezek-from-loopback^opus^1))",
    "opus,1,Set(PJSIP_MEDIA_OFFER(audio)=opus)",
    "opus,2,Return()",
)
# The page's peer connections, for their statistics.
SPY = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...all) { super(...all); window.peers.push(this); }
};
"""
HEARS = """async () => {
  const all = [...(await window.peers.at(-1).getStats()).values()];
  const sound = all.find((one) => one.type === "inbound-rtp" && one.kind === "audio") ?? {};
  const codec = all.find((one) => one.id === sound.codecId) ?? {};
  return { energy: sound.totalAudioEnergy ?? 0, packets: sound.packetsReceived ?? 0, codec: codec.mimeType ?? "" };
}"""


def tone(hertz: float, seconds: float, rate: int = 8000) -> bytes:
    """Beats of a third of a second: a steady tone would be taken for noise, and suppressed."""
    samples = (
        int(9000 * math.sin(2 * math.pi * hertz * at / rate)) if at * 3 // rate % 2 == 0 else 0
        for at in range(int(seconds * rate))
    )
    return array.array("h", samples).tobytes()


@dataclass
class Scene:
    asterisk: RunningAsterisk
    backend: Backend
    browser: Browser
    citizen: SipAgent
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, Any], limit_s: float = LIMIT_S) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(limit_s)

    def until(self, what: Callable[[], object], told: str) -> None:
        async def come() -> None:
            async with asyncio.timeout(LIMIT_S):
                while not what():  # noqa: ASYNC110 - any condition, of any process
                    await asyncio.sleep(0.02)

        try:
            self.do(come(), LIMIT_S + 1)
        except TimeoutError:
            raise AssertionError(f"not within {LIMIT_S} s: {told}") from None

    def calls(self, number: str = RINGS) -> SipCall:
        """A citizen's call that rings the operator's phone, by the dialplan alone."""
        return self.do(self.citizen.call(number))  # type: ignore[no-any-return]

    def page_hears(self, page: Page) -> dict[str, Any]:
        return page.evaluate(HEARS)  # type: ignore[no-any-return]

    def citizen_hears_operator(self, call: SipCall) -> bool:
        """The last beat or two are the operator's tone."""
        last = b"".join(list(call.sound.heard)[-60:])
        return share_of(last, OPERATOR_HZ) > 0.5

    def citizen_hears_nothing(self, call: SipCall) -> bool:
        last = list(call.sound.heard)[-60:]
        return len(last) == 60 and loudness(b"".join(last)) < 20

    def citizen_hears_music(self, call: SipCall) -> bool:
        last = b"".join(list(call.sound.heard)[-60:])
        return loudness(last) > 20 and share_of(last, OPERATOR_HZ) < 0.1


async def teach(asterisk: RunningAsterisk) -> None:
    for line in DIALPLAN:
        await asterisk.cli(f"dialplan add extension {line} into kezek-from-loopback")


@contextmanager
def looping() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop in a thread: Playwright's sync API owns the test's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="telephones", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(LIMIT_S)
        loop.close()


@contextmanager
def phone_scene(folder: Path, town_file: Path, valkey: Valkey, site: str) -> Iterator[Scene]:
    path = chromium()
    assert path, "no Chromium on this machine"
    clip = folder / "operator.wav"
    with wave.open(str(clip), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(tone(OPERATOR_HZ, 4, 48000))
    sound = (
        "--allow-loopback-in-peer-connection",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={clip}",
        "--mute-audio",
    )
    with ExitStack() as stack:
        loop = stack.enter_context(looping())
        inside = AsyncExitStack()

        def do(work: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(work, loop).result(60)

        stack.callback(lambda: do(inside.aclose()))
        phones = {"201": "pw-201", "202": "pw-202"}
        ws = free_port()
        asterisk = do(
            inside.enter_async_context(running_asterisk(phones=phones, browser_phones=frozenset({"201"}), ws_port=ws))
        )
        do(teach(asterisk))
        citizen = do(inside.enter_async_context(SipAgent.calling(asterisk)))
        (folder / "phones.json").write_text(json.dumps({"201": "pw-201"}))
        shutil.copyfile(town_file, folder / "kezek.sqlite")
        settings = settings_for(
            folder, valkey.url, site, ami_port=asterisk.settings.ami_port, ami_secret=asterisk.settings.ami_secret,
            sip_websocket=f"ws://127.0.0.1:{ws}/ws",
        )  # fmt: skip
        backend = stack.enter_context(Backend(settings))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sound])
        stack.callback(browser.close)
        yield Scene(asterisk, backend, browser, citizen, loop)


@contextmanager
def phone_page(scene: Scene, login: str = "aigul", **size: int) -> Iterator[Page]:
    """A desk with its phone; asks that the page has thrown nothing."""
    visit = Visit(scene.browser, scene.backend.base)
    page = visit(**size)
    page.context.grant_permissions(["microphone"])
    page.add_init_script(SPY)
    page.reload()
    page.locator("#login").fill(login)
    page.locator("#password").fill("correct horse")
    page.locator("form .main").click()
    yield page
    visit.close()
    assert visit.errors == [], visit.errors
