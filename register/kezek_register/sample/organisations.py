"""Organisations and rules for a generated town: its own CSV files beside those of its places. Invented, seeded."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

_SMALL = Path(__file__).parent  # the small sample's organisations, kinds and topics are this town's too
_ORGANISATION = ("code", "kk", "ru", "uk", "en", "ko", "parent", "foreign", "hours", "phone", "channel", "address")
_DUTY = ("asset_kind", "organisation", "territory", "part", "street", "house", "from", "to", "parity", "note")
_RAILWAYS = ("water_pipe", "sewer", "heat_pipe", "building")


def write(
    folder: Path, *, seed: int, districts: Sequence[str], streets: Sequence[str], boilers: Sequence[str] = ()
) -> tuple[Path, ...]:
    """organisations.csv, asset_kinds.csv, duties.csv and topics.csv, in the order in which they are loaded; the same
    seed writes the same. `districts`, `streets`, `boilers`: codes of the town's territories, streets and boiler houses.

    From the general to the special: each kind is somebody's in the whole town; house managements and lifts by district;
    every third street has a management of its own; some boiler houses and one street's odd side are foreign."""
    random = Random(seed)  # noqa: S311 - an invented town
    organisations = [row for row in _rows("organisations.csv") if not row["code"].startswith("ksk_")]
    duties = [row for row in _rows("duties.csv") if not row["street"]]
    for number, district in enumerate(districts, start=1):
        organisations += [_house_management(f"ksk_{district}", f"№ {number}"), _lifts(district, number)]
        duties += [
            {"asset_kind": "building", "organisation": f"ksk_{district}", "territory": district},
            {"asset_kind": "lift", "organisation": f"lift_{district}", "territory": district},
        ]
    for street in sorted(random.sample(list(streets), len(streets) // 3)):
        organisations.append(_house_management(f"ksk_{street}", f"«{street}»"))
        duties += _management(random, street)
    if boilers:
        organisations.append(_foreign("factory", "Зауыт", "Завод", "Завод", "Factory", "공장"))
        for boiler in sorted(random.sample(list(boilers), max(1, len(boilers) // 4))):
            duties.append(
                {"asset_kind": "heat_pipe", "organisation": "factory", "part": boiler, "note": "Its own boiler"}
            )
    if streets:
        block = {"organisation": "railway", "street": random.choice(streets), "from": "1", "to": "19", "parity": "odd"}
        duties = [duty for duty in duties if duty.get("street") != block["street"]]
        duties += [{**block, "asset_kind": kind, "note": "The railway's block"} for kind in _RAILWAYS]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "organisations.csv", _ORGANISATION, organisations)
    _write(folder / "duties.csv", _DUTY, duties)
    for name in ("asset_kinds.csv", "topics.csv"):
        shutil.copyfile(_SMALL / name, folder / name)
    return tuple(folder / f"{name}.csv" for name in ("organisations", "asset_kinds", "duties", "topics"))


def _management(random: Random, street: str) -> list[dict[str, str]]:
    """A whole street, or its houses from somewhere on: behind it stands the district's rule, so there is no gap."""
    rule = {"asset_kind": "building", "organisation": f"ksk_{street}", "street": street}
    if random.random() < 0.5:
        return [rule]
    return [{**rule, "from": str(random.randrange(1, 40)), "parity": random.choice(("", "odd", "even"))}]


def _house_management(code: str, name: str) -> dict[str, str]:
    names = {
        "kk": f"Үй басқарушысы {name}",
        "ru": f"Управляющая домов {name}",
        "uk": f"Управитель будинків {name}",
        "en": f"House management {name}",
        "ko": f"주택관리 {name}",
    }
    return {"code": code, **names, "parent": "housing", "foreign": "no", "channel": "none"}


def _lifts(district: str, number: int) -> dict[str, str]:
    names = {
        "kk": f"Лифт-сервис № {number}",
        "ru": f"Лифт-сервис № {number}",
        "uk": f"Ліфт-сервіс № {number}",
        "en": f"Lift service No {number}",
        "ko": f"승강기서비스 {number}",
    }
    return {"code": f"lift_{district}", **names, "parent": "housing", "foreign": "no", "channel": "none"}


def _foreign(code: str, *names: str) -> dict[str, str]:
    languages = dict(zip(("kk", "ru", "uk", "en", "ko"), names, strict=True))
    return {"code": code, **languages, "foreign": "yes", "channel": "none"}


def _rows(name: str) -> list[dict[str, str]]:
    with (_SMALL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
