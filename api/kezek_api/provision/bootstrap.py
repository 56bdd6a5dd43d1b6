"""The Python environment from nothing: `bootstrap.py run|test`. Standard library only; the rest is `kezek setup`.

Makes `.venv/` from the hashed locks in requirements/. Done once for each content of the locks: a stamp file says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNUSED = r"/(phonenumbers/(geo|carrier|tz)data|holidays/(countries|financial)|pip|setuptools|pkg_resources|mypyc)/"
LOCKS = {"run": ["run.txt", "build.txt"], "test": ["dev.txt", "build.txt"]}


def main(purpose: str) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what finds out
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"Kezek needs Python 3.11 or newer, this is {found}. Name another one: make {purpose} PYTHON=python3.12")
        return 1
    if current(purpose) or current("test"):  # the tests' environment holds the other one
        return 0
    locks = [ROOT / "requirements" / name for name in LOCKS[purpose]]
    started = time.monotonic()
    say("Python environment (.venv) from the hashed lock ...")
    try:
        pip = environment()
        wanted = [part for path in locks for part in ("-r", str(path))]
        step([*pip, "install", "--no-compile", "--require-hashes", *wanted])
        step([*pip, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
        compile_beside()
    except subprocess.CalledProcessError as error:
        what = " ".join(map(str, error.cmd[:6]))
        say(f"The Python environment could not be made: {what} ... ended with {error.returncode}.")
        say("Remedy: a way to a Python package index (pip's own settings are used), then the same command again.")
        return 1
    stamp(purpose).write_text(fingerprint(purpose))
    say(f"Python environment: done in {time.monotonic() - started:.0f} s")
    return 0


def stamp(purpose: str) -> Path:
    return VENV / f".kezek-{purpose}"


def fingerprint(purpose: str) -> str:
    files = [ROOT / "pyproject.toml", *(ROOT / "requirements" / name for name in LOCKS[purpose])]
    return hashlib.sha256(sys.version.encode() + b"".join(path.read_bytes() for path in files)).hexdigest()


def current(purpose: str) -> bool:
    return stamp(purpose).is_file() and stamp(purpose).read_text() == fingerprint(purpose)


def environment() -> list[str]:
    """Make .venv and return the command that is its pip; Debian's bare python3 has neither ensurepip nor pip."""
    if not PYTHON.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, check=False)
        if made.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
    for pip in ([str(PYTHON), "-m", "pip"], [sys.executable, "-m", "pip", "--python", str(PYTHON)]):
        if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode == 0:
            return pip
    return [str(PYTHON), str(pip_from_debian() / "pip")]


def pip_from_debian() -> Path:
    """pip's wheel out of Debian's package python3-pip-whl, fetched without root; a wheel can be run where it lies."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "python3-pip-whl"], cwd=folder, check=True)
        package = next(Path(folder).glob("*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(package), str(VENV / "pip")], check=True)
    return next((VENV / "pip").rglob("pip-*.whl"))


def compile_beside() -> None:
    """Seconds on a core that the next steps leave idle; whoever imports earlier, or what is unused, compiles itself."""
    for folder in (VENV / "lib").glob("python*/site-packages"):
        subprocess.Popen(
            [str(PYTHON), "-m", "compileall", "-q", "-x", UNUSED, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def step(command: list[str]) -> None:
    """Run a command; show its last line while it works (on a terminal) and all of it when it fails."""
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        lines: list[str] = []
        assert process.stdout is not None  # noqa: S101 - asked for above
        for line in process.stdout:
            lines.append(line.rstrip())
            if sys.stdout.isatty():
                print("\r\033[K  " + lines[-1].strip()[:100], end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    if process.returncode != 0:
        print("\n".join(lines[-30:]))
        raise subprocess.CalledProcessError(process.returncode, command)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
