"""A model's archive: its sum, what may be in it, and how it is unpacked, all or nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from .models import KnownModel, missing
from .types import NoModel

MARK = "kezek-model.json"  # beside an unpacked model: which one, and whether its sum was right
_MOST = 4 << 30  # bytes unpacked: no small model comes near
_MEMBERS = 5_000
_RATIO = 60  # unpacked to packed: models are some three to one, bombs a thousand
_SMALL = 64 << 20  # below this no ratio is looked at


@dataclass(frozen=True, slots=True)
class Checked:
    name: str
    sha256: str
    checked: bool  # against a sum that somebody vouches for


def mark_of(folder: Path) -> Checked | None:
    """Of a language's folder, or of one below it; None for a model that was put there by hand."""
    for place in (folder / MARK, folder.parent / MARK):
        try:
            told = json.loads(place.read_text())
            return Checked(str(told["name"]), str(told["sha256"]), told["checked"] is True)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def verify(model: KnownModel, archive: Path, *, vouched: bool = False) -> str:
    """Its SHA-256. Raises NoModel for a wrong one, unless it is vouched for; OSError."""
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if model.sha256 is not None and found != model.sha256 and not vouched:
        raise NoModel(f"{model.name} has the wrong sum ({found}): it is not used, fetch it anew")
    return found


def unpack(archive: Path, target: Path, model: KnownModel, mark: Checked, *, any_name: bool) -> None:
    """Beside the target, looked at, then moved: what was there before goes only when the new one is whole. `any_name`:
    of its top folder. Raises NoModel, OSError."""
    fresh = target.with_name(f"{target.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        try:
            with zipfile.ZipFile(archive) as opened:
                _look(opened, model, any_name=any_name)
                fresh.mkdir(parents=True)
                opened.extractall(fresh)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
            raise NoModel(f"the archive is broken ({problem}): fetch {model.url} anew") from problem
        if not any(each.is_dir() and not missing(each) for each in [fresh, *fresh.iterdir()]):
            raise NoModel(f"the archive of {model.name} holds no whole model: fetch {model.url} anew")
        (fresh / MARK).write_text(json.dumps(asdict(mark)))
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _look(archive: zipfile.ZipFile, model: KnownModel, *, any_name: bool) -> None:
    """Raises NoModel for what no model's archive has in it."""
    members = archive.infolist()
    size, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if len(members) > _MEMBERS or size > _MOST or (size > _SMALL and size > _RATIO * packed):
        raise NoModel(f"the archive unpacks to {size:,} bytes in {len(members):,} files: that is no small model")
    for each in members:
        path = PurePosixPath(each.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in each.filename:
            raise NoModel("the archive wants to write outside its folder: it is not used")
        if stat.S_ISLNK(each.external_attr >> 16):
            raise NoModel("the archive has a link in it: it is not used")
    tops = {PurePosixPath(each.filename.replace("\\", "/")).parts[0] for each in members if each.filename.strip("/")}
    family = model.name.rsplit("-", 1)[0]  # of whatever version
    if not any_name and not (len(tops) == 1 and next(iter(tops)).startswith(family)):
        raise NoModel(f"the archive holds {', '.join(sorted(tops)[:3]) or 'nothing'}, not {family}-...")
