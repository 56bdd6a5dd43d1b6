"""Streets as Ukrainian says them: 'на Соборній', 'по Лесі Українки', 'на Хрещатику', 'ріг Шевченка і Франка'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .street_words import StreetWords, kinds, words

_FEMININE, _SOFT = ("ій", "у", "ої", "ою", "ая"), ("ій", "ю", "ьої")
_ADJECTIVE = re.compile(r"(н|ськ|цьк|зьк|ов|ев|єв|ин|їн|ік|ок|ик|ел|ил|ед|ост|ат|ав|ух|их)[ая]$")


def forms(name: str) -> Iterator[str]:
    """'соборна' is also heard as 'соборній', 'соборну'; 'хрещатик' as 'хрещатику'; 'шевченка' as 'шевченко'."""
    yield name
    parts = name.split()
    last = parts[-1]
    if last.endswith(("ого", "ові")):
        return
    if last.endswith(("ий", "ій")) and len(last) > 4:
        for ending in ("ому", "ого"):
            yield " ".join(part[:-2] + ending if part.endswith(("ий", "ій")) else part for part in parts)
    elif last.endswith("я") and len(last) > 4:
        for ending in _SOFT:
            yield " ".join(_bent(part, ending) for part in parts)
    elif last.endswith("а"):
        if last.endswith("ка") and not last.endswith(("ська", "цька", "зька")):
            yield name[:-1] + "о"
        for ending in _FEMININE:
            yield " ".join(_bent(part, ending) for part in parts)
    elif last.endswith("е"):
        yield from (name[:-1] + ending for ending in ("ому", "ого"))
    elif re.search(r"[бвгґджзклмнпрстфхцчшщ]$", last) and len(parts) == 1:
        yield from (name + ending for ending in ("у", "а", "і", "ом"))


def _bent(part: str, ending: str) -> str:
    return part[:-1] + ending if part.endswith(("а", "я")) else part


STREETS = StreetWords(
    forms=forms,
    kinds=kinds("""
        вулиця: вулиці, вулицю, вулиць, вулицею, вулицях, вул
        проспект: проспекті, проспекту, проспекта, проспектом, просп
        провулок: провулку, провулка, провулком
        бульвар: бульварі, бульвару, бульвара
        мікрорайон: мікрорайоні, мікрорайону, мікрорайона, мкр, мікраш
        квартал: кварталі, кварталу
        шосе:
        площа: площі, площу
        проїзд: проїзді, проїзду
        узвіз: узвозі, узвозу
        майдан: майдані, майдану
        алея: алеї, алею
        тупик: тупику
        лінія: лінії
    """),
    titles=words("""
        імені академіка генерала маршала адмірала космонавта капітана полковника майора лейтенанта професора доктора
        героя льотчика композитора художника письменника поета архітектора інженера святого святої князя княгині
        гетьмана отамана кошового митрополита братів сестер
    """),
    modifiers=("велик", "мал", "верхн", "нижн", "нов", "стар", "північн", "південн", "західн", "східн", "середн"),
    leads=words("""
        на по ріг розі перехрестя перехресті вздовж вздовж адреса адресу адресою всій вся живу живемо мешкаю мешкаємо
        проживаю колишня колишній колишньої колишній з із
    """),
    joins=words("і та й и"),
    crossings=words("ріг"),
    former=words("колишня колишній колишньої колишнього колишню раніше"),
    ordinary=words("""
        миру нова нижня перемоги дружби свободи науки золота зелена щаслива широка робоча південна західна північна
        східна верхня стара велика мала весняна сонячна тиха мир перемога незалежності зелену нову золоту літня зимова
        осіння волі слави праці центральна вільна мирна
    """),
    years=("річчя", "річчю", "ліття", "летія"),
    ordinals=words("а я й ша га та тя ий ій го ої му у"),
)
