"""Where speech begins and ends, in samples of sound: replayable, whatever the pieces are."""

from __future__ import annotations

import random
from array import array

import pytest

from kezek_speech.segmenter import Segmenter, level_db
from kezek_speech.warmth import speechlike

VOICE = speechlike(1.0)
SILENCE = bytes(16000)


def noise(seconds: float, deviation: float, seed: int = 1) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - a test that repeats itself
    return array("h", [int(chance.gauss(0, deviation)) for _ in range(int(8000 * seconds))]).tobytes()


def mixed(one: bytes, other: bytes) -> bytes:
    return array(
        "h", [max(-32768, min(32767, a + b)) for a, b in zip(array("h", one), array("h", other), strict=True)]
    ).tobytes()


def cuts(sound: bytes, piece: int = 3200, finish: bool = True):
    segmenter = Segmenter()
    found = [cut for at in range(0, len(sound), piece) for cut in segmenter.push(sound[at : at + piece])]
    return found + (segmenter.finish() if finish else [])


def utterances(sound: bytes, piece: int = 3200) -> list[tuple[float, int, bool]]:
    """(start, bytes passed on, speech) of each utterance."""
    totals: dict[float, int] = {}
    found = []
    for cut in cuts(sound, piece):
        totals[cut.start] = totals.get(cut.start, 0) + len(cut.sound)
        if cut.ended:
            found.append((cut.start, totals[cut.start], cut.speech))
    return found


def test_each_utterance_is_cut_out_with_a_short_lead_and_tail():
    found = utterances(SILENCE + VOICE + SILENCE * 2 + VOICE + SILENCE)
    assert [round(start, 1) for start, _, _ in found] == [0.9, 3.9]
    assert all(speech for _, _, speech in found)
    assert all(16000 <= size <= 16000 + 2 * 16000 * 0.2 for _, size, _ in found)


@pytest.mark.parametrize("piece", [1, 160, 320, 333, 3200, 100_000])
def test_the_pieces_do_not_matter(piece):
    sound = SILENCE + VOICE + SILENCE * 2 + VOICE[:8000] + SILENCE
    assert utterances(sound, piece) == utterances(sound)


def test_a_pause_inside_a_sentence_is_passed_on_with_what_follows():
    pause = bytes(8000)  # half a second
    found = utterances(SILENCE + VOICE + pause + VOICE + SILENCE)
    assert len(found) == 1
    assert found[0][1] >= 2 * len(VOICE) + len(pause)


def test_silence_and_steady_noise_are_nothing():
    assert cuts(SILENCE * 10) == []
    assert [cut for cut in utterances(noise(10, 60)) if cut[2]] == []


def test_speech_over_noise_is_found_after_the_noise_is_known():
    sound = mixed(noise(5, 80), SILENCE * 2 + bytes(8000) + VOICE + SILENCE + bytes(len(VOICE) // 2))
    found = [each for each in utterances(sound) if each[2]]
    assert len(found) == 1
    assert found[0][0] == pytest.approx(2.5, abs=0.3)


def test_a_click_is_no_speech():
    click = bytes(array("h", [12000, -12000] * 160))
    assert [speech for _, _, speech in utterances(SILENCE + click + SILENCE * 2)] in ([], [False])


def test_the_last_words_come_without_a_silence_behind_them():
    found = cuts(SILENCE + VOICE)
    assert found[-1].ended
    assert sum(len(cut.sound) for cut in found) >= len(VOICE)


def test_levels():
    assert level_db(b"") == 0.0
    assert level_db(bytes(320)) == 0.0
    assert level_db(array("h", [1000, -1000] * 80).tobytes()) == pytest.approx(60.0)
    assert level_db(array("h", [1000, -1000] * 80).tobytes() + b"\x01") == pytest.approx(60.0)
