"""Recordings: heard by managers, each look audited; gone when their time is over. On both dialects."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kezek_api.recordings import Recordings, path_of
from kezek_queue import ModelQueues
from kezek_register import CallRecord, Register
from kit.history_doors import history_doors

NOW = datetime.now(UTC)
SOUND = bytes(range(256)) * 20


def recorded(folder: Path, file: str) -> Path:
    path = folder / f"{file}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    return path


async def test_a_manager_listens_and_the_audit_knows(register: Register, tmp_path: Path) -> None:
    recorded(tmp_path, "2026/11/20/r1")
    await register.recordings.begin("r1", "2026/11/20/r1", NOW, NOW + timedelta(days=1))
    await register.recordings.begin("old", "2026/11/20/r1", NOW - timedelta(days=2), NOW - timedelta(days=1))
    await register.recordings.begin("lost", "2026/11/20/lost", NOW, NOW + timedelta(days=1))
    async with history_doors(register, ModelQueues(), tmp_path) as manager:
        whole = await manager.get("/api/recordings/r1")
        assert (whole.status_code, whole.headers["content-type"], whole.content) == (200, "audio/wav", SOUND)
        part = await manager.get("/api/recordings/r1", headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, SOUND[100:200])
        for call in ("old", "lost", "none"):
            told = await manager.get(f"/api/recordings/{call}")
            assert (told.status_code, told.json()["code"]) == (404, "not_found")
    looks = await register.audit.list(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert [(entry.login, entry.what, entry.subject) for entry in looks] == [("dana", "recording", "r1")]


async def test_what_expired_is_deleted_with_its_row(register: Register, tmp_path: Path) -> None:
    """Files that no row knows of go when they are as old: a node may die before it has told."""
    old, kept, orphan, young = (recorded(tmp_path, f"2026/11/20/{name}") for name in ("old", "kept", "orphan", "young"))
    await register.history.save(
        CallRecord("old", "", "109", "", "", "", "", NOW, None, None, None, "", recording="2026/11/20/old")
    )
    await register.recordings.begin("old", "2026/11/20/old", NOW, NOW + timedelta(days=1))
    await register.recordings.begin("gone", "2026/11/20/gone", NOW, NOW + timedelta(days=1))
    await register.recordings.begin("kept", "2026/11/20/kept", NOW, NOW + timedelta(days=3))
    week_ago = (NOW - timedelta(days=7)).timestamp()
    os.utime(orphan, (week_ago, week_ago))
    then = NOW + timedelta(days=2)
    purge = Recordings(register, tmp_path, keep_s=5 * 86_400.0, clock=then.timestamp)
    assert await purge.purge() == 3
    assert [file.exists() for file in (old, kept, orphan, young)] == [False, True, False, True]
    assert await register.recordings.of("old") is None
    assert await register.recordings.of("kept") is not None
    assert (await register.history.get("old")).recording == ""
    assert await purge.purge() == 0


async def test_no_file_outside_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    inside = recorded(folder, "2026/11/20/r1")
    recorded(tmp_path, "secret")
    assert path_of(folder, "2026/11/20/r1") == inside.resolve()
    assert path_of(folder, "2026/11/21/r1", search=True) == inside, "the days differ where the clocks do"
    assert path_of(folder, "2026/11/21/r1") is None
    for name in ("../secret", "../../secret", str(tmp_path / "secret"), "", "*", "2026"):
        assert path_of(folder, name, search=True) is None
