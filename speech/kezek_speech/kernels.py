"""Which of its kernels the recogniser's linear algebra uses. Vosk 0.3.45 brings an OpenBLAS of 2020 that takes every
processor made since for the oldest it knows ('Prescott', of 2004) and so decodes at half the speed: it is told here.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

NAME = "OPENBLAS_CORETYPE"  # who has set it knows better
# The best first: what each one needs of the processor, by the names of Linux' /proc/cpuinfo.
CORES = (
    ("SkylakeX", frozenset({"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"})),
    ("Haswell", frozenset({"avx2", "fma"})),
)


def chosen(cpuinfo: str) -> str:
    """The name of the best core this processor can be; '' when the library's own choice is as good. Pure."""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    flags = next((frozenset(value.split()) for name, _, value in lines if name.strip() == "flags"), frozenset[str]())
    return next((core for core, needed in CORES if needed <= flags), "")


def choose(environment: MutableMapping[str, str] = os.environ, cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Before the library is loaded: it reads its environment once, then."""
    if NAME in environment:
        return
    try:
        core = chosen(cpuinfo.read_text("utf-8", "replace"))
    except OSError:
        return  # not Linux
    if core:
        environment[NAME] = core
