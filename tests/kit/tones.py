"""Who hears whom in a test's calls: tones said on one telephone and looked for in what another one hears."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable

from kit.api import until
from kit.rtp import linear
from kit.sip_agent import SipCall

RATE = 8000
LIMIT_S = 20.0  # whoever has picked up is joined a moment later, on a busy machine a long one


def tone(hertz: float, seconds: float = 1.0) -> bytes:
    """16-bit little-endian mono at 8 kHz: something to say."""
    step = 2 * math.pi * hertz / RATE
    return array("h", (round(8000 * math.sin(step * at)) for at in range(int(RATE * seconds)))).tobytes()


def strength(samples: Iterable[int], hertz: float) -> float:
    """How much of the sound is this tone: 0 to 1 (Goertzel)."""
    factor, one, two, power, count = 2 * math.cos(2 * math.pi * hertz / RATE), 0.0, 0.0, 0.0, 0
    for sample in samples:
        one, two = sample + factor * one - two, one
        power += sample * sample
        count += 1
    if power / max(count, 1) < 100 * 100:
        return 0.0
    return 2 * (one * one + two * two - factor * one * two) / (count * power)


def heard(call: SipCall, packets: int = 10) -> array[int]:
    """The last 20 ms times `packets` that came in."""
    return array("h", linear(b"".join(list(call.sound.heard)[-packets:])))


def loud(call: SipCall) -> bool:
    """Something is to be heard, whatever it is."""
    samples = heard(call)
    return bool(samples) and sum(map(abs, samples)) / len(samples) > 60


async def hears(listener: SipCall, *speakers: SipCall, hertz: float = 700.0) -> None:
    """Each of `speakers` in turn says something, again and again, until the listener hears it."""
    for number, speaker in enumerate(speakers):
        pitch = hertz + 350.0 * number
        said = tone(pitch, 0.2)

        def reaches(speaker: SipCall = speaker, said: bytes = said, pitch: float = pitch) -> bool:
            if speaker.sound.silent:
                speaker.say(said)
            return strength(heard(listener), pitch) > 0.5

        await until(reaches, LIMIT_S)


async def deaf_to(listener: SipCall, speaker: SipCall, witness: SipCall, hertz: float = 1900.0) -> None:
    """What the speaker says reaches the witness, and in that time never the listener."""
    said = tone(hertz, 0.2)
    came: list[float] = []

    def reaches() -> bool:
        if speaker.sound.silent:
            speaker.say(said)
        came.append(strength(heard(listener), hertz))
        return strength(heard(witness), hertz) > 0.5

    await until(reaches)
    assert max(came) < 0.2, "heard by somebody who should not"


async def unheard(speaker: SipCall, *listeners: SipCall, hertz: float = 2300.0) -> None:
    """What the speaker says reaches none of them."""
    speaker.say(tone(hertz, 0.4))
    await until(lambda: speaker.sound.silent)
    before = [listener.sound.packets for listener in listeners]
    await until(lambda: all(one.sound.packets > then + 10 for one, then in zip(listeners, before, strict=True)))
    for listener in listeners:
        said = heard(listener, 40)
        windows = [said[at : at + 1600] for at in range(0, len(said), 1600)]
        assert max(strength(window, hertz) for window in windows) < 0.1, "heard by somebody who should not"


async def music(call: SipCall) -> None:
    """Nobody speaks, and there is something to be heard for some time."""
    before = call.sound.packets
    await until(lambda: call.sound.packets > before + 20 and loud(call))
