"""The nearest known words of unknown ones, found by a process of its own: half a million words of a model are three
seconds of Python and a hundred megabytes, which a node that conducts calls shall not feel.

    echo '{"folder": "...", "words": ["..."]}' | python -m kezek_speech.nearest
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from .substitutes import Sounds, Substitute
from .vocabulary import vocabulary

log = structlog.get_logger(__name__)

LIMIT_S = 120.0
YIELD = 10  # so much nicer than whoever asks


def nearest(folder: Path, words: Sequence[str]) -> tuple[Substitute, ...]:
    """One for each word, in their order, without a substitute when the process fails. Blocking, for seconds."""
    asked = json.dumps({"folder": str(folder), "words": list(words)})
    try:
        answer = subprocess.run(
            [sys.executable, "-m", __name__], input=asked, capture_output=True, text=True, check=True, timeout=LIMIT_S
        ).stdout
        return tuple(Substitute(word, tuple(instead), likeness) for word, instead, likeness in json.loads(answer))
    except (subprocess.SubprocessError, OSError, ValueError) as problem:
        log.warning("no substitutes found", problem=type(problem).__name__)
        return tuple(Substitute(word, (), 0.0) for word in words)


def main() -> None:
    os.nice(YIELD)
    asked = json.load(sys.stdin)
    sounds = Sounds(vocabulary(Path(asked["folder"])))
    found = map(sounds.nearest, asked["words"])
    json.dump([[each.word, each.instead, each.likeness] for each in found], sys.stdout)


if __name__ == "__main__":
    main()
