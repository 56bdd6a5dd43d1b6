"""The rules of a town leave as the files they came as; and a ticket for a foreign owner keeps its number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kezek_register import ImportReport, Register, load_sample
from kezek_register.areas import Area
from kezek_register.duty_types import Duty
from kezek_register.moves import Mover
from kit.databases import draft

KINDS = ("organisations", "asset_kinds", "duties", "topics")


async def test_what_was_written_is_known(register: Register, tmp_path: Path) -> None:
    reports = await load_sample(register)
    head = await register.organisations.get("vet")
    await register.organisations.update(replace(head, active=False, hours="weekdays"), head.version)
    await register.duties.add(Duty(0, "road", "green", Area("houses", street_id=1, house_from="3", parity="odd")))
    counts = {kind: reports[kind].added for kind in KINDS} | {"duties": reports["duties"].added + 1}
    for kind in KINDS:
        path = tmp_path / f"{kind}.csv"
        assert await register.exports.write(kind, path) == counts[kind]
        report = await register.imports.load(kind, path)
        assert replace(report, warnings=()) == ImportReport(0, 0, counts[kind], ()), kind
    assert "vet;" in (tmp_path / "organisations.csv").read_text()
    assert (
        "lift;railway;;;monday;8;;;;The railway has its lift looked after itself\n"
        in (tmp_path / "duties.csv").read_text()
    )


async def test_a_foreign_owners_ticket_is_followed_under_the_same_number(register: Register) -> None:
    """The railway's block: its pipes are passed to the railway, the neighbour's stay the waterworks'."""
    await load_sample(register)
    streets = {street.names["en"]: street.id for street in await register.addresses.streets()}
    anna, second = Mover("anna", "operator"), Mover("bolat", "second_line")

    async def leak(house: str) -> tuple[str, str, bool]:
        made = await register.tickets.register(
            draft(call="", topic="leak", street_id=streets["Monday"], house=house), anna
        )
        assert (made.state, made.kind, made.asset_kind, made.allowed_hours, made.accident) == (
            "assigned", "incident", "water_pipe", 8, True,
        )  # fmt: skip
        assert made.due_at is not None
        owner = await register.organisations.by_id(made.organisation_id or 0)
        return made.number, owner.code, owner.foreign

    assert (await leak("4"))[1:] == ("vodokanal", False)
    number, owner, foreign = await leak("9")
    assert (owner, foreign) == ("railway", True)
    railway = await register.organisations.get("railway")
    worker = Mover("rail", "executor", railway.id)
    await register.tickets.move(number, "accept", worker)
    await register.tickets.move(number, "hand_on", worker, organisation="vodokanal", why="the city's pipe after all")
    back = await register.tickets.move(number, "assign", second, organisation="railway", why="their pipe")
    assert (back.number, back.organisation_id) == (number, railway.id)
    passed = [(move.move, move.organisation) for move in await register.tickets.moves(number) if move.organisation]
    assert passed[-2:] == [("hand_on", "vodokanal"), ("assign", "railway")]
    assert [one.code for one in await register.duties.chain("vodokanal")] == ["vodokanal", "housing", "akimat"]
