# ruff: noqa: E501 - tables of words
"""English."""

from __future__ import annotations

from collections.abc import Iterator

from .pack import Atom, Pack, cardinals, cues, lasting, letters, nearby, rules

_NUMBERS = cardinals(
    """0 zero oh nought, 1 one, 2 two, 3 three, 4 four, 5 five, 6 six, 7 seven, 8 eight, 9 nine, 10 ten, 11 eleven, 12 twelve,
    13 thirteen, 14 fourteen, 15 fifteen, 16 sixteen, 17 seventeen, 18 eighteen, 19 nineteen, 20 twenty, 30 thirty, 40 forty fourty,
    50 fifty, 60 sixty, 70 seventy, 80 eighty, 90 ninety""",
    times="100 hundred, 1000 thousand",
)
_ORDINALS = {
    "1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "6": "sixth", "7": "seventh", "8": "eighth",
    "9": "ninth", "10": "tenth", "11": "eleventh", "12": "twelfth", "13": "thirteenth", "14": "fourteenth", "15": "fifteenth",
    "16": "sixteenth", "17": "seventeenth", "18": "eighteenth", "19": "nineteenth", "20": "twentieth", "30": "thirtieth",
    "40": "fortieth", "50": "fiftieth", "60": "sixtieth", "70": "seventieth", "80": "eightieth", "90": "ninetieth",
}  # fmt: skip

_CUES = cues(
    {
        "street": "street, avenue, road, lane, drive, square, boulevard, way, district, close, crescent, terrace",
        "house": "house, building, block, home, number",
        "flat": "flat, apartment, flat number, apartment number, unit, room number",
        "entrance": "entrance, stairwell",
        "floor": "floor, storey",
        "phone": "phone, telephone, mobile, phone number, call me, call me back, call back on",
        "account": "account, account number",
        "fraction": "stroke, slash, over",
        "corpus": "corpus, wing",
        "plus": "plus",
        "correction": "no, sorry, i mean, correction, rather, oops, actually",
        "not": "not",
        "but": "but",
        "and": "and",
        "filler": "the, is, at, on, in, number, my, our, it, letter, near, a",
        "unit": "day, days, hour, hours, degrees, degree, times, week, weeks, month, months, minutes, year, years, people",
        "other": "reading, meter, school number, temperature",
    },
)

_LASTING = lasting(
    "M minute minutes, H hour hours, D day days, W week weeks, MO month months, Y year years",
    """
    P1D: since yesterday | from yesterday | yesterday | all day | the whole day | for a day
    P2D: since the day before yesterday | the day before yesterday | a couple of days
    P1W: for a week | a week | a whole week | since last week | all week | the whole week
    P1M: for a month | a month | a whole month | since last month
    P1Y: for a year
    PT30M: half an hour
    PT1H: an hour
    PT1H30M: an hour and a half | one and a half hours
    """,
    not_after="in at within after until every by before next",
    not_before="later",
)

_NEARBY = nearby(
    before="near, near to, next to, opposite, behind, across from, in front of, beside, close to, not far from, outside, landmark",
    nouns="school shop store pharmacy chemist clinic hospital market bazaar kindergarten nursery bus mosque church cathedral park station "
    "bank post cafe restaurant supermarket mall shopping petrol monument stadium dormitory hostel university institute college garage "
    "playground boiler substation court police cinema theatre library museum kiosk factory warehouse pool gym hotel fountain palace circus "
    "zoo cemetery railway metro bridge",
    verbs="ing ed",
    not_names="me us you him her them my our your their his its there here this that which where what has have had was were are and with for "
    "please again not does did will the",
)

_TOPICS = rules("""
    - 1: meter | reading
    heating 0.97: heating
    heating 0.9: radiator + cold | temperature + degree | no heat | cold + flat | cold + apartment | freezing
    heating 0.6: radiator | it is cold
    hot_water 0.98: hot water
    cold_water 0.97: cold water
    cold_water 0.88: no water | without water | water + off | water pressure
    water_quality 0.98: rusty + water | dirty + water | brown + water | water quality | water + smell | yellow + water
    water 0.5: water
    electricity 0.97: electric | power cut | no power | power outage | blackout | wiring | no light | lights are out
    electricity 0.6: power
    street_lighting 0.99: street light | streetlight | lamp post | lamppost | street lamp
    gas 0.98: gas
    sewerage 0.98: sewer | manhole | sewage | drain + blocked
    leak 0.95: leak | dripping | flooding | neighbours + flood | ceiling + wet
    accident 0.96: burst | pipe broke | broken pipe
    heat_main 0.99: heat main | heating main
    lift 0.99: lift | elevator
    garbage 0.98: garbage | rubbish | trash | bins | refuse
    roads 0.97: pothole | hole in the road | asphalt | pavement | sidewalk | traffic light
    snow 0.98: snow | icy | icicle
    landscaping 0.98: tree | branch | playground | swing | bench | lawn | grass
    animals 0.98: stray | dog | dogs | cat | cats | rats | animal
""")

_EMERGENCIES = rules("""
    fire 0.97: fire | burning | flames
    fire 0.8: smoke
    gas 0.95: smell + gas | gas leak
    explosion 0.97: explosion | exploded
    medical 0.95: unconscious | not breathing | heart attack | stroke attack | bleeding | dying | ambulance | injured
    trapped 0.93: stuck + lift | trapped | stuck + elevator
    children 0.85: child + alone | children + alone | child + fell
    violence 0.95: knife | attack | fight | killing | shooting | murder
    electric_shock 0.95: electric shock | electrocut | bare wire | wire + down
    collapse 0.95: collaps
""")


def street_forms(name: str) -> Iterator[str]:
    yield name


PACK = Pack(
    language="en",
    numbers=_NUMBERS | {word: Atom(int(value), ordinal=True) for value, word in _ORDINALS.items()},
    cues=_CUES,
    letters=letters("a, b bee, c see, d dee, e"),
    lasting=_LASTING,
    nearby=_NEARBY,
    topics=_TOPICS,
    emergencies=_EMERGENCIES,
    street_forms=street_forms,
    number_words=frozenset(["number"]),
    street_before_cue=True,
    house_before_street=True,
    ordinary=frozenset(
        [
            "bridge",
            "castle",
            "chapel",
            "church",
            "cross",
            "elm",
            "forest",
            "garden",
            "green",
            "high",
            "hill",
            "lake",
            "maple",
            "market",
            "mill",
            "north",
            "oak",
            "park",
            "peace",
            "pine",
            "river",
            "school",
            "south",
            "spring",
            "station",
            "university",
            "victory",
            "west",
            "willow",
            "east",
            "new",
            "old",
            "main",
        ]
    ),
    phone_numbers=r"\+?\d{10,13}",
    grammar={"topic": ("no heating", "no hot water", "no cold water", "no water", "no power", "smell of gas")},
)
