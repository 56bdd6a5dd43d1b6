# ruff: noqa: E501 - tables of words
"""Korean, as far as a proving call needs it: one word to an answer. Numbers both native and Sino-Korean."""

from __future__ import annotations

from .ko_streets import STREETS
from .ko_troubles import EMERGENCIES, TOPICS, URGENCIES
from .pack import Pack, cardinals, cues, lasting, nearby

_NUMBERS = cardinals(
    """0 영 공, 1 하나 일 한, 2 둘 이, 3 셋 삼, 4 넷 사, 5 다섯 오, 6 여섯 육, 7 일곱 칠, 8 여덟 팔, 9 아홉 구, 10 열,
    20 스물, 30 서른, 40 마흔, 50 쉰, 60 예순, 70 일흔, 80 여든, 90 아흔""",
    times="10 십, 100 백, 1000 천",
)

_CUES = cues(
    {
        "street": "거리, 길, 대로, 로",
        "house": "번지, 번, 건물, 집, 동",
        "flat": "호, 호실",
        "floor": "층",
        "phone": "전화, 전화번호, 연락처",
        "account": "계좌, 계정",
        "fraction": "다시",
        "correction": "아니, 아니요, 정정",
        "filler": "네, 음, 저기, 번호",
        "unit": "일째, 시간, 도",
    }
)

_LASTING = lasting(
    "M 분, H 시간, D 일째, W 주째",
    """
    P1D: 어제부터 | 하루째 | 하루 종일
    P2D: 이틀째 | 그저께부터
    P3D: 사흘째
    P1W: 일주일째
    """,
)

_NEARBY = nearby(
    after="옆, 앞, 근처, 맞은편, 뒤, 옆에, 앞에, 근처에", nouns="학교 병원 시장 공원 은행 약국 우체국 마트 역 정류장"
)


PACK = Pack(
    language="ko",
    numbers=_NUMBERS,
    cues=_CUES,
    letters={},
    lasting=_LASTING,
    nearby=_NEARBY,
    topics=TOPICS,
    emergencies=EMERGENCIES,
    urgencies=URGENCIES,
    streets=STREETS,
    number_words=frozenset(["번호"]),
    number_before_cue=True,
    ten_opens=True,
    bare_hundred=True,
    street_before_cue=True,
    phone_numbers=r"0\d{8,10}",
    grammar={
        # One question, one word: short Sino-Korean numbers (일, 이, 사) sound like each other and like noise.
        "house": ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열"),
        "topic": ("난방", "온수", "엘리베이터"),
    },
    # The packaged model has no '[unk]': everyday words take its place and attract what is no answer. '네' and '아니요' are
    # not among them, for they swallow '넷' and '학교'. What still passes for an answer cannot be told from one: no word of
    # such a grammar is certain.
    fillers=tuple(
        "여보세요 안녕하세요 감사합니다 사람 오늘 선생님 컴퓨터 그리고 지하철 커피 "  # noqa: SIM905 - a list of words
        "사랑 이야기 아버지 음악 하루 나라 할머니 우리 시작".split()
    ),
    certainty=0.75,
)
