"""Fetch a model from the Vosk project's page: with progress, resumed where it was torn, checked, and only then put in
its place."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog

from .models import FoundModel, KnownModel, missing
from .types import NoModel

log = structlog.get_logger(__name__)
_CHUNK = 1 << 16
_MOST = 4 << 30  # bytes unpacked: no small model comes near
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all (None: not known)


@dataclass(frozen=True, slots=True)
class Fetched:
    model: FoundModel
    checked: bool  # False: nobody has vouched for this model's sum


def fetch(
    model: KnownModel, folder: Path, progress: Progress | None = None, *, url: str | None = None, timeout: float = 30.0
) -> Fetched:
    """Download into `folder`/<language>. Blocking. A torn download is kept as `.part` and resumed by the next call.

    Raises NoModel with the remedy: no network, a wrong sum, no whole model in the archive, a full disk.
    """
    target = folder / model.language
    part = folder / f"{model.name}.zip.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _download(url or model.url, part, progress, timeout)
        _verify(model, part)
        _unpack(part, target)
        part.unlink()
    except (URLError, TimeoutError, OSError) as problem:
        raise NoModel(
            f"{model.name} could not be fetched ({problem}): fetch {model.url} elsewhere and unpack it into {target}"
        ) from problem
    checked = model.sha256 is not None
    if not checked:
        log.warning("model unchecked: no sum is known for it", model=model.name)
    whole = next((each for each in [target, *sorted(target.iterdir())] if each.is_dir() and not missing(each)), None)
    if whole is None:
        shutil.rmtree(target)
        raise NoModel(f"the archive of {model.name} holds no whole model: fetch {model.url} anew")
    return Fetched(FoundModel(model.language, whole, "folder"), checked)


def _download(url: str, part: Path, progress: Progress | None, timeout: float) -> None:
    if not url.startswith(("https://", "http://")):
        raise NoModel(f"not an address of the web: {url}")
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        answer = urlopen(Request(url, headers=headers), timeout=timeout)  # noqa: S310 - the scheme is checked above
    except URLError as problem:
        if getattr(problem, "code", None) != 416:  # 416: nothing is left to fetch
            raise
        return
    with answer:
        resumed = answer.status == 206
        length = answer.headers.get("Content-Length")
        total = int(length) + (have if resumed else 0) if length else None
        done = have if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            for chunk in _chunks(answer.read):
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(done, total)
    if total is not None and done != total:
        raise OSError(f"torn after {done} of {total} bytes; the next try goes on from there")


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while chunk := read(_CHUNK):
        yield chunk


def _verify(model: KnownModel, part: Path) -> None:
    if model.sha256 is not None:
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != model.sha256:
            part.unlink()
            raise NoModel(f"{model.name} has the wrong sum ({found}): it has been removed, fetch it anew")


def _unpack(part: Path, target: Path) -> None:
    """All or nothing: unpacked beside the target, then moved. Members cannot leave the folder: zipfile cleans their
    names."""
    fresh = target.with_name(f"{target.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with zipfile.ZipFile(part) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST:
                raise NoModel("the archive unpacks to more than 4 GiB: it is no small model")
            archive.extractall(fresh)
    except zipfile.BadZipFile as problem:
        part.unlink()
        shutil.rmtree(fresh, ignore_errors=True)
        raise NoModel(f"the archive is broken ({problem}): it has been removed, fetch it anew") from problem
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
