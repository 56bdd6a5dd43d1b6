"""Where a building is: territories and networks from the root down, on both databases."""

from __future__ import annotations

import pytest

from kezek_register import NotFound, Register
from kezek_register.areas import Place
from kit.databases import told

ROWS = (
    "INSERT INTO territories (id, code, kind, parent_id, path, names) VALUES"
    " (1, 'o', 'oblast', NULL, '/1/', '{}'), (2, 'c', 'city', 1, '/1/2/', '{}'),"
    " (3, 'd', 'district', 2, '/1/2/3/', '{}')",
    "INSERT INTO network_parts (id, code, kind, parent_id, path, names) VALUES"
    " (5, 's', 'substation', NULL, '/5/', '{}'), (4, 'f', 'feeder', 5, '/5/4/', '{}'),"
    " (9, 'b', 'boiler_house', NULL, '/9/', '{}')",
    "INSERT INTO streets (id, code, kind, territory_id) VALUES (1, 'abay', 'street', 2), (2, 'mira', 'street', NULL)",
    "INSERT INTO buildings (id, street_id, house, territory_id) VALUES"
    " (7, 1, '45', 3), (8, 1, '12/2', NULL), (9, 2, '1', NULL)",
    "INSERT INTO building_parts (building_id, part_id) VALUES (7, 4), (7, 9)",
    "INSERT INTO households (id, building_id, flat, person, language) VALUES (3, 7, '12', '', '')",
)


async def test_a_place_is_told_in_every_respect(register: Register, register_url: str) -> None:
    for statement in ROWS:
        await told(register_url, statement)
    whole = Place(1, "45", 7, (1, 2, 3), (5, 9, 4))  # of both networks the roots come first
    assert await register.places.place(7) == whole
    assert await register.places.of_house(1, "дом 45") == whole
    assert await register.places.of_household(3) == whole
    assert await register.places.place(8) == Place(1, "12/2", 8, (1, 2))  # its street's
    assert await register.places.place(9) == Place(2, "1", 9)
    assert await register.places.of_house(1, "46") == Place(1, "46", 0, (1, 2))
    assert await register.places.of_house(1, "б/н") == Place(1, "", 0, (1, 2))
    for nobody in (register.places.place(1), register.places.of_house(3, "1"), register.places.of_household(1)):
        with pytest.raises(NotFound):
            await nobody
