"""The lines that live on this node, found by their call and by their channel's name."""

from __future__ import annotations

from collections.abc import Iterator

from .line import AgiLine


class Lines:
    """A line is here from its first FastAGI session until its coroutine has ended."""

    def __init__(self) -> None:
        self._by_call: dict[str, AgiLine] = {}
        self._by_channel: dict[str, AgiLine] = {}

    def add(self, line: AgiLine) -> None:
        self._by_call[line.arrival.call] = line
        self._by_channel[line.arrival.channel] = line

    def remove(self, line: AgiLine) -> None:
        """Takes out this line, not another one that has taken its call over meanwhile."""
        if self._by_call.get(line.arrival.call) is line:
            del self._by_call[line.arrival.call]
        if self._by_channel.get(line.arrival.channel) is line:
            del self._by_channel[line.arrival.channel]

    def get(self, call: str) -> AgiLine | None:
        """By the caller channel's Uniqueid."""
        return self._by_call.get(call)

    def by_channel(self, channel: str) -> AgiLine | None:
        return self._by_channel.get(channel)

    def __iter__(self) -> Iterator[AgiLine]:
        return iter(list(self._by_call.values()))

    def __len__(self) -> int:
        return len(self._by_call)
