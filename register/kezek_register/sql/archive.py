"""A backup as a file: a zip with `tables/<table>.jsonl`, one JSON object a row, files beside them, and `manifest.json`.

The manifest comes last: it names every entry with its size and SHA-256, and the revision of the tables. The format is
told in docs/operations.md. A checksum finds damage and clumsy hands; it is no signature.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import IO, Any

from kezek_register.types import RegisterError

FORMAT, VERSION = "kezek-register", 1
MANIFEST = "manifest.json"
TABLES, RECORDINGS, PHOTOS = "tables/", "recordings/", "photos/"
FILES = (RECORDINGS, PHOTOS)
CHUNK = 1 << 20
LARGEST_MANIFEST = 64 << 20  # bytes


class BadBackup(RegisterError):
    """The file is no backup, or it is damaged; the message says what is wrong with it."""

    code = "bad_backup"


class CannotWrite(RegisterError):
    """The file cannot be written: no room, no right, no such folder."""

    code = "cannot_write"


@dataclass(frozen=True, slots=True)
class Entry:
    """`rows` of a table; 0 of a file. `bytes`: unpacked."""

    rows: int
    bytes: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    revision: str
    made_at: str  # ISO 8601
    entries: dict[str, Entry] = field(default_factory=dict)  # by the entry's name in the zip

    @property
    def tables(self) -> dict[str, int]:
        """table -> rows"""
        named = {name: entry for name, entry in self.entries.items() if name.startswith(TABLES)}
        return {PurePosixPath(name).stem: entry.rows for name, entry in named.items()}

    def files(self, kind: str) -> list[str]:
        """Names below the folder of RECORDINGS or PHOTOS."""
        return [name.removeprefix(kind) for name in self.entries if name.startswith(kind)]


# --- values -----------------------------------------------------------------------------------------------------------


def _written(value: Any) -> Any:
    """What JSON cannot say by itself."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
    raise TypeError(f"a backup has no words for {type(value).__name__}")


_READ: Mapping[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    bytes: base64.b64decode,
}


def reader_of(kind: type) -> Callable[[Any], Any]:
    """How a column of this Python type is read from JSON."""
    read = _READ.get(kind)
    return (lambda value: value) if read is None else (lambda value: None if value is None else read(value))


# --- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self._packed = packed
        self.manifest = manifest

    def table(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        count, size, sum_ = 0, 0, hashlib.sha256()
        entry = f"{TABLES}{name}.jsonl"
        with self._packed.open(entry, "w", force_zip64=True) as out:
            for row in rows:
                line = json.dumps(dict(row), ensure_ascii=False, default=_written).encode() + b"\n"
                out.write(line)
                sum_.update(line)
                count, size = count + 1, size + len(line)
        self.manifest.entries[entry] = Entry(count, size, sum_.hexdigest())

    def file(self, kind: str, name: str, path: Path) -> None:
        """Raises FileNotFoundError when it has been deleted meanwhile."""
        size, sum_ = 0, hashlib.sha256()
        entry = kind + name
        with path.open("rb") as source, self._packed.open(entry, "w", force_zip64=True) as out:
            while chunk := source.read(CHUNK):
                out.write(chunk)
                sum_.update(chunk)
                size += len(chunk)
        self.manifest.entries[entry] = Entry(0, size, sum_.hexdigest())


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """Whole and on the disk when the block ends well, else not there at all; readable by its owner alone. Raises
    CannotWrite."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
                yield Writer(packed, manifest)
                told = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
                packed.writestr(MANIFEST, json.dumps(told, indent=1))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
        _settle(path.parent)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- reading ----------------------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest) -> None:
        self._packed = packed
        self.manifest = manifest

    def check(self, done: Callable[[int], None] = lambda bytes_: None) -> None:
        """Reads all of it. Raises BadBackup when an entry is not as the manifest says, missing, or too many."""
        found = [name for name in self._packed.namelist() if name != MANIFEST]
        if strange := set(found) ^ set(self.manifest.entries):
            raise BadBackup(f"what it holds is not what its manifest says: {', '.join(sorted(strange)[:3])}")
        if len(found) != len(set(found)):
            raise BadBackup("an entry is there twice")
        for name, entry in self.manifest.entries.items():
            size, lines, sum_ = 0, 0, hashlib.sha256()
            with _damage(name), self._packed.open(name) as source:
                while chunk := source.read(CHUNK):
                    sum_.update(chunk)
                    size, lines = size + len(chunk), lines + chunk.count(b"\n")
                    done(len(chunk))
            rows = lines if name.startswith(TABLES) else 0
            if Entry(rows, size, sum_.hexdigest()) != entry:
                raise BadBackup(f"{name} is not as it was written: its checksum differs")

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        name = f"{TABLES}{table}.jsonl"
        with _damage(name), self._packed.open(name) as source:
            for line in source:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise BadBackup(f"{name} has a line that is no row")
                yield row

    def open(self, kind: str, file: str) -> IO[bytes]:
        return self._packed.open(kind + file)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Raises BadBackup for what is no whole backup, and for one of a later format; OSError when it cannot be read."""
    try:
        packed = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise BadBackup(f"{path.name} is no backup, or its end is missing: it was not written to its end") from None
    with packed:
        with _damage(MANIFEST):
            try:
                size = packed.getinfo(MANIFEST).file_size
                told = json.loads(packed.read(MANIFEST)) if size <= LARGEST_MANIFEST else None
            except KeyError:
                told = None
        yield Reader(packed, _manifest(path, told))


def _manifest(path: Path, told: Any) -> Manifest:
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadBackup(f"{path.name} is no backup of a register: it has no manifest of ours")
    if told.get("version") != VERSION:
        raise BadBackup(f"{path.name} is of format {told.get('version')}; this program reads {VERSION}: update it")
    try:
        entries = {str(name): Entry(**entry) for name, entry in told["entries"].items()}
        manifest = Manifest(str(told["revision"]), str(told["made_at"]), entries)
    except (KeyError, TypeError, AttributeError):
        raise BadBackup(f"the manifest of {path.name} is damaged") from None
    for name in (file for kind in FILES for file in manifest.files(kind)):
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or not name:
            raise BadBackup(f"{path.name} names a file outside of its folder")
    return manifest


@contextmanager
def _damage(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise BadBackup(f"{name} cannot be read: {type(error).__name__}") from error
