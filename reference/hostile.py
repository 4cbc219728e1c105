# SPDX-License-Identifier: Apache-2.0
"""Hostile pictures (恶意图片): files made to break, fool or outlast whoever decodes them. Pure: always the same.

Each has a name that says what it tries. None of them shows a card.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

MARK = b"<script>alert('hostile')</script>"  # must not survive in anything that is kept
MAGICS = {
    "gif": b"GIF89a" + b"\0" * 60,
    "bmp": b"BM" + b"\0" * 60,
    "tiff": b"II*\0" + b"\0" * 60,
    "webp": b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 60,
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<html>" + MARK,
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "program": b"MZ" + b"\0" * 60,
    "elf": b"\x7fELF" + b"\0" * 60,
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
    "psd": b"8BPS\0\1" + b"\0" * 60,
    "empty": b"",
    "magic alone": b"\xff\xd8\xff",
    "png magic alone": b"\x89PNG\r\n\x1a\n",
}


def hostile() -> Iterator[tuple[str, bytes]]:
    """More than a hundred of them."""
    yield from MAGICS.items()
    yield from _truncated()
    yield from _bombs()
    yield from _polyglots()
    yield from _turned()
    yield from _damaged()
    yield from _odd()


def _picture(kind: str = "JPEG", size: tuple[int, int] = (160, 100), **more: object) -> bytes:
    """Coloured noise that is the same every time."""
    chance = random.Random(7)  # noqa: S311 (no secret)
    image = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def _truncated() -> Iterator[tuple[str, bytes]]:
    for kind in ("JPEG", "PNG"):
        whole = _picture(kind)
        for percent in range(3, 100, 8):
            yield f"{kind} cut off at {percent} %", whole[: len(whole) * percent // 100]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, data: bytes, *more: bytes, depth: int = 8, colour: int = 2, lace: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + b"".join(more) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _bombs() -> Iterator[tuple[str, bytes]]:
    """Small as files, huge as pictures."""
    rows = zlib.compress(b"\0" * (1 << 24), 9)
    for width, height in ((10_000, 5_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (0, 0)):
        yield f"PNG that says {width} × {height}", _png(width, height, rows)
    yield "PNG in seven passes, 9 000 × 9 000", _png(9_000, 9_000, rows, lace=1)
    for width, height in ((4_900, 4_800), (4_000, 2_900)):
        black = zlib.compress(b"\0" * ((width * 3 + 1) * height), 9)
        yield f"PNG of {width} × {height}, all black", _png(width, height, black)
    text = _chunk(b"zTXt", b"comment\0\0" + zlib.compress(b"a" * (1 << 26), 9))
    yield "PNG with 64 MB of text", _png(16, 16, zlib.compress(b"\0" * 49 * 16), text)
    profile = _chunk(b"iCCP", b"profile\0\0" + zlib.compress(b"a" * (1 << 26), 9))
    yield "PNG with 64 MB of profile", _png(16, 16, zlib.compress(b"\0" * 49 * 16), profile)
    whole = bytearray(_picture())
    frame = whole.index(b"\xff\xc0")
    for side in (65_535, 0):
        whole[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
        yield f"JPEG that says {side} × {side}", bytes(whole)
    yield "JPEG and eleven megabytes", _picture() + b"\0" * 11_000_000


def _polyglots() -> Iterator[tuple[str, bytes]]:
    """Two things at once."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("evil.html"), MARK)  # which has a fixed time
    for kind in ("JPEG", "PNG"):
        whole = _picture(kind)
        yield f"{kind} and an archive", whole + archive.getvalue()
        yield f"{kind} and a page", whole + b"<html>" + MARK
        yield f"{kind} and a document", whole + b"%PDF-1.7\n" + MARK
    yield "JPEG with a page in its comment", _picture(comment=MARK)
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    yield "JPEG with a page in its notes", _picture(exif=exif)
    yield "PNG with a page in its text", _png(16, 16, zlib.compress(b"\0" * 49 * 16), _chunk(b"tEXt", b"t\0" + MARK))


def _turned() -> Iterator[tuple[str, bytes]]:
    """What the camera is said to have noted."""
    for orientation in (0, 2, 5, 6, 8, 9, 255, 65_535):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation {orientation}", _picture(exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = _picture(exif=exif)
    start = whole.index(b"Exif") + 6
    for name, place, value in (
        ("notes that point at themselves", 4, struct.pack(">I", 8)),
        ("notes that point far away", 4, b"\xff\xff\xff\xf0"),
        ("sixty thousand notes", 8, b"\xff\xff"),
        ("notes in no order of bytes", 0, b"XX"),
    ):
        data = bytearray(whole)
        data[start + place : start + place + len(value)] = value
        yield name, bytes(data)


def _damaged() -> Iterator[tuple[str, bytes]]:
    chance = random.Random(11)  # noqa: S311 (no secret)
    for kind, count in (("JPEG", 30), ("PNG", 12)):
        whole = _picture(kind)
        for number in range(count):
            data = bytearray(whole)
            for _ in range(8):
                data[8 + chance.randrange(len(data) - 8)] = chance.randrange(256)
            yield f"{kind} damaged, {number}", bytes(data)


def _odd() -> Iterator[tuple[str, bytes]]:
    for size in ((1, 1), (1, 4_000), (4_000, 1)):
        yield f"JPEG of {size[0]} × {size[1]}", _picture(size=size)
    yield "PNG with sixteen bits a colour", _png(16, 16, zlib.compress(b"\0" * 97 * 16), depth=16)
    yield "PNG of one bit", _png(16, 16, zlib.compress(b"\0" * 3 * 16), depth=1, colour=0)
    yield "PNG with a palette that is missing", _png(16, 16, zlib.compress(b"\7" * 17 * 16), colour=3)
    out = io.BytesIO()
    Image.new("CMYK", (60, 40), (10, 20, 30, 40)).save(out, "JPEG")
    yield "JPEG in four colours", out.getvalue()
