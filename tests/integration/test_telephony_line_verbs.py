"""The line that a FastAGI session makes: its verbs and its ends, with the channel's end played by the test."""

import asyncio

import pytest
from structlog.testing import capture_logs

from kezek_telephony.settings import TelephonySettings
from kezek_telephony.types import HungUp, LineLost
from kit.agi_peer import Conductor, call_of, running_node
from kit.asterisk import until

LIMIT = 10.0


async def test_a_hang_up_ends_every_verb():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.leave()
        line.gone(16)
        await until(lambda: calls.ends)
        assert calls.ends[call_of(0)] is HungUp
        for verb in (line.play("x", language="kk"), line.digit(1), line.music(), line.remember(x="1"), line.hang_up()):
            with pytest.raises(HungUp):
                await verb
        assert (line.cause, len(node.lines)) == (16, 0)


async def test_the_sockets_end_alone_is_no_hang_up():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.leave()
        await until(lambda: calls.ends)
        assert calls.ends[call_of(0)] is LineLost
        with pytest.raises(LineLost):
            await line.music()


async def test_a_redirect_keeps_the_call_and_its_coroutine():
    over = asyncio.Event()
    calls = Conductor(lambda line: over.wait())
    async with running_node(calls) as node:
        async with node.channel() as peer:
            line = await calls.line()
            line.mark_redirected()
            peer.leave()
            await asyncio.wait_for(peer.ended.wait(), LIMIT)
            with pytest.raises(LineLost):
                await line.music()
            line.pressed("5")  # in the talk with the operator: not for us
        back = asyncio.ensure_future(line.wait_back(LIMIT))
        async with node.channel(phase="talked") as peer:
            await back
            await line.remember(language="kk")
            assert peer.variables["KEZEK_LANGUAGE"] == "kk"
            assert await line.digit(0.01) is None
            assert len(calls.lines) == 1
            over.set()
            await asyncio.wait_for(peer.ended.wait(), LIMIT)
            assert peer.variables["KEZEK_DONE"] == "1"


async def test_a_call_that_does_not_come_back_is_lost_and_its_next_session_is_a_new_line():
    calls = Conductor()
    async with running_node(calls) as node:
        async with node.channel() as peer:
            line = await calls.line()
            line.mark_redirected()
            peer.leave()
            await asyncio.wait_for(peer.ended.wait(), LIMIT)
        with pytest.raises(LineLost):
            await line.wait_back(0.05)
        await until(lambda: calls.ends)
        async with node.channel(phase="waiting"):
            await until(lambda: calls.lines[call_of(0)] is not line)
            assert calls.lines[call_of(0)].arrival.resumed


async def test_a_refused_redirect_leaves_the_session_as_it_was():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        line.mark_redirected()
        line.redirect_failed()
        await line.music()
        assert peer.commands[-1].startswith("EXEC")


async def test_a_cancelled_prompt_shifts_no_reply():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers["STREAM FILE"] = None
        playing = asyncio.ensure_future(line.play("greeting", language="kk"))
        await until(lambda: peer.commands[-1].startswith("STREAM"))
        assert peer.commands[-1] == 'STREAM FILE "/prompts/kk/greeting" "0123456789*#"'
        playing.cancel()
        music = asyncio.ensure_future(line.music())
        await asyncio.wait({playing})
        assert peer.commands[-1].startswith("STREAM")  # one command at a time
        peer.reply("HANGUP", "200 result=0 endpos=100")
        await asyncio.wait_for(music, LIMIT)
        peer.answers["STREAM FILE"] = "200 result=53 endpos=800"
        assert await line.play("greeting", language="kk")


async def test_prompts_that_are_missing_or_no_names_are_skipped():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers["STREAM FILE"] = "200 result=-1 endpos=0"
        with capture_logs() as logs:
            assert not await line.play(
                "gone", "../../etc/passwd", "a b", "number/7", language="kk", stop_on_digit=False
            )
        events = [entry["event"].removeprefix("prompt_") for entry in logs]
        assert events == ["missing", "name_refused", "name_refused", "missing"]
        assert 'STREAM FILE "/prompts/kk/number/7" ""' in peer.commands
        with pytest.raises(ValueError, match="language"):
            await line.play("x", language="../kk")


async def test_a_hang_up_in_a_prompt_is_told_from_a_missing_one():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers |= {"STREAM FILE": "200 result=-1 endpos=0", "NOOP": None}
        peer.on_command = lambda command: peer.leave() if command == "NOOP" else None
        playing = asyncio.ensure_future(line.play("greeting", language="kk"))
        await asyncio.wait_for(peer.ended.wait(), LIMIT)
        line.gone(16)
        with pytest.raises(HungUp):
            await playing


async def test_values_with_control_characters_are_refused():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        before = list(peer.commands)
        for variables in ({"x": "a\nHANGUP"}, {"x y": "1"}, {"x": "a\rb"}):
            with pytest.raises(ValueError, match=r"control|name"):
                await line.remember(**variables)
        assert peer.commands == before


async def test_digits_come_in_order_each_once_and_waiting_for_one_can_be_cancelled():
    async def script(line):
        await asyncio.Event().wait()

    calls = Conductor(script)
    async with running_node(calls) as node, node.channel():
        line = await calls.line()
        waiting = asyncio.ensure_future(line.digit(LIMIT))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        for digit in ("1", "*", "#", "A", "", "12", "9"):
            line.pressed(digit)
        assert [await line.digit(0.01) for _ in range(5)] == ["1", "*", "#", "9", None]
        for _ in range(1000):
            line.pressed("0")
        assert [await line.digit(0.01) for _ in range(65)] == ["0"] * 64 + [None]


async def test_the_watchdog_is_pushed_while_the_line_is_idle_and_never_over_another_command():
    calls = Conductor()
    settings = TelephonySettings(fastagi_port=0, sound_port=0, prompts="/prompts", watchdog_s=1)
    async with running_node(calls, settings=settings) as node, node.channel() as peer:
        line = await calls.line()

        def pushes() -> int:
            return sum('"TIMEOUT(absolute)" "1"' in command for command in peer.commands)

        await until(lambda: pushes() >= 3)
        peer.answers["EXEC"] = None
        music = asyncio.ensure_future(line.music())
        await until(lambda: peer.commands[-1].startswith("EXEC"))
        await asyncio.sleep(0.8)  # more than two beats: nothing may be seen in them
        assert peer.commands[-1].startswith("EXEC")
        peer.reply("200 result=0")
        await music


async def test_a_digit_between_two_prompts_cuts_the_rest_short():
    calls = Conductor(lambda line: asyncio.Event().wait())
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.on_command = lambda command: line.pressed("5") if command.startswith("STREAM") else None
        assert await line.play("one", "two", language="kk")
        assert sum(command.startswith("STREAM") for command in peer.commands) == 1
        assert await line.digit(0.01) == "5"


async def test_a_channel_that_somebody_else_moved_and_brought_back_fails_one_verb_alone():
    calls = Conductor(lambda line: asyncio.Event().wait())
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers["EXEC"] = None
        music = asyncio.ensure_future(line.music())
        await until(lambda: peer.commands[-1].startswith("EXEC"))
        peer.leave()
        await asyncio.wait_for(peer.ended.wait(), LIMIT)
        async with node.channel(phase="waiting") as back:
            with pytest.raises(LineLost):
                await asyncio.wait_for(music, LIMIT)
            await line.music()
            assert back.commands[-1].startswith("EXEC")
            assert len(calls.lines) == 1


async def test_a_redirect_ends_the_verb_in_progress():
    calls = Conductor(lambda line: asyncio.Event().wait())
    async with running_node(calls) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers["STREAM FILE"] = None
        playing = asyncio.ensure_future(line.play("greeting", language="kk"))
        await until(lambda: peer.commands[-1].startswith("STREAM"))
        line.mark_redirected()
        peer.leave()
        with pytest.raises(LineLost):
            await asyncio.wait_for(playing, LIMIT)
        assert line.alive
