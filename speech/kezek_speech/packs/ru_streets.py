"""Streets as Russian says them: 'на Садовой', 'по Ленина', 'академика Сатпаева', 'угол Абая и Ауэзова'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .street_words import StreetWords, kinds, words

# A whole name is put into one case: (ending of the name, the endings it takes on).
_ADJECTIVES = (
    ("ая", "ой ую"),
    ("яя", "ей юю"),
    ("ый", "ом ого ому"),
    ("ий", "ем его ому ом ого"),
    ("ой", "ом ого ому"),
)


def forms(name: str) -> Iterator[str]:
    """'лесная' is also heard as 'лесной', 'лесную'; 'достык' as 'достыке'; 'абая' may be said 'абай'."""
    yield name
    parts = name.split()
    last = parts[-1]
    for ending, others in _ADJECTIVES:
        if last.endswith(ending) and len(last) > 4 and not (ending == "ой" and len(parts) > 1):
            for other in others.split():
                yield " ".join(_bent(part, ending, other) for part in parts)
            break
    if last.endswith("ая") and len(last) <= 5:
        yield name[:-1] + "й"
    elif re.search(r"(ова|ева|ёва|ина|ына)$", last):
        yield name[:-1]
    elif last.endswith("ского"):
        yield name[:-3] + "ий"
    elif re.search(r"[бвгджзклмнпрстфхцчшщ]$", last) and len(parts) == 1:
        yield from (name + ending for ending in ("е", "у", "а"))
    elif re.search(r"[^аоуыэяеюи]й$", last) or re.search(r"[аоуэ]й$", last):
        yield from (name[:-1] + ending for ending in ("е", "ю", "я"))
    elif last.endswith("а") and len(parts) == 1 and len(name) > 4:
        yield from (name[:-1] + ending for ending in ("е", "у", "ы"))


def _bent(part: str, ending: str, other: str) -> str:
    if part.endswith(ending):
        return part[: -len(ending)] + other
    soft = {"ая": ("яя", "ей" if other == "ой" else "юю"), "яя": ("ая", "ой" if other == "ей" else "ую")}.get(ending)
    return part[:-2] + soft[1] if soft and part.endswith(soft[0]) else part


STREETS = StreetWords(
    forms=forms,
    kinds=kinds("""
        улица: улице, улицу, улицы, улиц, улицей, улицах, улицам, ул
        проспект: проспекте, проспекту, проспекта, проспектом, проспектов, просп
        переулок: переулке, переулку, переулка, переулком
        бульвар: бульваре, бульвару, бульвара
        микрорайон: микрорайоне, микрорайона, микрорайону, микрорайоном, мкр, мкрн, микрорайоны, микраше
        квартал: квартале, квартала, кварталу
        шоссе:
        площадь: площади
        проезд: проезде, проезду, проезда
        тупик: тупике, тупика
        аллея: аллее, аллеи, аллею
        тракт: тракте, тракту
        линия: линии, линию
    """),
    titles=words("""
        имени академика генерала маршала адмирала космонавта капитана полковника майора лейтенанта профессора доктора
        героя летчика композитора художника писателя поэта архитектора инженера святого святой князя княгини атамана
        партизана батыра батыр хана хан би ата акына жырау братьев сестер
    """),
    modifiers=("больш", "мал", "верхн", "нижн", "нов", "стар", "северн", "южн", "западн", "восточн", "средн", "задн"),
    leads=words("""
        на по угол углу пересечение пересечении перекресток перекрестке перекрестка вдоль адрес адресу всей вся
        живу живем проживаю бывшая бывшей бывший бывшего с
    """),
    joins=words("и а"),
    crossings=words("угол уголок"),
    former=words("бывшая бывшей бывший бывшего бывшую раньше старая_улица ранее"),
    ordinary=words("""
        мира победы новая дружбы правды славы средняя северная южная западная восточная верхняя нижняя тихая светлая
        рабочая горная советская новой старая старой большая малая труда свободы юности весны красная зеленая зеленой
        холодная водная газовая дачная общая первая вторая третья летняя зимняя осенняя весенняя мирная счастливая
        солнечная каменная чистая правда победа мир дружба квартальная домовая больничная дорожная снежная
    """),
    years=("летия", "летие", "летию", "летии"),
    ordinals=words("я й ая ый ой ий е ое го ого му ому м ом х ую"),
)
