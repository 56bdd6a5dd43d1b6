"""What a power cut may leave of the files of Valkey and Asterisk, so that they would not start: mended, with a copy of
what was found. What is lost by it comes back from the calls, the phones and SQL (docs/operations.md)."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

GIVEN_UP = 2  # starts that failed in a row, before the data are set aside


def astdb(folder: Path) -> str:
    """Asterisk does not boot on a damaged database of its own; it makes a new one where there is none. What was done,
    in words; '' when it is well."""
    path = folder / "astdb.sqlite3"
    if not path.exists() or _whole(path):
        return ""
    aside = _aside(path)
    for tail in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    return f"its database was damaged: it begins a new one, the old one is {aside.name}"


def _whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=5)) as database:
            return [row[0] for row in database.execute("PRAGMA quick_check(1)")] == ["ok"]
    except sqlite3.DatabaseError:
        return False


def aof(folder: Path, failed: int) -> str:
    """After so many starts of Valkey in a row that failed: first its log of changes is cut behind the last whole one
    (a torn end it takes by itself, one that is filled with zeros it does not), then the data are set aside."""
    log = folder / "appendonlydir"
    if not failed or not log.is_dir():
        return ""
    if failed >= GIVEN_UP:
        return f"its data cannot be read: it begins anew, the old ones are {_aside(log).name}"
    latest = max(log.glob("*.incr.aof"), key=lambda path: path.stat().st_mtime, default=None)
    if latest is None or (whole := _whole_commands(latest)) == latest.stat().st_size:
        return ""
    kept = _aside(log, copy=True)
    with latest.open("r+b") as file:
        file.truncate(whole)
    return f"the end of its log of changes was damaged and is cut off; a copy is {kept.name}"


def _whole_commands(path: Path) -> int:
    """How many bytes from the beginning are whole commands: *<count>, then $<length> and the bytes, each for itself."""
    whole = 0
    with path.open("rb") as file:
        try:
            while line := file.readline():
                if line.startswith(b"*"):
                    for _ in range(_number(line, b"*")):
                        if not file.read(_number(file.readline(), b"$") + 2).endswith(b"\r\n"):
                            return whole
                elif not (line.startswith(b"#") and line.endswith(b"\n")):  # a note
                    return whole
                whole = file.tell()
        except ValueError:
            return whole
    return whole


def _number(line: bytes, sign: bytes) -> int:
    """Raises ValueError."""
    if not (line.startswith(sign) and line.endswith(b"\r\n") and line[1:-2].isdigit()):
        raise ValueError
    return int(line[1:-2])


def _aside(path: Path, *, copy: bool = False) -> Path:
    target = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    while target.exists():
        target = target.with_name(target.name + "+")
    if copy:
        shutil.copytree(path, target)
    else:
        path.rename(target)
    return target
