"""Streams and the pool over a scripted engine: bounded buffers, cancellation, death, admission, reuse."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kezek_speech import Dead, Full, NoModel, SpeechSettings, VoskEars
from kezek_speech.admission import Admission, AdmissionSettings
from kit.scripted_engine import SILENCE, VOICE, ears_fixture, engine_fixture, frames, until  # noqa: F401 - fixtures


async def test_words_of_each_utterance_come_out_and_the_stream_ends_after_a_flush(ears):
    async with ears.open("en") as recogniser:
        for frame in frames(VOICE + SILENCE + VOICE + SILENCE):
            recogniser.push(frame)
        recogniser.flush()
        heard = [each async for each in recogniser]
    assert [each.text for each in heard if each.final] == ["word", "word"]
    assert heard[-1].words[0].start > 1.5  # the second utterance's own time


async def test_an_utterance_ends_by_silence_without_a_flush(ears):
    async with ears.open("en") as recogniser:
        for frame in frames(VOICE + SILENCE):
            recogniser.push(frame)
        async for heard in recogniser:
            if heard.final:
                break
    assert heard.text == "word"


async def test_partial_words_are_kept_unsure_when_the_final_ones_never_come(ears, engine):
    """P11."""
    engine.deaf = True
    async with ears.open("en") as recogniser:
        recogniser.push(VOICE)
        recogniser.flush()
        heard = [each async for each in recogniser]
    assert heard[-1].text == "wo"
    assert not heard[-1].final


async def test_a_dead_engine_keeps_what_was_heard_and_delays_nobody(ears, engine):
    """P10: push goes on in silence; P11: the words until then stay, unsure."""
    async with ears.open("en") as recogniser:
        recogniser.push(VOICE)
        first = await anext(aiter(recogniser))
        assert first.text == "wo"
        engine.dies = True
        recogniser.push(VOICE)
        rest = []
        with pytest.raises(Dead):  # noqa: PT012 - what came before the end counts
            async for heard in recogniser:
                rest.append(heard)
        assert [each.final for each in rest] == [False]
        recogniser.push(VOICE)
        recogniser.flush()
        with pytest.raises(Dead):
            await anext(aiter(recogniser))
    assert ears.load().streams == 0
    engine.dies = False
    async with ears.open("en") as recogniser:  # the dead decoder is not handed out again
        recogniser.push(VOICE)
        recogniser.flush()
        assert [each.text async for each in recogniser if each.final] == ["word"]


async def test_push_never_blocks_and_the_oldest_sound_is_dropped_and_counted(ears, engine):
    engine.gate.clear()
    async with ears.open("en") as recogniser:
        for frame in frames(VOICE * 20):
            recogniser.push(frame)
        assert ears.load().lag_seconds <= 8.0
        assert ears.load().dropped_seconds == pytest.approx(12.0)
    engine.gate.set()


async def test_a_late_stream_lets_nobody_else_in(ears, engine):
    async with ears.open("en") as recogniser:
        recogniser.push(VOICE * 4)
        with pytest.raises(Full):
            async with ears.open("en"):
                pytest.fail("admitted")
    assert ears.load().refused == 1


async def test_a_cancelled_iteration_loses_no_words(ears, engine):
    async with ears.open("en") as recogniser:
        recogniser.push(VOICE + SILENCE)
        engine.gate.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(aiter(recogniser))
        engine.gate.set()
        recogniser.flush()
        assert [each.text async for each in recogniser if each.final] == ["word"]


async def test_a_stream_closed_while_a_thread_decodes_gives_its_decoder_back(ears, engine):
    engine.gate.clear()
    async with ears.open("en") as recogniser:
        recogniser.push(VOICE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(aiter(recogniser))
    assert ears.load().streams == 0
    engine.gate.set()
    await until(lambda: len(ears._decoders.idle["en", None]) == 1)
    async with ears.open("en"):
        assert len(engine.made) == 1


async def test_the_pools_end_is_the_streams_death_not_its_hanging(engine, tmp_path):
    ears = VoskEars(SpeechSettings(models={"en": tmp_path}, work=tmp_path / "w"), load=lambda folder: engine)
    async with ears:
        opening = ears.open("en")
        recogniser = await opening.__aenter__()
    recogniser.push(VOICE)
    with pytest.raises(Dead):
        await anext(aiter(recogniser))
    await opening.__aexit__(None, None, None)
    with pytest.raises(NoModel):
        async with ears.open("en"):
            pytest.fail("opened")


async def test_a_grammar_keeps_only_what_the_model_knows(ears, engine):
    async with ears.open("en", ["one", "two", "один", "[unk]"]):
        assert engine.made[-1].phrases == ["one", "two"]
    async with ears.open("en", ["один"]):
        assert engine.made[-1].phrases is None


async def test_the_grammar_of_a_question_is_used_again(ears, engine):
    for _ in range(3):
        async with ears.open("en", ["one", "two"]):
            pass
        await until(lambda: any(key[1] for key in ears._decoders.idle))
        await until(lambda: ears._decoders.idle["en", ("one", "two")])
    assert len(engine.made) == 2  # the warm one, and the grammar


async def test_not_every_grammar_is_kept(ears, engine):
    for number in range(40):
        async with ears.open("en", [f"one{number}"]):
            pass
    await until(lambda: ("en", ("one39",)) in ears._decoders.idle)
    assert len(ears._decoders.idle) <= 17


async def test_odd_pieces_of_sound_do_no_harm(ears):
    async with ears.open("en") as recogniser:
        for piece in (b"", b"\x01", VOICE[:333], VOICE[:1], VOICE, b"\xff" * 7):
            recogniser.push(piece)
        recogniser.flush()
        assert [each.text async for each in recogniser if each.final] == ["word"]


def test_admission_follows_the_measured_factor():
    admission = Admission(AdmissionSettings(streams=100, capacity=1.0, free=0.1, grammar=0.02))
    entered = 0
    while admission.enter("free"):
        entered += 1
    assert entered == 10
    for _ in range(50):
        admission.measured("free", 10.0, 5.0)
    for _ in range(9):
        admission.leave("free")
    assert admission.enter("free")
    assert not admission.enter("free")
    assert admission.factors["free"] == pytest.approx(0.5, abs=0.01)


def test_one_stream_is_admitted_however_slow_the_machine_is():
    admission = Admission(AdmissionSettings(streams=2, capacity=0.5, free=3.0))
    assert admission.enter("free")
    assert not admission.enter("grammar")


def test_the_view_of_a_model_is_ready_for_the_telephone(tmp_path):
    from kezek_speech.view import prepare

    model = tmp_path / "m"
    (model / "conf").mkdir(parents=True)
    (model / "conf" / "mfcc.conf").write_text("--dither=1\n--num-ceps=40")
    (model / "conf" / "model.conf").write_text("x")
    (model / "am").mkdir()
    (model / "am" / "final.mdl").write_text("y")
    for _ in range(2):  # made anew over the old one
        view = prepare(model, tmp_path / "work")
    assert set((view / "conf" / "mfcc.conf").read_text().split()) == {
        "--num-ceps=40",
        "--dither=0",
        "--allow-upsample=true",
    }
    assert (view / "am" / "final.mdl").read_text() == "y"
    assert (model / "conf" / "mfcc.conf").read_text() == "--dither=1\n--num-ceps=40"
    assert isinstance(view, Path)
