"""Streets as Kazakh says them: 'Абай көшесінде', 'Абайда', 'Жібек жолында', 'Ақсай төртте'."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from .street_words import StreetWords, kinds, words

_VOWELS_BACK, _VOWELS_FRONT = "аоұыуяёю", "әөүіеэи"
_VOWELS = _VOWELS_BACK + _VOWELS_FRONT
_NASAL, _VOICELESS = "мнң", "бвгдкқпстфхцчшщ"
_POSSESSED = (
    "жолы",
    "тауы",
    "қаласы",
    "ауданы",
    "жылдығы",
    "алаңы",
    "өзені",
    "көлі",
    "елі",
    "бағы",
    "саябағы",
    "шоқысы",
)


def endings(word: str) -> tuple[str, ...]:
    """Where, whose, to where, from where: by the harmony of vowels and the last sound."""
    return _endings(_back(word), word[-1:], word in _POSSESSED)


@cache
def _endings(back: bool, last: str, possessed: bool) -> tuple[str, ...]:
    if possessed:
        found = ("нда", "ның", "на", "нан", "ндағы")
    elif last in _VOICELESS:
        found = ("та", "тың", "қа", "тан", "тағы")
    elif last in _NASAL:
        found = ("да", "ның", "ға", "нан", "дағы")
    elif last in "лрйузж":
        found = ("да", "дың", "ға", "дан", "дағы")
    else:
        found = ("да", "ның", "ға", "дан", "дағы")
    return found if back else tuple(ending.translate(_FRONT) for ending in found)


_FRONT = str.maketrans({"а": "е", "ы": "і", "ғ": "г", "қ": "к"})


def forms(name: str) -> Iterator[str]:
    """Without a word of place behind it the name itself carries the ending: 'Абайда', 'Достықта', 'Абайдың'."""
    yield name
    yield from (name + ending for ending in endings(name.split()[-1]))


def _with_cases(stems: str) -> str:
    """'көше' -> its cases, alone and possessed ('көшесінде'), one and many ('көшелерінің')."""
    found = []
    for stem in stems.split(","):
        stem = stem.strip()
        possessed = stem + ("сы" if stem[-1] in "аы" else "сі" if stem[-1] in "еі" else "ы" if _back(stem) else "і")
        many = stem + ("лары" if _back(stem) else "лері")
        found += [stem, *(stem + ending for ending in endings(stem.split()[-1]))]
        for base in (possessed, many):
            back = _back(base)
            for ending in ("", "нда", "ның", "на", "нан", "ндағы", "н", "мен"):
                found.append(base + (ending if back else ending.translate(_FRONT)))
    return ", ".join(found)


def _back(word: str) -> bool:
    return next((letter in _VOWELS_BACK for letter in reversed(word) if letter in _VOWELS), True)


STREETS = StreetWords(
    forms=forms,
    case_says_street=True,
    kinds=kinds(
        f"""
        көше: {_with_cases("көше")}
        даңғыл: {_with_cases("даңғыл")}
        шағын аудан: {_with_cases("шағын аудан, ықшам аудан, мөлтек аудан, ықшамаудан, шағынаудан, микрорайон")}
        бульвар: {_with_cases("бульвар")}
        тұйық: тұйығы, тұйығында, тұйығының
        алаң: {_with_cases("алаң")}
        орам: {_with_cases("орам")}
        """
    ),
    titles=words("""
        академик генерал маршал адмирал ғарышкер батыр хан би ата ана апа ақын жырау сал сері композитор профессор
        бауыр қажы баба төре
    """),
    named=words("атындағы"),
    first_names=words("""
        мұхтар шоқан ыбырай әлия мәншүк қаныш жамбыл ілияс сәкен бейімбет мағжан ахмет міржақып темірбек қасым мұқағали
        бауыржан дінмұхамед нұрсұлтан әліби әлихан мұстафа тоқтар сұлтан ыдырыс ғабит сәбит
    """),
    modifiers=("үлкен", "кіші", "жоғарғы", "төменгі", "жаңа", "ескі"),
    leads=words("бұрынғы мекенжайы мекенжайым мекенжай адресі адрес бүкіл"),
    joins=words("мен пен бен және"),
    crossings=words("қиылысы қиылысында қиылысынан қиылысының бұрышы бұрышында қиылысы"),
    former=words("бұрынғы ескі_атауы"),
    ordinary=words("""
        орман дала жастар достар арман арай көктем зерде тұран қобда орал солтүстік оңтүстік наурыз мир ленин достық
        бейбітшілік жеңіс тәуелсіздік дарын құрылысшылар республика ахмет секен саттар жасыл жаңа шығыс батыс гүлдер
        алма бала еңбек бостандық
    """),
    ordinals=words("ші шы нші ншы інші ыншы"),
)
