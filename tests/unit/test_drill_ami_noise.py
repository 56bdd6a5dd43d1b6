"""Events that get lost or come twice: whole packets, in order, however they were cut into pieces."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kezek_api.drill.ami_noise import END, AmiNoise

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "ami"
BANNER = b"Asterisk Call Manager/9.0.0\r\nResponse: Success\r\nActionID: 1"

words = st.text(alphabet="abc 0123456789\r", max_size=12).map(lambda text: text.replace("\r", "\r\n-").encode())
events = words.map(lambda text: b"Event: Hangup\r\nNote: " + text)
answers = words.map(lambda text: b"Event: Status\r\nActionID: 7\r\nNote: " + text)
responses = words.map(lambda text: b"Response: Success\r\nNote: " + text)
packets = st.lists(st.one_of(events, answers, responses, st.just(b"Event: FullyBooted\r\nStatus: x")), max_size=20)


def seeded(seed: int, drop: float = 0.0, double: float = 0.0) -> AmiNoise:
    return AmiNoise(Random(seed), drop, double)  # noqa: S311 - no secret


def heard(noise: AmiNoise, data: bytes, cuts: list[int]) -> list[bytes]:
    """What goes on, packet by packet; each piece must be of whole packets."""
    said = noise.said()
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    gone_on = b""
    for start, end in pairwise(places):
        piece = said(data[start:end])
        assert piece == b"" or piece.endswith(END)
        gone_on += piece
    return gone_on.split(END)[:-1]


def is_event(packet: bytes) -> bool:
    return packet.startswith(b"Event: Hangup")


@given(packets, st.lists(st.integers(0, 2000)), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1))
def test_what_passes_is_whole_packets_in_order(
    packets: list[bytes], cuts: list[int], seed: int, drop: float, double: float
) -> None:
    said = [BANNER, *(packet + b"\r\nNumber: %d" % number for number, packet in enumerate(packets))]
    noise = seeded(seed, drop, double)
    passed = heard(noise, b"".join(packet + END for packet in said), cuts)
    once = [packet for packet in said if packet in passed]
    assert [packet for packet, _ in groupby(passed)] == once, "in order, and no packet but those that were said"
    assert all(is_event(packet) for packet in said if packet not in passed), "an answer is never lost"
    assert all(is_event(packet) for packet in said if passed.count(packet) > 1), "nor doubled"
    assert len(passed) == len(said) - noise.dropped + noise.doubled


@given(packets, st.lists(st.integers(0, 2000)), st.lists(st.integers(0, 2000)))
def test_the_pieces_change_nothing(packets: list[bytes], cuts: list[int], others: list[int]) -> None:
    data = b"".join(packet + END for packet in packets)
    assert heard(seeded(1, 0.3, 0.3), data, cuts) == heard(seeded(1, 0.3, 0.3), data, others)


def test_without_noise_a_real_session_passes_as_it_is() -> None:
    for recorded in FIXTURES.iterdir():
        data = recorded.read_bytes()
        whole = data[: data.rfind(END) + len(END)] if END in data else b""
        assert seeded(1).said()(data) == whole


def test_every_event_lost_leaves_the_answers() -> None:
    kept = [b"Event: OriginateResponse\r\nActionID: 3", b"Event: FullyBooted\r\nPrivilege: system"]
    data = BANNER + END + b"Event: Hangup\r\nUniqueid: 1" + END + END.join(kept) + END
    noise = seeded(1, drop=1.0)
    assert heard(noise, data, []) == [BANNER, *kept]
    assert noise.dropped == 1


def test_every_event_twice() -> None:
    data = b"Event: Hangup\r\nUniqueid: 1" + END + b"Event: Dial\r\nUniqueid: 2" + END
    noise = seeded(1, double=1.0)
    assert [packet[-1:] for packet in heard(noise, data, [])] == [b"1", b"1", b"2", b"2"]
