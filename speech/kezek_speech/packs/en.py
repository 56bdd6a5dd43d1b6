# ruff: noqa: E501 - tables of words
"""English."""

from __future__ import annotations

from . import everyday
from .en_streets import STREETS
from .en_troubles import EMERGENCIES, TOPICS, URGENCIES
from .pack import Atom, Denials, Pack, cardinals, cues, lasting, letters, nearby, words

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
        "flat": "flat, apartment, flat number, apartment number, unit, room number, room, suite",
        "entrance": "entrance, stairwell",
        "floor": "floor, storey",
        "phone": "phone, telephone, mobile, cell, phone number, mobile number, call me, call me back, call back on, call me on, ring me on",
        "account": "account, account number",
        "fraction": "stroke, slash, over, dash",
        "corpus": "corpus, wing",
        "plus": "plus",
        "correction": "no, sorry, i mean, correction, rather, oops, actually, wait, make that",
        "not": "not",
        "but": "but",
        "and": "and",
        "filler": "um, uh, er, erm, the, is, at, on, in, number, my, our, it, near, a, of, number is",
        "unit": "day, days, hour, hours, degrees, degree, times, week, weeks, month, months, minutes, minute, month, year, years, people, children, flats, houses, floors, percent, dollars, tenge, dogs, calls",
        "other": "reading, meter, school number, temperature, request, code, ticket, route, route number, bus, bus number",
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
    not_after="wait in at within after until every by before next",
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


PACK = Pack(
    language="en",
    numbers=_NUMBERS
    | {word: Atom(int(value), ordinal=True) for value, word in _ORDINALS.items()}
    | {"hundredth": Atom(100, True, True), "thousandth": Atom(1000, True, True), "zeroth": Atom(0, True)},
    cues=_CUES,
    letters=letters("a, b bee, c see, d dee, e"),
    not_numbers=everyday.EN,
    neighbours=("neighbour", "neighbor"),
    out_of=words("from"),
    calls_from=words("calling call am we i"),
    hesitations=words("um uh er erm"),
    short_words=words("a i an at by do go he if in is it me my no of oh on or so to up us we be as am"),
    letter_words=frozenset(["letter"]),
    doubtful_letters=frozenset(["see", "bee"]),
    counted_from=frozenset(["from"]),
    up_to=frozenset(["to", "till"]),
    joins=frozenset(["and", "to", "or"]),
    repeats={"double": 2, "triple": 3},
    digit_hundreds=True,
    lasting=_LASTING,
    nearby=_NEARBY,
    topics=TOPICS,
    emergencies=EMERGENCIES,
    urgencies=URGENCIES,
    streets=STREETS,
    denials=Denials(before=frozenset(["no", "not", "without", "nor"])),
    number_words=frozenset(["number"]),
    street_before_cue=True,
    house_before_street=True,
    phone_numbers=r"\+?\d{10,13}",
    grammar={"topic": ("no heating", "no hot water", "no cold water", "no water", "no power", "smell of gas")},
)
