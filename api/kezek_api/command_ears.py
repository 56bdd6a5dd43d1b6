"""`kezek ears`: a recogniser node, until it is told to end."""

from __future__ import annotations

import asyncio
import signal

import structlog

from kezek_api.addresses import split_address
from kezek_api.hearing import own_ears
from kezek_api.settings import Settings
from kezek_api.systemd import Systemd
from kezek_speech import VoskEars
from kezek_speech.remote.server import EarsServer
from kezek_telephony.known import Known

log = structlog.get_logger(__name__)

LEARN_S = 10.0


async def serve(settings: Settings, listen: str, streams: int) -> int:
    """0 after SIGTERM or SIGINT, 1 without a single model, 2 when the address cannot be had."""
    try:
        host, port = split_address(listen)
    except ValueError as wrong:
        print(f"kezek: --listen: {wrong}")
        return 2
    known = Known(settings.ears_from)
    async with own_ears(settings, streams) as ears:
        if not ears.languages:
            print(f"kezek: no model in {settings.models_folder}: `kezek models` says what there is")
            return 1
        server = EarsServer(
            ears, host, port, secret=settings.ears_password(), admits=lambda peer: known.admits(peer, "ears")
        )
        try:
            await server.__aenter__()
        except OSError as error:
            print(f"kezek: {listen}: {error.strerror or error}")
            return 2
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            systemd = Systemd()
            systemd.tell("READY=1")
            print(f"hearing {', '.join(ears.languages)} at {host}:{server.port}", flush=True)
            if not settings.ears_password() and settings.ears_from:
                log.warning("no_ears_secret", remedy="KEZEK_EARS_SECRET, the same here and on the nodes that use it")
            alive = systemd.lives(lambda: f"{ears.load().streams} streams")
            beside = [asyncio.create_task(each) for each in (known.keep(), _learn(ears), alive)]  # end below
            await stop.wait()
            systemd.tell("STOPPING=1")
            for task in beside:
                task.cancel()
        finally:
            await server.__aexit__()
    return 0


async def _learn(ears: VoskEars) -> None:
    """The streets of the towns that are heard for, as they come in grammars: what the model lacks gets a substitute."""
    while True:
        await asyncio.sleep(LEARN_S)
        await ears.learn_asked()
