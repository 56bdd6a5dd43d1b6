"""The operator's phone in a real browser before a real Asterisk, in a network of its own (see kit/phone_scene.py)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kezek_api.app import STATIC
from kit.asterisk import PREFIX
from kit.browser import chromium
from kit.phone_scene import NETWORK

SCENE = Path(__file__).with_name("scene_phone.py")
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def cannot() -> str:
    """Why the scene cannot be played here; '' when it can."""
    if chromium() is None:
        return "no Chromium on this machine"
    if not (STATIC / "index.html").is_file():
        return "the console is not built"
    if not (PREFIX / "bin" / "asterisk").exists():
        return "no Asterisk in .kezek/prefix"
    if not shutil.which("unshare") or not shutil.which("ip"):
        return "no unshare or no ip on this machine"
    tried = subprocess.run([*UNSHARE, "sh", "-c", f"{NETWORK} true"], capture_output=True, text=True, check=False)
    return f"no network of its own: {tried.stderr.strip()}" if tried.returncode else ""


@pytest.mark.timeout(300)
def test_the_phone_in_the_browser(tmp_path: Path) -> None:
    """P16, P22: registered through the door, rung, answered by one click, heard both ways (scene_phone.py)."""
    if why := cannot():
        pytest.skip(f"phone in the browser: {why}")
    played = subprocess.run(
        [
            *UNSHARE, "sh", "-c", f"{NETWORK}\"$@\"", "sh",
            sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider",
            f"--basetemp={tmp_path / 'scene'}", str(SCENE),
        ],
        cwd=SCENE.parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(played.stdout[-20_000:])
    assert played.returncode == 0, played.stderr[-2000:]
    assert " passed" in played.stdout
