"""Households in SQL, on both dialects: whose telephone it is, whatever the files say."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import ImportReport, NotFound, Register, has_other_town, load_sample

HEADER = "street;house;flat;person;language;phones\n"
TAKEN = "a phone number belongs to another household already"


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Register:
    (tmp_path / "s.csv").write_text("code;kind;ru\nabay;street;Абая\n")
    (tmp_path / "b.csv").write_text("street;house\n" + "".join(f"abay;{n}\n" for n in range(1, 6)))
    await register.addresses.import_streets(tmp_path / "s.csv")
    await register.addresses.import_buildings(tmp_path / "b.csv")
    return register


async def imported(town: Register, tmp_path: Path, *lines: str) -> ImportReport:
    path = tmp_path / "h.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return await town.addresses.import_households(path)


async def flat_of(town: Register, phone: str) -> str:
    found = await town.households.by_phone(phone)
    return "" if found is None else f"{found.building.house}-{found.flat}"


async def test_a_caller_is_known_however_the_number_is_written(register: Register) -> None:
    await load_sample(register)
    found = [
        await register.households.by_phone(number)
        for number in ("+77009990109", "87009990109", "77009990109", "8 (700) 999-01-09")
    ]
    assert found[0] is not None
    assert found == [found[0]] * 4
    assert await register.households.get(found[0].id) == found[0]
    for number in ("", "anonymous", "101", "+77009990999", "'; DROP TABLE households", "\0"):
        assert await register.households.by_phone(number) is None


async def test_the_chosen_language_is_remembered_through_an_import(town: Register, tmp_path: Path) -> None:
    await imported(town, tmp_path, "abay;1;1;;;+77009990201", "abay;1;2;;kk;+77009990202")
    first = await town.households.by_phone("+77009990201")
    second = await town.households.by_phone("+77009990202")
    assert first is not None
    assert second is not None
    await town.households.remember_language(first.id, "uk")
    await town.households.remember_language(second.id, "ru")
    report = await imported(town, tmp_path, "abay;1;1;;;+77009990201", "abay;1;2;;kk;+77009990202")
    assert report == ImportReport(0, 1, 1, ())
    assert (await town.households.get(first.id)).language == "uk"
    assert (await town.households.get(second.id)).language == "kk"
    with pytest.raises(NotFound):
        await town.households.remember_language(999, "kk")
    with pytest.raises(NotFound):
        await town.households.get(999)


async def test_bad_lines_are_named_and_good_ones_kept(town: Register, tmp_path: Path) -> None:
    report = await imported(
        town,
        tmp_path,
        "abay;1;1;Первая;ru;87009990201",
        "abay;1;01x?;Плоская;ru;87009990202",
        "abay;99;1;Бездомная;ru;87009990203",
        "abay;1;кв. 1;Двойная;ru;87009990204",
        "abay;1;2;Чужая;ru;+77009990201",
        "abay;1;3;Кривая;ru;123",
        "abay;1;4;Злая\x07;ru;87009990205",
        "abay;1;5;Последняя;ru;87009990206",
    )
    assert report == ImportReport(
        2, 0, 0,
        (
            (3, "flat is no flat number"),
            (4, "unknown house in this street"),
            (5, "this household is in line 2 already"),
            (6, TAKEN),
            (7, "bad phone number"),
            (8, "control characters in person"),
        ),
    )  # fmt: skip


async def test_a_number_moves_with_the_file(town: Register, tmp_path: Path) -> None:
    await imported(town, tmp_path, "abay;1;;;;+77009990201", "abay;2;;;;+77009990202|+77009990203")
    report = await imported(town, tmp_path, "abay;2;;;;+77009990203|+77009990201", "abay;1;;;;+77009990202")
    assert report == ImportReport(0, 2, 0, ())
    assert [await flat_of(town, f"+7700999020{n}") for n in (1, 2, 3)] == ["2-", "1-", "2-"]


async def test_a_number_of_a_household_that_the_file_leaves_alone_stays(town: Register, tmp_path: Path) -> None:
    await imported(town, tmp_path, "abay;1;;;;+77009990201")
    assert await imported(town, tmp_path, "abay;2;;;;+77009990201") == ImportReport(0, 0, 0, ((2, TAKEN),))
    assert await flat_of(town, "+77009990201") == "1-"


async def test_a_refused_line_keeps_its_numbers_from_the_others_too(town: Register, tmp_path: Path) -> None:
    await imported(town, tmp_path, "abay;1;;;;+77009990201", "abay;2;;;;+77009990202")
    # house 1 may not have ..02 (line 2 has it), so it keeps ..01, so line 2 may not have that, so nothing moves
    report = await imported(
        town, tmp_path, "abay;2;;;;+77009990202|+77009990201", "abay;1;;;;+77009990202", "abay;3;;;;+77009990203"
    )
    assert report == ImportReport(1, 0, 0, ((2, TAKEN), (3, TAKEN)))
    assert [await flat_of(town, f"+7700999020{n}") for n in (1, 2, 3)] == ["1-", "2-", "3-"]


async def test_the_sample_town_is_told_from_a_real_one(register: Register, tmp_path: Path) -> None:
    """A set-up that is run again leaves a town's own register alone."""
    assert not await has_other_town(register)
    await load_sample(register)
    assert not await has_other_town(register)
    own = tmp_path / "streets.csv"
    own.write_text("code;kind;ru\nlenina;street;Ленина\n", "utf-8")
    await register.addresses.import_streets(own)
    assert await has_other_town(register)
