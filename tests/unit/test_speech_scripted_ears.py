"""The scripted ears of the stories meet the same contract as the real ones."""

from __future__ import annotations

import pytest

from kezek_speech import Dead, Ears, Full, NoModel
from kit.speech import ScriptedEars
from kit.spoken import SILENCE, spoken


async def test_scripted_words_come_back_as_partial_and_final_ones():
    ears: Ears = ScriptedEars(("ru",))
    async with ears.open("ru") as recogniser:
        for frame in [SILENCE, *spoken("абая сорок пять"), SILENCE, *spoken("нет света")]:
            recogniser.push(frame)
        recogniser.flush()
        heard = [each async for each in recogniser]
    assert [(each.text, each.final) for each in heard] == [
        ("абая сорок пять", False),
        ("абая сорок пять", True),
        ("нет света", False),
        ("нет света", True),
    ]
    assert heard[1].words[0].start < heard[3].words[0].start


async def test_scripted_ears_refuse_and_die_as_told():
    ears = ScriptedEars(("ru",), dies_after=1)
    with pytest.raises(NoModel):
        async with ears.open("kk"):
            pytest.fail("opened")
    async with ears.open("ru") as recogniser:
        for frame in spoken("один") + spoken("два"):
            recogniser.push(frame)
        heard = []
        with pytest.raises(Dead):  # noqa: PT012 - what came before the end counts
            async for each in recogniser:
                heard.append((each.text, each.final))
    assert heard == [("один", False), ("один", True), ("два", False)]
    assert ears.streams == 0
    ears.full = True
    with pytest.raises(Full):
        async with ears.open("ru"):
            pytest.fail("admitted")
