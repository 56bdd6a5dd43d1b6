"""The telephone programs: Asterisk 22 with its sounds, sipp, baresip and espeak-ng, in `<home>/prefix`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from kezek_api.provision.debs import unpack, wrapper
from kezek_api.provision.step import CannotHave, Report

PACKAGES = (
    "asterisk",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",  # without a music package MusicOnHold() returns at once
    "sip-tester",
    "baresip-core",
    "espeak-ng",
)
PROGRAMS = {
    "asterisk": "usr/sbin/asterisk",
    "sipp": "usr/bin/sipp",
    "baresip": "usr/bin/baresip",
    "espeak-ng": "usr/bin/espeak-ng",
}
VERSION = ".version"


def program(home: Path, name: str) -> Path:
    """The private `name`, else the one on the PATH; raises CannotHave when there is neither."""
    private = home / "prefix" / "bin" / name
    if private.is_file():
        return private
    if found := shutil.which(name):
        return Path(found)
    raise CannotHave(f"no {name}", "run `kezek setup`")


def install(home: Path, report: Report) -> str:
    """Unpack what is missing; returns the versions in words."""
    prefix = home / "prefix"
    stamp = prefix / VERSION
    wanted = " ".join(PACKAGES)
    if stamp.is_file() and stamp.read_text().startswith(wanted + "\n"):
        return f"Asterisk {stamp.read_text().splitlines()[1]} and its tools are there"
    shutil.rmtree(prefix, ignore_errors=True)
    prefix.mkdir(parents=True)
    version = unpack(prefix, PACKAGES, {"asterisk": 20}, report)
    for name, path in PROGRAMS.items():
        wrapper(prefix, name, path, {"ESPEAK_DATA_PATH": "$L/espeak-ng-data"} if name == "espeak-ng" else None)
    sounds = prefix / "root/usr/share/asterisk/sounds"
    for voice in sounds.glob("en_US_*"):  # the package's postinst would make this link
        if not (sounds / "en").exists():
            (sounds / "en").symlink_to(voice.name)
    _check(prefix)
    stamp.write_text(f"{wanted}\n{version}\n")
    return f"Asterisk {version}, sipp, baresip and espeak-ng in {prefix}"


def _check(prefix: Path) -> None:
    for name, flag in (("asterisk", "-V"), ("sipp", "-v"), ("espeak-ng", "--version"), ("baresip", "-h")):
        done = subprocess.run([prefix / "bin" / name, flag], capture_output=True, text=True, check=False)
        if "error while loading shared libraries" in done.stdout + done.stderr:
            raise CannotHave(
                f"{name} misses a library: {done.stderr.strip()[-200:]}",
                "tell us: the list of packages is wrong",
            )
