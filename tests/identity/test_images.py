# SPDX-License-Identifier: Apache-2.0
import io
import random
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image, ImageOps

from kit.errors import DomainError
from kit.images import MOST_BYTES, ImageTooLarge, ImageTruncated, NotAnImage, clean, opened


def a_jpeg(size: tuple[int, int] = (400, 300), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def a_png_of(width: int, height: int) -> bytes:
    """A whole PNG of plain black that is small as a file and huge as a picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compressobj(9)
    line = b"\0" * (1 + width * 3)
    data = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_fifty_megapixel_picture_is_refused_by_its_header() -> None:
    bomb = a_png_of(10_000, 5_000)
    assert len(bomb) < MOST_BYTES
    began = time.monotonic()
    with pytest.raises(ImageTooLarge):
        clean(bomb)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("data", [b"", b"hello", b"GIF89a" + b"\0" * 40, b"%PDF-1.7", b"<svg/>", b"\xff\xd8"])
def test_what_is_no_picture_is_told_so(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        clean(data)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.98])
def test_a_truncated_picture_is_refused(share: float) -> None:
    whole = a_jpeg()
    with pytest.raises((ImageTruncated, NotAnImage)):
        clean(whole[: int(len(whole) * share)])


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(ImageTooLarge):
        clean(a_jpeg() + b"\0" * MOST_BYTES)


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.html", "<script>alert(1)</script>")
    made = clean(a_jpeg() + archive.getvalue())
    assert b"PK" not in made.jpeg[-200:]
    assert not zipfile.is_zipfile(io.BytesIO(made.jpeg))


def test_metadata_is_dropped_and_the_picture_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    made = clean(a_jpeg((400, 300), exif=exif))
    assert (made.width, made.height) == (300, 400)
    assert b"Secret" not in made.jpeg
    assert not Image.open(io.BytesIO(made.jpeg)).getexif()


def test_no_comment_comes_through() -> None:
    assert b"alert" not in clean(a_jpeg(comment=b"<script>alert(1)</script>")).jpeg


def test_a_large_picture_is_made_smaller() -> None:
    assert clean(a_jpeg((3000, 1500))).width == 2000


@pytest.mark.parametrize("place", range(0, 4000, 250))
def test_no_damaged_picture_breaks_anything(place: int) -> None:
    data = bytearray(a_jpeg())
    data[place % len(data)] ^= 0xFF
    try:
        assert clean(bytes(data)).width <= 2000
    except DomainError as refused:
        assert isinstance(refused, NotAnImage | ImageTruncated | ImageTooLarge)  # noqa: PT017


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_the_camera_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = a_jpeg((400, 300), exif=exif)
    assert opened(stored).tobytes() == ImageOps.exif_transpose(Image.open(io.BytesIO(stored))).tobytes()


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_note_of_the_camera_is_no_reason_to_fail(seed: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = bytearray(a_jpeg((40, 30), exif=exif))
    start, chance = data.index(b"Exif"), random.Random(seed)  # noqa: S311
    for _ in range(6):
        data[start + 6 + chance.randrange(60)] = chance.randrange(256)
    assert sorted(opened(bytes(data)).size) == [30, 40]
