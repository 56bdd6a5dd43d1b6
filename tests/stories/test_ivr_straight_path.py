"""Calls that go well: a citizen speaks, an operator's phone rings, and the pop is filled in already."""

from __future__ import annotations

from kezek_queue.types import OperatorState
from kit.ivr_world import World
from kit.scripted_line import Phone, after, in_virtual_time, pause, press, say


@in_virtual_time
async def test_a_known_caller_says_what_has_happened_and_is_connected_with_the_address_filled_in() -> None:
    async with World.open(aigul_201=Phone(answers_after=3, talks=40)) as world:
        world.directory.know("+77010000001", language="ru")
        line = world.call(after("open", pause(1), say("no heating")))
        await world.serve(line)

        assert line.heard == ["greeting", "keys", "open", "goodbye"]
        assert world.board.rung == [(line.arrival.call, "201", world.told.facts("offered")["offer"])]
        notes = await world.notes(line)
        assert {name: (note["value"], note["source"]) for name, note in notes["fields"].items()} == {
            "street": ("Abay", "household"),
            "house": ("45", "household"),
            "flat": ("12", "household"),
            "topic": ("heating", "spoken"),
        }
        assert notes["fields"]["house"]["ref"] == "145"
        (words,) = notes["words"]
        assert (words["question"], words["text"], words["final"]) == ("open", "no heating", True)
        assert line.arrival.since < words["at"] == notes["fields"]["topic"]["at"]
        assert "at" not in notes["fields"]["house"], "known before the call"
        assert notes["language"] == "ru"
        assert line.variables == {"LANGUAGE": "ru"}
        assert world.told.names == [
            "answered", "language", "known_number", "asked", "words", "fields", "place", "offered", "ringing",
            "connected", "talk_ended", "wrap_up", "ended",
        ]  # fmt: skip
        assert line.ended_by == "us"
        assert world.ends() == ["answered"]
        assert await world.operator("aigul") is OperatorState.WRAP_UP
        world.nothing_is_left()


@in_virtual_time
async def test_a_hidden_number_chooses_a_language_and_tells_everything_in_one_breath() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("press/2", press("2")),
            after("open", say("Pushkin house 7 flat 3 no heating")),
            caller=None,
        )
        await world.serve(line)
        assert line.heard[:5] == ["greeting", "language", "press/1", "language", "press/2"]
        assert "press/3" not in line.heard
        fields = (await world.notes(line))["fields"]
        assert {name: note["value"] for name, note in fields.items()} == {
            "street": "Pushkin", "house": "7", "flat": "3", "topic": "heating",
        }  # fmt: skip
        assert (fields["street"]["ref"], fields["house"]["ref"]) == ("2", "207")
        assert (await world.notes(line))["caller"] == ""
        assert world.ends() == ["answered"]
        world.nothing_is_left()
