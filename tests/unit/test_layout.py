"""The shape of the house: what must never be in the tree, and what an import may not hide."""

from __future__ import annotations

import queue
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("telephony", "ivr", "speech", "queue", "register", "api")


def test_no_top_level_folder_hides_a_module_of_the_standard_library() -> None:
    assert list(ROOT.glob("*/__init__.py")) == []
    assert not (ROOT / "queue").samefile(Path(queue.__file__).parent)
    assert hasattr(queue, "SimpleQueue")


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_holds_one_typed_package(room: str) -> None:
    packages = [path.parent.name for path in (ROOT / room).glob("*/__init__.py")]
    assert packages == [f"kezek_{room}"]
    assert (ROOT / room / f"kezek_{room}" / "py.typed").is_file()


def test_locks_carry_hashes_and_no_address_of_a_registry() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "--hash=sha256:" in text, path.name
        assert "://" not in text, path.name
    lock = (ROOT / "api" / "console" / "package-lock.json").read_text()
    assert '"resolved": "http' not in lock


def test_the_licence_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert (ROOT / "LICENSE").read_text().lstrip().startswith("Apache License")
