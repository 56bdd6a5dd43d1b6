"""The ladder in words: why a rule moved it, and what a rung does, where the site has not said it itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek_queue.ladder.types import RungRules

_WHY: Mapping[str, Mapping[str, str]] = {
    "waiting_per_operator": {
        "kk": "бір операторға {value} қоңырау күтуде, шегі {limit}",
        "ru": "на одного оператора ждут {value}, порог {limit}",
        "uk": "на одного оператора чекають {value}, поріг {limit}",
        "en": "{value} callers wait for each operator, the limit is {limit}",
    },
    "wait_s": {
        "kk": "күту уақыты {value} с, шегі {limit} с",
        "ru": "ожидание {value} с, порог {limit} с",
        "uk": "очікування {value} с, поріг {limit} с",
        "en": "the wait is {value} s, the limit is {limit} s",
    },
    "arrivals_times_usual": {
        "kk": "қоңыраулар әдеттегіден {value} есе көп, шегі {limit}",
        "ru": "звонков в {value} раза больше обычного, порог {limit}",
        "uk": "дзвінків у {value} раза більше звичайного, поріг {limit}",
        "en": "{value} times the usual calls, the limit is {limit}",
    },
    "free_trunks": {
        "kk": "бос желі {value}, шегі {limit}",
        "ru": "свободных линий {value}, порог {limit}",
        "uk": "вільних ліній {value}, поріг {limit}",
        "en": "{value} lines are free, the limit is {limit}",
    },
    "calm_s": {
        "kk": "{value} с бойы тыныш",
        "ru": "спокойно уже {value} с",
        "uk": "спокійно вже {value} с",
        "en": "calm for {value} s",
    },
}
_DOES: Mapping[str, Mapping[str, str]] = {
    "first": {
        "kk": "барлығына алдымен хабарлама айтылады",
        "ru": "всем сначала звучит сообщение",
        "uk": "усім спершу звучить повідомлення",
        "en": "everybody hears a message first",
    },
    "everyone": {
        "kk": "барлығына кері қоңырау ұсынылады",
        "ru": "всем предлагают перезвонить",
        "uk": "усім пропонують передзвонити",
        "en": "everybody is offered a callback",
    },
    "none": {
        "kk": "кері қоңырау ұсынылмайды",
        "ru": "перезвонить не предлагают",
        "uk": "передзвонити не пропонують",
        "en": "no callback is offered",
    },
    "record": {
        "kk": "кейбір тақырыптар операторсыз жазып алынады",
        "ru": "часть тем принимается записью, без оператора",
        "uk": "частину тем приймають записом, без оператора",
        "en": "some topics are taken by recorded intake, without an operator",
    },
    "divert": {
        "kk": "қоңырауларды көрші қауымдастық қабылдайды",
        "ru": "звонки принимает соседняя община",
        "uk": "дзвінки приймає сусідня громада",
        "en": "a neighbouring community takes calls over",
    },
    "second_line": {
        "kk": "екінші желі көмектеседі",
        "ru": "помогает вторая линия",
        "uk": "допомагає друга лінія",
        "en": "the second line helps",
    },
    "told_last": {
        "kk": "ақаудан хабардар болып күткендер соңынан жалғанады",
        "ru": "кто уже услышал о своей аварии и ждёт, идёт после остальных",
        "uk": "хто вже почув про свою аварію й чекає, йде після решти",
        "en": "who has heard of his outage and stays goes after the others",
    },
    "reserve": {
        "kk": "төтенше қоңырауларға бос операторлар сақталады",
        "ru": "для экстренных вызовов держат свободных операторов",
        "uk": "для екстрених викликів тримають вільних операторів",
        "en": "free operators are kept for emergencies",
    },
    "reserve_behind": {
        "kk": "бос операторлардың бір бөлігі өз ақауын біліп тұрғандарға берілмейді",
        "ru": "часть свободных операторов не отдают тем, кто уже слышал о своей аварии",
        "uk": "частину вільних операторів не віддають тим, хто вже чув про свою аварію",
        "en": "some free operators are kept from those who have heard of their outage",
    },
    "call_in": {
        "kk": "демалыстағы қызметкерлер шақырылады",
        "ru": "вызывают сотрудников не на смене",
        "uk": "викликають працівників не на зміні",
        "en": "people who are off shift are called in",
    },
    "packs": {
        "kk": "қосымша тақырыптар қосылады",
        "ru": "включены дополнительные темы",
        "uk": "увімкнено додаткові теми",
        "en": "further topics are on",
    },
    "nothing": {
        "kk": "бәрі ереже бойынша",
        "ru": "всё по обычным правилам",
        "uk": "усе за звичайними правилами",
        "en": "everything goes by the usual rules",
    },
}
LANGUAGES = ("kk", "ru", "uk", "en")
ORDER = ("record", "divert", "told_last", "second_line", "reserve", "reserve_behind", "call_in", "packs")


def why(because: Mapping[str, Any], language: str) -> str:
    """A rule's reason in words; '' where there is none."""
    for name, words in _WHY.items():
        if name in because:
            limit = because.get("over", because.get("under", ""))
            return _in(words, language).format(value=_number(because[name], language), limit=_number(limit, language))
    return ""


def does(rules: RungRules, language: str) -> str:
    """As the site says it, else one sentence made of its rules."""
    if told := rules.does.get(language):
        return told
    parts = [
        "first" if rules.first else "",
        rules.callback if rules.callback != "rules" else "",
        *(name for name in ORDER if getattr(rules, name)),
    ]
    said = "; ".join(_in(_DOES[part], language) for part in parts if part) or _in(_DOES["nothing"], language)
    return f"{said[0].upper()}{said[1:]}."


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words["en"]


def _number(value: Any, language: str) -> str:
    """With a comma where the language writes one; the others read English."""
    text = f"{value:g}" if isinstance(value, int | float) else str(value)
    return text.replace(".", ",") if language in ("kk", "ru", "uk") else text
