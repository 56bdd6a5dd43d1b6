"""Invented names of streets and people in four languages, as many as a city needs. Pure and seeded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

_THINGS = (  # kk, ru, uk, en
    ("Қайың", "Берёзовая", "Березова", "Birch"), ("Емен", "Дубовая", "Дубова", "Oak"),
    ("Өзен", "Речная", "Річкова", "River"), ("Көл", "Озёрная", "Озерна", "Lake"),
    ("Дала", "Степная", "Степова", "Steppe"), ("Күн", "Солнечная", "Сонячна", "Sun"),
    ("Ай", "Лунная", "Місячна", "Moon"), ("Жұлдыз", "Звёздная", "Зоряна", "Star"),
    ("Бұлақ", "Родниковая", "Джерельна", "Spring"), ("Темір", "Железная", "Залізна", "Iron"),
    ("Кітап", "Книжная", "Книжкова", "Book"), ("Нан", "Хлебная", "Хлібна", "Bread"),
    ("Диірмен", "Мельничная", "Млинова", "Mill"), ("Вокзал", "Вокзальная", "Вокзальна", "Station"),
    ("Базар", "Рыночная", "Ринкова", "Market"), ("Алма", "Яблоневая", "Яблунева", "Apple"),
    ("Шие", "Вишнёвая", "Вишнева", "Cherry"), ("Гүл", "Цветочная", "Квіткова", "Flower"),
    ("Құс", "Птичья", "Пташина", "Bird"), ("Аққу", "Лебединая", "Лебедина", "Swan"),
    ("Тұлпар", "Конная", "Кінна", "Horse"), ("Шеберлер", "Мастеровая", "Майстрова", "Craft"),
    ("Құрылысшылар", "Строителей", "Будівельників", "Builders"), ("Ұстаздар", "Учителей", "Вчителів", "Teachers"),
)  # fmt: skip
_FIRST = "Ал Бай Ван Гор Дар Ер Жан Зар Ил Кар Лес Мар Нур Ор Пет Рах Сар Тал Ут Хас Шол Яр Кен Бек Сол"
_SECOND = ("а", "о", "е", "у", "и", "")
_THIRD = "бек дос гали жан кул мир нар пан рат сын тай шев дар мит кин вич"
_ENDINGS = ("", "ов", "ин", "енко", "баев")
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_ENGLISH = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya"
_LATIN = {letter: told.strip("-") for letter, told in zip(_CYRILLIC, _ENGLISH.split(), strict=True)}
KINDS = ("street", "street", "street", "street", "avenue", "lane", "square")
GIVEN = ("Айгерім", "Данияр", "Марина", "Олег", "Сауле", "Тимур", "Оксана", "Юрий", "Жанна", "Павло")
FAMILY = ("Үлгі", "Примерова", "Зразок", "Sample", "Demo")


@dataclass(frozen=True, slots=True)
class Named:
    kind: str
    kk: str
    ru: str
    uk: str
    en: str
    other: str = ""


def names(random: Random) -> Iterator[Named]:
    """Some ten thousand, no two alike: a tenth are microdistricts with a number, some are things, most are people."""
    things = list(_THINGS)
    random.shuffle(things)
    roots = [first + middle + last for first in _FIRST.split() for middle in _SECOND for last in _THIRD.split()]
    random.shuffle(roots)
    taken = (root + ending for ending in _ENDINGS for root in roots)
    for number in count(1):
        if number % 10 == 0:
            yield Named("microdistrict", *(str(number // 10),) * 4)
        elif number % 9 == 4 and things:
            yield Named(random.choice(KINDS), *things.pop())
        else:
            yield _of_person(random, next(taken), f"ru:{next(taken)}ская" if number % 11 == 0 else "")


def _of_person(random: Random, name: str, other: str) -> Named:
    given = random.choice(GIVEN) if random.random() < 0.2 else ""
    of = name[:-1] + "я" if name.endswith("й") else name if name[-1] in "аоеуи" else name + "а"
    kk, ru, uk, en = (
        f"{first} {last}".strip()
        for first, last in ((given, name), (given, of), (given, of), (latin(given), latin(name)))
    )
    return Named(random.choice(KINDS), kk, ru, uk, en, other)


def latin(name: str) -> str:
    """As on an English sign; roughly."""
    plain = name.translate(str.maketrans("ӘәІіҢңҒғҮүҰұҚқӨөҺһЄєЇї", "АаИиНнГгУуУуКкОоХхЕеИи"))
    told = "".join(_LATIN.get(letter, letter) for letter in plain.lower())
    return told[:1].upper() + told[1:]
