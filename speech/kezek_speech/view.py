"""A model folder made ready for telephone sound: links to the model's files beside an mfcc.conf of ours. The model is
left as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Without --allow-upsample an 8 kHz stream fails with "Failed to process waveform"; dither makes results differ from
# run to run.
_OURS = {"--dither": "0", "--allow-upsample": "true"}


def prepare(model: Path, work: Path) -> Path:
    """The folder to load instead of `model`, made (or made anew) below `work`. Raises OSError."""
    model = model.resolve()
    view = work / f"{model.name}-{hashlib.sha256(str(model).encode()).hexdigest()[:8]}"
    view.mkdir(parents=True, exist_ok=True)
    for entry in model.iterdir():
        if entry.name == "conf" and entry.is_dir():
            (view / "conf").mkdir(exist_ok=True)
            for item in entry.iterdir():
                _place(item, view / "conf" / item.name)
        else:
            _place(entry, view / entry.name)
    return view


def _place(source: Path, target: Path) -> None:
    if target.is_symlink() or target.is_file():
        target.unlink()
    if source.name == "mfcc.conf":
        target.write_text(telephone_mfcc(source.read_text()), encoding="utf-8")
    else:
        target.symlink_to(source, target_is_directory=source.is_dir())


def telephone_mfcc(text: str) -> str:
    """The feature settings with ours in place of its own."""
    kept = [line for line in text.splitlines() if line.strip() and line.split("=")[0].strip() not in _OURS]
    return "\n".join([*kept, *(f"{name}={value}" for name, value in _OURS.items())]) + "\n"
