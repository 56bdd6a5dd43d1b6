# ruff: noqa: E501 - tables of words
"""Kazakh. The number and the name stand before their word, and the word carries the endings: 'Абай көшесі қырық бесінші үй'."""

from __future__ import annotations

from collections.abc import Iterator

from .pack import Atom, Cue, Pack, cardinals, cues, letters, rules

_WORDS = """0 нөл ноль, 1 бір, 2 екі, 3 үш, 4 төрт, 5 бес, 6 алты, 7 жеті, 8 сегіз, 9 тоғыз, 10 он, 20 жиырма, 30 отыз, 40 қырық,
    50 елу, 60 алпыс, 70 жетпіс, 80 сексен, 90 тоқсан"""
_HUNDRED = "100 жүз, 1000 мың"


def _ordinal(word: str) -> str:
    """'бес' -> 'бесінші', 'алты' -> 'алтыншы', 'қырық' -> 'қырқыншы'."""
    if word == "жиырма":
        return "жиырмасыншы"
    stem = {"қырық": "қырқ"}.get(word, word)
    back = next((letter in "аоұыу" for letter in reversed(stem) if letter in "аоұыуәөүіе"), False)
    if stem[-1] in "ыіаеу" and stem != "елу":
        return stem + ("ншы" if back else "нші")
    return stem + ("інші" if stem == "елу" or not back else "ыншы")


def _numbers() -> dict[str, Atom]:
    plain = cardinals(_WORDS, times=_HUNDRED)
    numbers = dict(plain)
    for word, atom in plain.items():
        if atom.value == 1000:
            continue
        ordinal = _ordinal(word)
        for ending in ("", "сі", "сы", "де", "да", "нің", "ның", "ге", "ға"):
            numbers[ordinal + ending] = Atom(atom.value, ordinal=True, times=atom.times)
        for ending in (
            "де",
            "те",
            "да",
            "та",
            "дің",
            "дың",
            "тің",
            "тың",
            "ден",
            "дан",
            "тен",
            "тан",
            "ге",
            "ке",
            "ға",
            "қа",
        ):
            numbers.setdefault(word + ending, atom)
    return numbers


def _cases(*stems: str) -> str:
    """A word of place with its endings: 'үй' in 'үйде', 'үйдің', 'үйдегі'."""
    endings = (
        "", "де", "да", "те", "та", "дің", "дың", "тің", "тың", "нің", "ның", "ге", "ға", "ке", "қа", "ден", "дан", "тен", "тан",
        "нде", "нда", "не", "на", "нен", "нан", "дегі", "дағы", "тегі", "тағы", "ндегі", "ндағы", "і", "ы", "міз", "ім", "ым",
        "і", "імде", "ымда", "імізде", "ымызда",
    )  # fmt: skip
    return ", ".join(stem + ending for stem in stems for ending in endings)


_TABLE: dict[Cue, str] = {
    "street": _cases(
        "көше",
        "көшесі",
        "даңғыл",
        "даңғылы",
        "шағын ауданы",
        "шағын аудан",
        "бульвары",
        "тұйығы",
        "алаңы",
        "мөлтек ауданы",
    ),
    "house": _cases("үй", "үйі"),
    "flat": _cases("пәтер", "пәтері", "кеңсе"),
    "entrance": _cases("кіреберіс", "кіреберісі", "подъезд"),
    "floor": _cases("қабат", "қабаты", "этаж"),
    "phone": "телефон, телефоны, телефоным, байланыс телефоны, нөмірім, қоңырау шалыңыз, ұялы",
    "account": "дербес шот, дербес шотым, дербес шоты, шот, шотым, шоты, дербес",
    "fraction": "бөлшек, бөлу, слэш",
    "corpus": _cases("корпус"),
    "plus": "плюс, қосу",
    "correction": "жоқ, кешіріңіз, дұрысы, дәлірек, қателестім, яғни",
    "not": "емес",
    "filler": "нөмір, нөмірі, бұл, менің, біздің, мына, әрпі, мекенжайы, мекенжайым",
    "unit": "күн, күні, күннен, күндей, сағат, сағаттан, градус, рет, апта, аптадан, ай, айдан, минут, жыл, жылдан, адам, теңге, "
    "текше, литр, мектеп, мектептің, мектебі, балабақша, қала",
    "other": "көрсеткіш, көрсеткіші, есептегіш",
}
_CUES = cues(_TABLE)

_TOPICS = rules("""
    - 1: көрсеткіш | есептегіш
    heating 0.97: жылу | жылыт | отоплен
    heating 0.92: батаре + суық | радиатор + суық | батаре + мұздай
    heating 0.88: градус + пәтер | градус + үй | градус + бөлме | градус + қана | температура + градус | салқын + пәтер | суық + пәтер + үйде
    heating 0.6: батаре | радиатор | тоңып
    hot_water 0.97: ыстық су | ыстық + су жоқ
    cold_water 0.97: суық су
    cold_water 0.92: су өшіріл | су жоқ | су келмей | суды өшір | су тоқта | су бермей | су берілмей | сусыз | судың қысым
    water_quality 0.98: су сапа | лас су | тот + су | сары су | лай су | су + иісі шыға + кран | су + тот
    water 0.5: су | суды | судың
    electricity 0.97: жарық | электр | ток | сым + күйген | сымның | свет жоқ | розетка | кернеу
    street_lighting 0.99: көше шам | шамдар | шам + жанба | көше жарық | жарықтандыру
    gas 0.985: газ | газдың
    sewerage 0.99: кәріз | канализа | люк | құдық + ашық
    leak 0.98: су ағып | ағып тұр | су ағу | су жібер | тамшыла | су басып | көршілер + су | су тамып | төбеден
    accident 0.97: құбыр жарыл | құбыр + жарыл | жарылды | апат
    heat_main 0.99: жылу құбыр | жылу желі | жылу магистрал | жылутрасса | теплотрасса
    lift 0.99: лифт | жеделсаты
    garbage 0.98: қоқыс | қоқыр | контейнер
    roads 0.97: шұңқыр | асфальт | тротуар | бағдаршам | жол + жөнде
    roads 0.7: жол
    snow 0.98: қар тазал | қар + тазал | қар | қарды | мұз | көктайғақ | сүңгі
    landscaping 0.98: ағаш | бұтақ | әткеншек | абаттандыр | көгал | орындық | балалар алаң
    animals 0.98: ит | иттер | қаңғыбас | жануар | мысық | егеуқұйрық
""")

_EMERGENCIES = rules("""
    fire 0.97: өрт | өртен | жанып жатыр | от шықты | жалын
    fire 0.8: түтін | күйген + сым
    gas 0.95: газ иіс | газ + иіс | газ шығ
    explosion 0.97: жарылыс | жарылып кетті
    medical 0.95: өліп | ес-түссіз | ес түссіз | ессіз | дем алмай | инфаркт | инсульт | жүрег | қан кет | жарақат | жедел жәрдем
    trapped 0.93: лифт + қалд | лифт + бала | лифт + адам
    children 0.85: бала + жалғыз | бала + құла | балалар + жалғыз
    violence 0.95: өлтір | ұрып | пышақ | төбелес | шабуыл | атып
    electric_shock 0.95: ток соқ | тоқ соқ | сым + үзіл
    collapse 0.95: құлап қал | опырыл | қирап
""")


def street_forms(name: str) -> Iterator[str]:
    """Without a word of place behind it the name itself carries the ending: 'Абайда', 'Достықта', 'Абайдың'."""
    yield name
    voiceless = name[-1:] in "бвгдкқпстфхцчшщ"
    back = next((letter in "аоұыуяё" for letter in reversed(name) if letter in "аоұыуяёәөүіеэи"), True)
    if voiceless:
        yield from (name + ending for ending in (("та", "қа") if back else ("те", "ке")))
    else:
        yield from (name + ending for ending in (("да", "ға") if back else ("де", "ге")))


PACK = Pack(
    language="kk",
    numbers=_numbers(),
    cues=_CUES,
    letters=letters("а, ә, б бэ, в вэ, г гэ, д дэ, е, ж, з"),
    topics=_TOPICS,
    emergencies=_EMERGENCIES,
    street_forms=street_forms,
    number_words=frozenset(["нөмір", "нөмірі"]),
    number_before_cue=True,
    ten_opens=True,
    street_before_cue=True,
    ordinary=frozenset(
        [
            "орман",
            "дала",
            "жастар",
            "достар",
            "арман",
            "арай",
            "көктем",
            "зерде",
            "тұран",
            "қобда",
            "орал",
            "солтүстік",
            "оңтүстік",
        ]
    ),
    phone_numbers=r"[78]\d{10}|\+7\d{10}|\d{10}|\d{6}",
    grammar={"topic": ("жылу жоқ", "ыстық су жоқ", "су жоқ", "жарық жоқ", "газ иісі")},
)
