"""A photo without what it tells of its maker: where it was taken, when, with what. Pure; the picture itself stays as it
is, byte by byte, and stands as it was held.

Sources: JPEG segments, ITU-T T.81 Annex B; Exif 2.3 (orientation is tag 0x0112); PNG chunks, W3C PNG 3rd edition
section 11; WebP container, RFC 9649 section 2.7.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_EXIF = b"Exif\0\0"
_KEPT_SEGMENTS = {0xE0, 0xE2, 0xEE}  # of APPn: JFIF, the colour profile, Adobe's colour transform
_DROPPED_CHUNKS = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"


class NotAPicture(ValueError):
    """The bytes are not what they say they are."""


def without_traces(picture: bytes) -> bytes:
    """A JPEG, PNG or WebP by its own first bytes. Raises NotAPicture."""
    try:
        if picture.startswith(b"\xff\xd8\xff"):
            return _jpeg(picture)
        if picture.startswith(_PNG):
            return _PNG + b"".join(_png_chunks(picture))
        if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
            return _webp(picture)
    except (IndexError, struct.error):
        raise NotAPicture("it is cut short") from None
    raise NotAPicture("neither JPEG nor PNG nor WebP")


def _jpeg(picture: bytes) -> bytes:
    kept, at, turned = [picture[:2]], 2, 1
    while True:
        while picture[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = picture[at + 1]
        if picture[at] != 0xFF:
            raise NotAPicture("a segment does not begin where it should")
        if marker == 0xDA:  # the scan, and whatever follows: pictures behind the first one have traces of their own
            scan = picture[at:]
            end = _end_of_jpeg(scan)
            break
        (length,) = struct.unpack_from(">H", picture, at + 2)
        if length < 2 or at + 2 + length > len(picture):
            raise NotAPicture("it is cut short")
        segment = picture[at : at + 2 + length]
        if marker == 0xE1 and segment[4:10] == _EXIF:
            turned = _orientation(segment[10:]) or turned
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _KEPT_SEGMENTS:
            kept.append(segment)
        at += 2 + length
    if turned != 1:
        kept.insert(1, _turned(turned))
    return b"".join(kept) + scan[:end]


def _end_of_jpeg(scan: bytes) -> int:
    """Behind the end marker of the first picture; progressive ones have several scans before it."""
    at = 0
    while 0 <= (at := scan.find(b"\xff", at)) < len(scan) - 1:
        marker = scan[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
        elif marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD7:  # a byte of the picture, a restart
            at += 2
        else:
            at += 2 + int(struct.unpack_from(">H", scan, at + 2)[0])
    return len(scan)  # no end marker: browsers show it all the same


def _orientation(tiff: bytes) -> int:
    """How the camera was held, 1 to 8; 0 where it is not told."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (begin,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, begin)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, begin + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 0
    except (KeyError, struct.error):
        pass
    return 0


def _turned(orientation: int) -> bytes:
    """A segment that tells this and nothing else."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return struct.pack(">HH", 0xFFE1, 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff


def _png_chunks(picture: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", picture, at)
        whole = picture[at : at + 12 + length]
        if len(whole) < 12 + length:
            raise NotAPicture("it is cut short")
        if kind not in _DROPPED_CHUNKS:
            yield whole
        if kind == b"IEND":
            return
        at += len(whole)


def _webp(picture: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", picture, 4)
    if size + 8 > len(picture):
        raise NotAPicture("it is cut short")
    kept, at = [], 12
    while at + 8 <= size + 8:
        kind, length = struct.unpack_from("<4sI", picture, at)
        whole = picture[at : at + 8 + length + length % 2]
        if kind == b"VP8X":
            whole = whole[:8] + bytes([whole[8] & ~0x0C]) + whole[9:]  # says no longer that Exif and XMP are there
        if kind not in (b"EXIF", b"XMP "):
            kept.append(whole)
        at += len(whole)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
