"""Pictures of one grey pixel: as a camera writes them, with its maker's name and how it was held, and without."""

from __future__ import annotations

import base64
import struct
import zlib

MAKER = b"Secret"

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QA2RXhpZgAATU0AKgAAAAgAAgEPAAIAAAAHAAAAJgESAAMAAAABAAYAAAAAAABTZWNyZXQAAP/bAEMAUD"
    "c8RjwyUEZBRlpVUF94yIJ4bm549a+5kcj////////////////////////////////////////////////////AAAsIAAEAAQEBEQD/xAAUAAEA"
    "AAAAAAAAAAAAAAAAAAAD/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAPwAn/9k="
)
WEBP = base64.b64decode(
    "UklGRmwAAABXRUJQVlA4WAoAAAAIAAAAAAAAAAAAVlA4IBgAAAAwAQCdASoBAAEAB0CWJaQAA3AA/uTqAABFWElGLgAAAE1NACoAAAAIAAIBDw"
    "ACAAAABwAAACYBEgADAAAAAQAGAAAAAAAAU2VjcmV0AAA="
)


def _chunk(kind: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + kind + told + struct.pack(">I", zlib.crc32(kind + told))


_HEAD = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
_TOLD = _chunk(b"eXIf", b"MM\0*Secret") + _chunk(b"tEXt", b"Comment\0Secret")
_PIXEL = _chunk(b"IDAT", zlib.compress(b"\0M")) + _chunk(b"IEND", b"")
PNG = _HEAD + _TOLD + _PIXEL

PLAIN_PNG = _HEAD + _PIXEL
PLAIN_JPEG = JPEG[:20] + JPEG[JPEG.index(b"\xff\xdb") :]  # its JFIF segment, and what follows the Exif one
_VP8 = WEBP[WEBP.index(b"VP8 ") : WEBP.index(b"EXIF")]
PLAIN_WEBP = b"RIFF" + struct.pack("<I", 4 + len(_VP8)) + b"WEBP" + _VP8


def large_jpeg(size: int) -> bytes:
    """Plain, with so many bytes more in its scan."""
    return PLAIN_JPEG[:-2] + bytes(size) + PLAIN_JPEG[-2:]
