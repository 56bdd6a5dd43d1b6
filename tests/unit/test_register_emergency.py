"""Services for emergencies, their questions and the words a caller is handed over with."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import BadFile, NotFound
from kezek_register.emergency import LANGUAGES, OURS, load, text

OWN = load()


def test_every_text_is_there_in_five_languages() -> None:
    for region in OWN.regions:
        for service in OWN.of(region):
            for names in (service.names, service.say, *(question.names for question in service.questions)):
                assert all(names[language].strip() for language in (*LANGUAGES, "ko")), (service.code, names)
                assert len({names[language] for language in ("kk", "ru", "en")}) == 3 or service.code == "police"
            assert 3 <= len(service.questions) <= 6, "a person in danger answers a few questions, not a form"
            assert service.region == region


def test_a_service_is_found_by_its_number_and_by_its_topic() -> None:
    for number, code in (("101", "fire"), ("102", "police"), ("103", "ambulance"), ("104", "gas"), ("112", "rescue")):
        for region in ("", "kz", "ua", "ru"):
            found = OWN.by_number(number, region)
            assert found is not None
            assert found.code == code
    for topic, number, expected in (("lift_person", "112", "lift"), ("gas_leak", "104", "gas"), ("x", "112", "rescue")):
        service = OWN.of_topic(topic, number)
        assert service is not None
        assert service.code == expected
    assert OWN.of_topic("heating") is None
    assert OWN.by_number("105") is None
    assert OWN.by_number("") is None
    with pytest.raises(NotFound):
        OWN.of("atlantis")


def test_the_service_is_told_what_was_answered_in_its_order() -> None:
    gas = OWN.by_number("104")
    assert gas is not None
    answers = {"valve_closed": "no", "people_inside": "yes", "smell_where": " подвал ", "flame": "", "weapon": "yes"}
    assert OWN.context(gas, answers, "ru", address="улица Летняя, дом 8") == (
        "улица Летняя, дом 8. Где пахнет газом? подвал. Внутри есть люди? Да. Газовый кран закрыт? Нет."
    )
    assert OWN.context(gas, {"people_inside": "yes"}, "kk") == "Ішінде адамдар бар ма? Иә."
    assert OWN.context(gas, {}, "en") == ""


def test_a_language_without_words_hears_another() -> None:
    assert text({"ru": "Да", "en": "Yes"}, "ko") == "Да"
    assert text({}, "ko") == ""


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('asks = ["what_burns", ', 'asks = ["who_knows", ', "who_knows"),
        ('en = "What is burning?"\n', "", "what_burns has no words in en"),
        ('gas = "104", ', "", "no number for gas"),
        ('"104"', '"one-oh-four"', "no number for gas"),
        ('kind = "words"', 'kind = "essay"', "kind is one of"),
        ('region = "kz"', 'region = "xx"', "no region xx"),
        ('region = "kz"', "", "no region"),
        ("[answers.no]", "[answers.nope]", "no no"),
        ("[regions.kz]", "[regions.kz", "cannot be read"),
        ("[services.gas]\n", "[services.gas]\ntopics = 7\n", "cannot be read"),
    ],
)
def test_a_citys_own_file_is_checked(tmp_path: Path, before: str, after: str, reason: str) -> None:
    path = tmp_path / "emergency.toml"
    own = OURS.read_text()
    path.write_text(own)
    assert load(path) == OWN
    assert before in own
    path.write_text(own.replace(before, after))
    with pytest.raises(BadFile, match=reason):
        load(path)
    with pytest.raises(BadFile):
        load(tmp_path / "nothing.toml")
