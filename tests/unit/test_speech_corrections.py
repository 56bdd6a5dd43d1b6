"""What a caller takes back, for every field and for streets."""

from __future__ import annotations

import pytest

from kezek_speech import Word
from kezek_speech.corrections import taken_back
from kezek_speech.lexer import Lexer
from kezek_speech.packs import pack_for
from kezek_speech.text import tokens
from kit.said import books, understood

TOWN = books()


@pytest.mark.parametrize(
    ("language", "said", "field", "value"),
    [
        ("ru", "дом сорок нет сорок пять", "house", "45"),
        ("ru", "дом сорок ой дом сорок пять", "house", "45"),
        ("ru", "дом не сорок а сорок пять", "house", "45"),
        ("ru", "дом сорок пять а не сорок", "house", "45"),
        ("ru", "не сорок пятый дом а сорок шестой дом", "house", "46"),
        ("ru", "дом сорок дробь два вернее сорок дробь три", "house", "40/3"),
        ("ru", "квартира пять точнее шесть", "flat", "6"),
        ("ru", "второй подъезд нет третий подъезд", "entrance", "3"),
        ("ru", "этаж пятый ой шестой", "floor", "6"),
        ("ru", "лицевой счет один два три четыре пять шесть ой семь", "account", "123457"),
        ("ru", "уже два дня нет уже три дня", "duration", "P3D"),
        ("ru", "возле школы нет возле аптеки", "landmark", "возле аптеки"),
        ("uk", "будинок сорок ні сорок п'ять", "house", "45"),
        ("uk", "будинок не сорок а сорок п'ять", "house", "45"),
        ("uk", "квартира п'ять вибачте шість", "flat", "6"),
        ("uk", "другий під'їзд тобто третій під'їзд", "entrance", "3"),
        ("uk", "телефон нуль шістдесят сім сто двадцять три сорок п'ять шістдесят вісім ой сім", "phone", "0671234567"),
        ("kk", "қырық емес қырық бесінші үй", "house", "45"),
        ("kk", "қырқыншы үй емес қырық бесінші үй", "house", "45"),
        ("kk", "он екінші пәтер емес он төртінші", "flat", "14"),
        ("kk", "бесінші қабат жоқ алтыншы қабат", "floor", "6"),
        ("kk", "екінші кіреберіс дұрысы үшінші кіреберіс", "entrance", "3"),
        ("en", "house forty no forty five", "house", "45"),
        ("en", "flat ten i mean eleven", "flat", "11"),
        ("en", "second floor sorry third floor", "floor", "3"),
    ],
)
def test_the_right_one_is_kept(language, said, field, value):
    assert understood(TOWN[language], said)[field][0] == value


@pytest.mark.parametrize(
    ("language", "said", "house"),
    [
        ("ru", "дом сорок нет воды пять дней", "40"),
        ("ru", "нет света дом сорок", "40"),
        ("uk", "будинок сорок ні води ні світла", "40"),
        ("kk", "қырқыншы үй жарық жоқ бес күн болды", "40"),
        ("en", "house forty no water for five days", "40"),
    ],
)
def test_what_there_is_not_corrects_nothing(language, said, house):
    assert understood(TOWN[language], said)["house"][0] == house


@pytest.mark.parametrize(
    ("language", "said", "names", "back"),
    [
        ("ru", "не на абая а на ленина дом пять", ["абая", "ленина"], {0}),
        ("ru", "улица абая ой ленина", ["абая", "ленина"], {0}),
        ("ru", "абая нет улица ленина", ["абая", "ленина"], {0}),
        ("ru", "абая нет воды угол ленина", ["абая", "ленина"], set()),
        ("uk", "шевченка тобто вулиця франка", ["шевченка", "франка"], {0}),
        ("kk", "абай көшесі емес достық көшесі", ["абай", "достық"], {0}),
        ("en", "garden street no victory avenue", ["garden", "victory"], {0}),
        ("ru", "не абая", ["абая"], set()),
    ],
)
def test_streets_are_taken_back_alike(language, said, names, back):
    words = tokens([Word(part, 1.0, 0.0, 0.0) for part in said.split()])
    pack = pack_for(language)
    items = Lexer(pack).lex(words, names.__contains__)
    places = [next(at for at, token in enumerate(words) if token.text == name) for name in names]
    assert taken_back(items, [(at, at) for at in places]) == back
