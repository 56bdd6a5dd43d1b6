"""`kezek serve` that tells what it holds: at SIGUSR1 it writes JSON to the file it was given."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from kezek_api.command import quick_loop
from kezek_api.serve import run
from kezek_api.settings import Settings


def tell(to: Path) -> None:
    gc.collect()
    kinds = Counter(type(each).__name__ for each in gc.get_objects())
    told = {"tasks": len(asyncio.all_tasks()), "blocks": sys.getallocatedblocks(), "objects": dict(kinds)}
    part = to.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.replace(to)


async def main(to: Path) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell, to)
    await run(Settings.load())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=quick_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
