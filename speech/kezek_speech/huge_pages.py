"""A model's memory in pages of 2 MB: a decoder jumps about in hundreds of megabytes, and with pages of 4 KB a tenth of
its time goes into finding them. Linux only; elsewhere, and where the machine's owner has turned huge pages off, nothing
happens.

The C library gives memory in small pages, and a process may have whole regions put together (madvise(2)).
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

PAGE = 2 * 2**20
STEP = 8 * PAGE  # at once: other threads that ask for memory wait for no more
_MAPS = Path("/proc/self/maps")
_WANTED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_HUGEPAGE, _COLLAPSE = 14, 25  # MADV_*; the second is known to Linux 6.1 and later, before that it happens by and by

Region: TypeAlias = tuple[int, int]  # first address, first one behind it


def held() -> list[Region]:
    """This process's own memory now, in the order of addresses; [] where it cannot be known or is not wanted."""
    try:
        if "[never]" in _WANTED.read_text():
            return []
        return list(_private(_MAPS.read_text()))
    except OSError:
        return []


def gained(before: list[Region], after: list[Region]) -> list[Region]:
    """What is in `after` and was not in `before`, whole huge pages of it. Pure."""
    found: list[Region] = []
    for first, behind in after:
        for old_first, old_behind in before:
            if old_behind <= first or old_first >= behind:
                continue
            found.append((first, old_first))
            first = old_behind
        found.append((first, behind))
    whole = [(-(-first // PAGE) * PAGE, behind // PAGE * PAGE) for first, behind in found]
    return [(first, behind) for first, behind in whole if behind > first]


def put_together(regions: list[Region], enough: threading.Event) -> None:
    """In a thread, about a second for half a gigabyte; ends early when it is `enough`. What the kernel refuses stays as
    it is."""
    library = ctypes.CDLL(None, use_errno=True)
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for first, behind in regions:
        library.madvise(first, behind - first, _HUGEPAGE)
        for at in range(first, behind, STEP):
            if enough.is_set():
                return
            library.madvise(at, min(STEP, behind - at), _COLLAPSE)


def _private(maps: str) -> Iterator[Region]:
    """Written and read, of no file: the heaps."""
    for line in maps.splitlines():
        addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights.startswith("rw") and rights[3] == "p" and inode == "0" and (not name or name[0] == "[heap]"):
            first, behind = addresses.split("-")
            yield int(first, 16), int(behind, 16)
