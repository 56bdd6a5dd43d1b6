"""The spy leg: a channel of its own that hears the caller and streams to our sound server."""

from __future__ import annotations

from .ami import AmiLink


async def spy(link: AmiLink, channel: str, sound_id: str, sound_address: str) -> None:
    """Begin to listen to `channel`. The sound comes as the AudioSocket connection that says `sound_id` (a UUID).

    Returns when Asterisk has taken the order; whatever happens to the leg later, the caller notices nothing.
    Raises LinkDown, Refused.
    """
    await link.action(
        "Originate",
        {
            "Channel": "Local/listen@kezek-listen/n",
            "Application": "AudioSocket",
            "Data": f"{sound_id},{sound_address}",
            "Async": "true",
            "Timeout": "5000",
        },
        variables={"__KEZEK_SPYON": channel},
    )
