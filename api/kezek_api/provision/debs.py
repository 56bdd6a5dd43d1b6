"""Programs out of Debian packages, unpacked into a private prefix and run with its own loader: no root, no chroot.

The host's libraries are never used and nothing of the host is changed. The mirror is the machine's own (apt's
configuration, or DEBIAN_MIRROR); apt keeps a private state inside the prefix.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kezek_api.provision.step import CannotHave, Report

# Debian 12 has no Asterisk and 13 none either; these are tried in order, the first with a new enough one is taken.
SUITES = ("trixie", "forky", "sid")
# Dependencies of maintainer scripts and of documentation: never run from an unpacked tree.
UNWANTED = re.compile(
    r"^(perl-modules|perl-base|libperl|perl_|gnupg|gpg|dirmngr|pinentry|passwd_|adduser_|debconf_|tzdata|login|pci\.ids|"
    r"libc-gconv-modules-extra|dash_|python3|libpython3|media-types|sensible-utils|openssl_|mount_|systemd)"
)
SKIPPED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/lintian")


def mirror() -> str:
    """The machine's Debian mirror; raises CannotHave where apt knows none."""
    if chosen := os.environ.get("DEBIAN_MIRROR"):
        return chosen
    lists = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for path in lists:
        if not path.is_file():
            continue
        for found in re.findall(r"https?://\S+/debian/?(?=\s|$)", path.read_text(errors="replace")):
            if "security" not in found:
                return str(found)
    raise CannotHave(
        "apt knows no Debian mirror", "set DEBIAN_MIRROR to one, or point KEZEK_AMI_HOST at your own Asterisk"
    )


def unpack(prefix: Path, packages: Sequence[str], least: Mapping[str, int], report: Report) -> str:
    """Fetch `packages` with their dependencies and unpack them below `prefix`/root.

    `least` names the package that decides about the suite and its least major version. Returns the version taken.
    """
    for tool in ("apt-get", "dpkg-deb", "tar"):
        if shutil.which(tool) is None:
            raise CannotHave(
                f"no {tool} on this machine",
                "use a Debian-like system, or your own Asterisk by KEZEK_AMI_HOST",
            )
    state = prefix / ".apt"
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    options = _options(state)
    version = _suite(state, options, least, report)
    report.say("fetching packages")
    report.run(["apt-get", *options, "install", "-y", "--download-only", *packages])
    root = prefix / "root"
    for folder in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / folder).mkdir(parents=True, exist_ok=True)
        if not (root / folder).is_symlink():
            (root / folder).symlink_to(f"usr/{folder}")
    archives = [p for p in sorted((state / "cache/archives").glob("*.deb")) if not UNWANTED.match(p.name)]
    for number, path in enumerate(archives, 1):
        report.say(f"unpacking {number} of {len(archives)}")
        _extract(path, root)
    shutil.rmtree(state)
    return version


def _options(state: Path) -> list[str]:
    settings = {
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": state / "parts",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": state / "parts",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "Acquire::Check-Valid-Until": "false",  # a snapshot's Release file may have expired
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "1",
    }
    return ["-qq", *(f"-o{name}={value}" for name, value in settings.items())]


def _suite(state: Path, options: Sequence[str], least: Mapping[str, int], report: Report) -> str:
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    signed = f"[signed-by={keyring}] " if keyring.exists() else ""
    address = mirror()
    failure: CannotHave | None = None
    for suite in SUITES:
        report.say(f"looking into Debian {suite}")
        (state / "sources.list").write_text(f"deb {signed}{address} {suite} main\n")
        try:
            report.run(["apt-get", *options, "update"])
            (package, major), *_ = least.items()
            policy = report.run(["apt-cache", *options, "policy", package])
        except CannotHave as error:
            failure = error
            continue
        found = re.search(r"Candidate: (?:\d+:)?((\d+)\S*)", policy)
        if found and int(found[2]) >= major:
            return found[1].split("+")[0]
    if failure:
        raise failure
    raise CannotHave(
        f"no Debian suite of {', '.join(SUITES)} has {dict(least)}",
        "point KEZEK_AMI_HOST at your own Asterisk",
    )


def _extract(package: Path, root: Path) -> None:
    # Unpacked roots are merged-usr: --keep-directory-symlink lets /lib stay the link that it is.
    unpacking = ["tar", "-C", str(root), "--keep-directory-symlink", "--no-same-owner"]
    skipping = [f"--exclude={folder}" for folder in SKIPPED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as process:
        done = subprocess.run(
            [*unpacking, *skipping, "-xf", "-"], stdin=process.stdout, capture_output=True, check=False
        )
    if process.returncode != 0 or done.returncode != 0:
        raise CannotHave(f"{package.name} could not be unpacked: {done.stderr.decode()[-200:]}", "run the set-up again")


def wrapper(prefix: Path, name: str, program: str, environment: Mapping[str, str] | None = None) -> Path:
    """Write `prefix`/bin/`name`: runs `program` (a path below root/) with the prefix's own loader and libraries.

    Without a process of its own for anything: programs are begun by the thousand."""
    script = prefix / "bin" / name
    script.parent.mkdir(exist_ok=True)
    lines = "".join(f'export {key}="{value}"\n' for key, value in (environment or {}).items())
    script.write_text(
        "#!/bin/sh\n"
        'case $0 in /*/bin/*) R=${0%/bin/*}/root ;; *) R=$(CDPATH= cd -- "$(dirname -- "$0")/../root" && pwd) ;; esac\n'
        'for L in "$R"/usr/lib/*-linux-gnu*; do :; done\n'
        'for D in "$R"/usr/lib*/ld-linux*.so.*; do :; done\n'
        f"{lines}"
        'exec "$D" '
        f'--argv0 {name} --library-path "$L:$L/pulseaudio" "$R/{program}" "$@"\n'
    )
    script.chmod(0o755)
    return script
