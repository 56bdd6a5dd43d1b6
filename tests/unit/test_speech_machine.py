"""What the recogniser asks of the machine: the library's kernels, huge pages for a model, streams by cores."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kezek_speech import huge_pages, kernels, streams_here
from kezek_speech.huge_pages import PAGE, gained

AVX2 = "sse2 fma avx avx2"
AVX512 = f"{AVX2} avx512f avx512dq avx512cd avx512bw avx512vl"


def cpuinfo(flags: str) -> str:
    one = f"model name\t: any: of them\nflags\t\t: fpu {flags}\n\n"
    return f"processor\t: 0\n{one}processor\t: 1\n{one}"


@pytest.mark.parametrize(
    ("flags", "core"),
    [(AVX512, "SkylakeX"), (AVX2, "Haswell"), (f"{AVX2} avx512f", "Haswell"), ("sse2 avx", ""), ("", "")],
)
def test_the_kernels_are_the_best_that_the_processor_has_all_instructions_of(flags: str, core: str) -> None:
    assert kernels.chosen(cpuinfo(flags)) == core


def test_another_kind_of_processor_keeps_the_librarys_own_choice() -> None:
    assert kernels.chosen("processor\t: 0\nFeatures\t: fp asimd\n") == ""
    assert kernels.chosen("") == ""


def test_who_has_chosen_the_kernels_himself_keeps_his_choice(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(cpuinfo(AVX512))
    own, none = {kernels.NAME: "Zen"}, dict[str, str]()
    kernels.choose(own, info)
    kernels.choose(none, info)
    assert own == {kernels.NAME: "Zen"}
    assert none == {kernels.NAME: "SkylakeX"}
    kernels.choose(elsewhere := dict[str, str](), tmp_path / "none")
    assert elsewhere == {}


def test_the_library_has_the_chosen_kernels_when_it_is_loaded() -> None:
    pytest.importorskip("vosk")
    environment: dict[str, str] = {}
    kernels.choose(environment)
    if not environment:
        pytest.skip("this processor has no better kernels than the library's own choice")
    done = subprocess.run(
        [sys.executable, "-c", "import kezek_speech.vosk_engine"],
        env={**{name: value for name, value in os.environ.items() if name != kernels.NAME}, "OPENBLAS_VERBOSE": "2"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"Core: {environment[kernels.NAME]}" in done.stderr + done.stdout


def test_only_whole_pages_that_have_come_since_are_put_together() -> None:
    before = [(0, 4 * PAGE), (10 * PAGE, 12 * PAGE)]
    assert gained(before, before) == []
    assert gained(before, [(0, 6 * PAGE), (10 * PAGE, 12 * PAGE)]) == [(4 * PAGE, 6 * PAGE)]  # a heap that has grown
    assert gained(before, [(3 * PAGE, 20 * PAGE)]) == [(4 * PAGE, 10 * PAGE), (12 * PAGE, 20 * PAGE)]
    assert gained([], [(1, PAGE)]) == []
    assert gained([], [(1, 3 * PAGE - 1)]) == [(PAGE, 2 * PAGE)]
    assert gained([(PAGE, 2 * PAGE)], [(PAGE, 2 * PAGE - 4096)]) == []  # given back meanwhile


def test_memory_keeps_what_is_in_it_when_it_is_put_together() -> None:
    with mmap.mmap(-1, 4 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as region:
        for at in range(0, len(region), 4096):
            region[at] = at // 4096 % 251
        found = huge_pages.held()
        huge_pages.put_together(gained([], found)[:64], threading.Event())
        assert all(region[at] == at // 4096 % 251 for at in range(0, len(region), 4096))


def test_where_huge_pages_are_turned_off_nothing_is_put_together(tmp_path: Path, monkeypatch) -> None:
    wanted = tmp_path / "enabled"
    wanted.write_text("always madvise [never]\n")
    monkeypatch.setattr(huge_pages, "_WANTED", wanted)
    assert huge_pages.held() == []
    monkeypatch.setattr(huge_pages, "_WANTED", tmp_path / "another system")
    assert huge_pages.held() == []


def test_each_core_may_hear_four_streams(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3}, raising=False)
    assert streams_here() == 8
