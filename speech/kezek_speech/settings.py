"""The settings of the recogniser pool, and what it tells of itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .admission import Kind
from .segmenter import SegmenterSettings
from .stream import StreamSettings

STREAMS_A_CORE = 4  # 2 cores hold 8 with a 99th percentile of the lag below 300 ms; 4 talks heard on both sides


def streams_here() -> int:
    """As many streams at one time as this process's cores bear; the measured load may admit fewer, never more."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return STREAMS_A_CORE * cores


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`models`: language -> model folder, in the order of preference. `work`: where the views of the models are
    kept."""

    models: Mapping[str, Path]
    work: Path
    streams: int = field(default_factory=streams_here)  # ceiling over all languages
    threads: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    share: float = 0.7  # of the threads' time that may be used
    warm: int = 4  # decoders of each language that are ready at the start: two talks; more are made when needed
    grammars: int = 16  # kept warm, the latest used ones: a question is asked again and again
    talk_seconds: float = 30.0  # a talk that has been heard so long may give way to another talk
    relief_seconds: float = 2.5  # between two steps under pressure: the first one gets time to help
    retire_seconds: float = 1800.0  # of sound: a decoder's memory grows to 300 MB in long use
    stream: StreamSettings = field(default_factory=StreamSettings)
    segmenter: SegmenterSettings = field(default_factory=SegmenterSettings)


@dataclass(frozen=True, slots=True)
class EarsLoad:
    """What /metrics shows."""

    streams: int
    real_time_factor: Mapping[Kind, float]
    lag_seconds: float
    refused: int
    turned: int  # streams from free to their grammar
    ended: int  # talks, for want of room
    dropped_seconds: float
