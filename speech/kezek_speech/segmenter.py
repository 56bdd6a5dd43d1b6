"""Where speech is: energy over an adaptive noise floor, with time counted in samples of sound. Pure, replayable.

Only speech goes on to the decoder. That saves the work of decoding silence, and a grammar without '[unk]' would press
silence into words. A pause is passed on only when speech goes on after it, so that no utterance has more than a short
tail of silence.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from dataclasses import dataclass

from .types import FRAME, RATE

_FRAME_SECONDS = FRAME / 2 / RATE


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    silence_seconds: float = 0.54  # of silence after speech: the utterance is over; half a second is a pause in it
    speech_seconds: float = 0.12  # of sound above the floor: it is speech, not a click
    onset_frames: int = 2  # loud frames in a row that begin an utterance
    lead_seconds: float = 0.16  # passed on from before the onset: soft first consonants
    tail_seconds: float = 0.16  # of silence that closes an utterance
    above_floor_db: float = 9.0
    lowest_floor_db: float = 26.0  # re 1 LSB: quieter than this is silence on any line
    first_floor_db: float = 42.0  # at most, from the first frame
    highest_floor_db: float = 55.0  # a lasting loud noise does not make everybody inaudible


@dataclass(frozen=True, slots=True)
class Cut:
    """Sound of one utterance, in its turn. `start`: seconds from the stream's beginning to the utterance's
    beginning."""

    sound: bytes
    start: float
    speech: bool  # enough of it so far to be speech, not a click
    ended: bool


def level_db(frame: bytes) -> float:
    """RMS level of 16-bit samples in dB over 1 LSB; 0.0 for digital silence. A trailing odd byte is ignored. Every
    other sample will do."""
    samples = array("h", frame[: len(frame) & ~1])[::2]
    if not samples:
        return 0.0
    return 20 * math.log10(max(1.0, math.hypot(*samples) / math.sqrt(len(samples))))


class Segmenter:
    """Push sound in pieces of any length; cuts of speech come out, the last of each utterance with `ended`."""

    def __init__(self, settings: SegmenterSettings | None = None) -> None:
        self._settings = settings or SegmenterSettings()
        self._floor = -1.0  # not known yet
        self._rest = b""
        self._frames = 0  # since the stream's beginning
        self._before: deque[bytes] = deque(maxlen=self._count(self._settings.lead_seconds))
        self._loud_in_row = 0
        self._inside = False
        self._start = 0.0
        self._loud = 0  # loud frames in this utterance
        self._quiet = 0  # quiet frames since the last loud one
        self._held: list[bytes] = []  # of a pause that may turn out to be the end
        self._out: list[bytes] = []

    def push(self, sound: bytes) -> list[Cut]:
        data = self._rest + sound
        whole = len(data) - len(data) % FRAME
        self._rest = data[whole:]
        cuts: list[Cut] = []
        for at in range(0, whole, FRAME):
            if self._frame(data[at : at + FRAME]):
                cuts.append(self._cut(ended=True))
        if self._out:
            cuts.append(self._cut(ended=False))
        return cuts

    def finish(self) -> list[Cut]:
        """The stream is over: what is left of the present utterance."""
        if not self._inside:
            return []
        self._out += [*self._held, self._rest[: len(self._rest) & ~1]]
        return [self._cut(ended=True)]

    @property
    def ends_in(self) -> int:
        """So many more quiet frames end the present utterance; 0 when nobody speaks, or is loud just now."""
        return self._count(self._settings.silence_seconds) - self._quiet if self._inside and self._quiet else 0

    def _frame(self, frame: bytes) -> bool:
        """True when the utterance ends with this frame."""
        self._frames += 1
        loud = self._is_loud(frame)
        if not self._inside:
            self._before.append(frame)
            self._loud_in_row = self._loud_in_row + 1 if loud else 0
            if self._loud_in_row >= self._settings.onset_frames:
                self._inside, self._loud, self._quiet = True, self._loud_in_row, 0
                self._start = (self._frames - len(self._before)) * _FRAME_SECONDS
                self._out += self._before
                self._before.clear()
            return False
        if loud:
            self._loud, self._quiet = self._loud + 1, 0
            self._out += [*self._held, frame]
            self._held.clear()
            return False
        self._quiet += 1
        (self._out if self._quiet <= self._count(self._settings.tail_seconds) else self._held).append(frame)
        return self._quiet >= self._count(self._settings.silence_seconds)

    def _cut(self, *, ended: bool) -> Cut:
        speech = self._loud >= self._count(self._settings.speech_seconds)
        cut = Cut(b"".join(self._out), self._start, speech, ended)
        self._out.clear()
        if ended:
            self._before.extend(self._held)
            self._held.clear()
            self._inside, self._loud_in_row = False, 0
        return cut

    def _is_loud(self, frame: bytes) -> bool:
        settings, level = self._settings, level_db(frame)
        if (
            self._floor < 0
        ):  # a noisy line is known from its first frame; a caller who speaks at once is not taken for noise
            self._floor = max(settings.lowest_floor_db, min(settings.first_floor_db, level))
        if level > self._floor + settings.above_floor_db:
            # 1 dB a second: a lasting hum becomes floor, a long sentence does not.
            self._floor = min(settings.highest_floor_db, self._floor + _FRAME_SECONDS)
            return True
        # Down at once, up slowly: the floor follows the quietest that the line has to offer.
        step = 0.3 if level < self._floor else 0.05
        floor = self._floor + step * (level - self._floor)
        self._floor = min(settings.highest_floor_db, max(settings.lowest_floor_db, floor))
        return False

    @staticmethod
    def _count(seconds: float) -> int:
        return max(1, round(seconds / _FRAME_SECONDS))
