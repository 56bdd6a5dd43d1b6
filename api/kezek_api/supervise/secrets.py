"""The secrets of an installation: made at first start, kept in `<home>/secrets.json`, readable by its owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "secrets.json"
FIRST_PHONE = 1001
PHONES = 10  # SIP accounts for operators that a fresh installation has


@dataclass(slots=True)
class Secrets:
    ami: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    redis: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    cookies: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    line: str = field(default_factory=lambda: _password())  # the SIP account `line`: a citizen's phone
    phones: dict[str, str] = field(
        default_factory=lambda: {str(FIRST_PHONE + index): _password() for index in range(PHONES)}
    )
    accounts: dict[str, str] = field(default_factory=dict)  # login of a demo account -> its password

    def account(self, login: str) -> str:
        """The password of a demo account, made when it is asked for first."""
        return self.accounts.setdefault(login, _password())

    def phone(self, phone: str) -> str:
        return self.phones.setdefault(phone, _password())


def load(home: Path) -> Secrets:
    """Read them, making what is missing. Raises ValueError when the file is damaged: it is never overwritten then."""
    path = home / FILE
    if not path.exists():
        made = Secrets()
        save(home, made)
        return made
    try:
        return Secrets(**json.loads(path.read_text()))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is damaged ({type(error).__name__}). Bring it back from a backup; or move it away, and new ones "
            "are made: then the telephones and the demo's people need their new passwords"
        ) from error


def save(home: Path, secrets_: Secrets) -> None:
    write_private(home / FILE, json.dumps(asdict(secrets_), indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all, whatever happens to the machine meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())  # before it has its name: else a power cut may leave an empty file of that name
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _password() -> str:
    """Twelve letters and digits without those that look alike: it is typed into telephones."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))
