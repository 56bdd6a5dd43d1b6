"""The real Vosk with the real Korean model: espeak-ng is the caller, on an 8 kHz A-law line."""

from __future__ import annotations

import asyncio
import gc
import random
import resource
from array import array

import pytest

from kezek_speech import Full, NoModel, SpeechSettings, Vocabulary, VoskEars, build_phrasebook
from kezek_speech.models import packaged_korean
from kit.scripted_engine import frames
from kit.speech_clips import clip, korean_ears, words_of  # noqa: F401 - a fixture

STREETS = dict.fromkeys(["나무", "여름", "라디오", "월요일", "화요일", "병원", "학교", "비행기"], "")
BOOK = build_phrasebook("ko", Vocabulary({name: f"street-{name}" for name in STREETS}, {}))
SURE = 0.8


async def answered(ears: VoskEars, question, sound: bytes):
    words = await words_of(ears, sound, BOOK.phrases(question))
    return [mention for mention in BOOK.answer(question, words) if mention.kind == question]


@pytest.mark.parametrize("street", ["나무", "여름", "라디오", "병원"])
async def test_a_street_of_the_town_is_heard(korean_ears, street):  # noqa: F811
    mentions = await answered(korean_ears, "street", clip(street))
    assert mentions[0].value == f"street-{street}"
    assert mentions[0].confidence >= 0.4


@pytest.mark.parametrize(("said", "house"), [("하나", "1"), ("넷", "4")])
async def test_a_house_number_is_heard(korean_ears, said, house):  # noqa: F811
    mentions = await answered(korean_ears, "house", clip(said))
    assert mentions[0].value == house


async def test_a_trouble_is_heard(korean_ears):  # noqa: F811
    mentions = await answered(korean_ears, "topic", clip("난방"))
    assert mentions[0].value == "heating"


@pytest.mark.parametrize("question", ["street", "house", "topic"])
async def test_unrelated_speech_gives_an_empty_or_an_unsure_field(korean_ears, question):  # noqa: F811
    """The model has no '[unk]': whatever is said is pressed into the grammar, and everyday words must take it up."""
    for said in ("안녕하세요 반갑습니다", "여보세요", "모르겠어요"):
        mentions = await answered(korean_ears, question, clip(said))
        assert all(mention.confidence < SURE for mention in mentions), said


async def test_silence_noise_and_clicks_are_no_words(korean_ears):  # noqa: F811
    chance = random.Random(109)  # noqa: S311 - a test that repeats itself
    noise = array("h", [int(chance.gauss(0, 60)) for _ in range(16000)]).tobytes()
    clicks = (bytes(array("h", [9000] * 80)) + bytes(7840)) * 3
    for sound in (bytes(32000), noise, clicks):
        assert await words_of(korean_ears, sound, BOOK.phrases("house")) == []


async def test_partial_words_come_before_the_final_ones_and_stay_when_sound_ends_early(korean_ears):  # noqa: F811
    """P11: the caller hangs up in the middle of a word; what was understood so far is there, marked unsure."""
    sound = clip("엘리베이터 엘리베이터")[:-18000]
    heard = []
    async with korean_ears.open("ko", ["엘리베이터", "난방"]) as recogniser:
        recogniser.push(sound)
        try:
            async with asyncio.timeout(5):
                async for each in recogniser:
                    heard.append(each)
                    break
        except TimeoutError:
            pytest.fail("no partial words")
    assert heard[0].final is False
    assert heard[0].words
    assert heard[0].words[0].confidence <= 0.5


async def test_times_are_those_of_the_stream_though_recognisers_are_reused(korean_ears):  # noqa: F811
    for _ in range(2):
        words = await words_of(korean_ears, bytes(16000 * 2) + clip("난방"), None)
        assert words
        assert 1.9 < words[0].start < words[-1].end < 5.0


async def test_one_more_than_the_ceiling_is_refused_and_a_place_comes_free_again(korean_ears):  # noqa: F811
    """P11: admission control says no rather than slowing everybody down."""
    async with (
        korean_ears.open("ko", ["난방"]),
        korean_ears.open("ko", ["난방"]),
        korean_ears.open("ko", ["난방"]),
        korean_ears.open("ko", ["난방"]),
    ):
        with pytest.raises(Full):
            async with korean_ears.open("ko", ["난방"]):
                pytest.fail("admitted")
    async with korean_ears.open("ko", ["난방"]):
        assert korean_ears.load().streams == 1
    assert korean_ears.load().streams == 0


async def test_what_was_said_is_heard_again_by_a_grammar(korean_ears):  # noqa: F811
    """The complaint freely, its street once more among the town's streets, without asking for it."""
    async with korean_ears.open("ko") as recogniser:
        for sound in (clip("나무"), clip("병원")):
            for frame in frames(sound):
                recogniser.push(frame)
        heard = []
        async for each in recogniser:
            heard += [each] if each.final else []
            if len(heard) == 2:
                break
        words = await recogniser.again(BOOK.phrases("street"))
        assert [word.text for word in words] == ["병원"]
        assert abs(words[0].start - heard[1].words[0].start) < 1.0
        assert await recogniser.again(["улица"]) == ()


async def test_a_stream_turned_to_its_grammar_hears_by_the_grammar_from_then_on(korean_ears):  # noqa: F811
    """P11: the oldest gives way without losing the sound of a single word."""
    async with korean_ears.open("ko", spare=BOOK.phrases("street")) as recogniser:
        korean_ears._turn(next(iter(korean_ears._places)))
        for frame in frames(clip("병원")):
            recogniser.push(frame)
        recogniser.flush()
        words = [word async for heard in recogniser if heard.final for word in heard.words]
        assert [word.text for word in words] == ["병원"]
        assert words[0].start < 1.5
    assert korean_ears.load().streams == 0


async def test_no_model_for_this_language(korean_ears):  # noqa: F811
    with pytest.raises(NoModel, match="kk"):
        async with korean_ears.open("kk"):
            pytest.fail("opened")


async def test_words_the_model_does_not_know_are_dropped_from_the_grammar(korean_ears):  # noqa: F811
    words = await words_of(korean_ears, clip("난방"), ["난방", "улица", "[unk]", "여보세요"])
    assert [word.text for word in words] == ["난방"]


async def test_memory_is_flat_over_many_calls(korean_ears):  # noqa: F811
    """P11: each call opens, hears and closes a recogniser, every other one torn in the middle."""
    sound = clip("하나")
    phrases = BOOK.phrases("house")

    async def call(number: int) -> None:
        async with korean_ears.open("ko", phrases) as recogniser:
            recogniser.push(sound[:8000] if number % 2 else sound[:3200])
            if number % 4 == 0:
                recogniser.flush()
                async for _ in recogniser:
                    pass

    for number in range(40):
        await call(number)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(200):
        await call(number)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kB
    assert korean_ears.load().streams == 0


async def test_a_broken_model_leaves_the_house_without_that_language(tmp_path):
    broken = tmp_path / "ru"
    (broken / "am").mkdir(parents=True)
    (broken / "am" / "final.mdl").write_bytes(b"nothing")
    async with VoskEars(SpeechSettings(models={"ru": broken}, work=tmp_path / "work")) as ears:
        assert ears.languages == ()
        assert "ru" in ears.problems


def test_the_packages_own_files_are_left_alone():
    folder = packaged_korean()
    assert folder is not None
    assert "--dither" not in (folder / "conf" / "mfcc.conf").read_text()
