"""Set-up: steps that fail are named with their remedy, recordings are kept, a mirror is found."""

from __future__ import annotations

import array
import io
from pathlib import Path
from threading import Barrier

import pytest
from rich.console import Console

from kezek_api.provision import debs, prompts
from kezek_api.provision.step import CannotHave, Report, Step, carry_out


def lacking(report: Report) -> str:
    raise CannotHave("it is not there", "put it there")


LACKING = Step("Register", lacking, needed=True)


def test_what_cannot_be_had_is_named_with_its_remedy_and_the_rest_goes_on(tmp_path: Path) -> None:
    out = io.StringIO()
    done: list[str] = []
    steps = [Step("Ears", lacking), Step("Rest", lambda report: done.append("yes") or "made")]
    assert carry_out(steps, tmp_path, Console(file=out, width=200))
    assert done == ["yes"]
    assert "it is not there" in out.getvalue()
    assert "remedy: put it there" in out.getvalue()


def test_without_what_is_needed_the_rest_is_not_begun(tmp_path: Path) -> None:
    done: list[str] = []
    steps = [LACKING, Step("Rest", lambda report: done.append("yes") or "made")]
    assert not carry_out(steps, tmp_path, Console(file=io.StringIO()))
    assert done == []


def test_two_rows_are_carried_out_at_the_same_time(tmp_path: Path) -> None:
    out = io.StringIO()
    both = Barrier(2, timeout=10)

    def meets(report: Report) -> str:
        report.say("waits for the other row")
        both.wait()
        return "met"

    steps = [Step("Voices", meets), Step("After", lambda report: "made")]
    assert not carry_out(steps, tmp_path, Console(file=out, width=200), beside=[Step("Rest", meets), LACKING])
    assert all(said in out.getvalue() for said in ("Voices: met", "After: made", "Rest: met", "/4 Register: not to be"))


def test_a_failing_command_tells_its_last_words(tmp_path: Path) -> None:
    report = Report(Console(file=io.StringIO()), tmp_path / "log")
    with pytest.raises(CannotHave, match="ended with 3: no disk left"):
        report.run(["sh", "-c", "echo working; echo no disk left >&2; exit 3"])
    with pytest.raises(CannotHave):
        report.run(["no-such-program-anywhere"])


def test_a_recorded_prompt_is_never_overwritten(tmp_path: Path) -> None:
    report = Report(Console(file=io.StringIO()), tmp_path / "log")
    espeak = tmp_path / "prefix" / "bin" / "espeak-ng"
    espeak.parent.mkdir(parents=True)
    header = b"RIFF....WAVEfmt " + b"\x10\0\0\0\1\0\1\0" + (22050).to_bytes(4, "little") + b"." * 8
    (tmp_path / "sound").write_bytes(header + b"data....".ljust(8) + b"\1\2" * 2205)
    espeak.write_text(f"#!/bin/sh\ncat {tmp_path}/sound\n")
    espeak.chmod(0o755)
    texts = {"kk": {"greeting": "Сәлеметсіз бе", "place/1": "Сіз біріншісіз"}}
    assert "2 made now" in prompts.make(tmp_path, texts, report)
    recorded = tmp_path / "prompts" / "kk" / "greeting.wav"
    recorded.write_bytes(b"a human voice")
    changed = {"kk": {"greeting": "Қайырлы күн", "place/1": "Кезекте біріншісіз"}}
    assert "1 made now, 1 recorded ones kept" in prompts.make(tmp_path, changed, report)
    assert recorded.read_bytes() == b"a human voice"
    assert "made now" not in prompts.make(tmp_path, changed, report)


def test_sound_is_brought_to_a_lower_rate() -> None:
    assert list(prompts.resample(array.array("h", [0, 2, 4, 6]), 16000, 8000)) == [1, 5]
    sound = array.array("h", range(2205))
    assert len(prompts.resample(sound, 22050, 8000)) == 800


def test_the_mirror_is_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBIAN_MIRROR", "http://mirror.example/debian")
    assert debs.mirror() == "http://mirror.example/debian"


def test_a_wrapper_runs_the_program_with_the_prefixs_own_loader(tmp_path: Path) -> None:
    script = debs.wrapper(tmp_path, "asterisk", "usr/sbin/asterisk", {"DATA": "$L/data"})
    text = script.read_text()
    assert "--argv0 asterisk" in text
    assert 'export DATA="$L/data"' in text
    assert script.stat().st_mode & 0o111
