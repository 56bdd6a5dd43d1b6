"""Fetch a model from the Vosk project's page, or take it from a file: with progress, resumed where it was torn,
checked, and only then put in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog

from .archive import Checked, unpack, verify
from .models import FoundModel, KnownModel, missing
from .types import NoModel

log = structlog.get_logger(__name__)
_CHUNK = 1 << 16
_MOST = 2 << 30  # bytes: no small model comes near, and a page that never ends fills no disk
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
    part = folder / f"{model.name}.zip.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _download(url or model.url, part, progress, timeout)
        try:
            fetched = _placed(model, part, folder, vouched=False)
        except NoModel:
            part.unlink(missing_ok=True)  # the next call begins anew
            raise
        part.unlink()
    except (URLError, TimeoutError, OSError) as problem:
        raise NoModel(
            f"{model.name} could not be fetched ({problem}): fetch {model.url} elsewhere, and `kezek models fetch "
            f"{model.language} --from FILE`, or unpack it into {folder / model.language}"
        ) from problem
    return fetched


def take(model: KnownModel, archive: Path, folder: Path, *, vouched: bool = False) -> Fetched:
    """Put an archive that somebody has brought in its place; it stays where it is. Blocking. `vouched`: its bringer
    answers for it, whatever its sum and its name. Raises NoModel."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _placed(model, archive, folder, vouched=vouched)
    except OSError as problem:
        raise NoModel(f"{archive} cannot be taken: {problem}") from problem


def _placed(model: KnownModel, archive: Path, folder: Path, *, vouched: bool) -> Fetched:
    """Raises NoModel and OSError."""
    sum_of_it = verify(model, archive, vouched=vouched)
    target = folder / model.language
    checked = model.sha256 is not None and not vouched
    unpack(archive, target, model, Checked(model.name, sum_of_it, checked), any_name=checked or vouched)
    if not checked:
        log.warning("model unchecked: no sum is known for it", model=model.name)
    whole = next((each for each in [target, *sorted(target.iterdir())] if each.is_dir() and not missing(each)), None)
    assert whole is not None, "unpack has looked"  # noqa: S101
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
                if done > _MOST:
                    raise OSError("more than 2 GiB: that is no small model")
                if progress is not None:
                    progress(done, total)
    if total is not None and done != total:
        raise OSError(f"torn after {done} of {total} bytes; the next try goes on from there")


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while chunk := read(_CHUNK):
        yield chunk
