# SPDX-License-Identifier: Apache-2.0
"""Uploads (上传文件): what of an uploaded file may be kept. Every upload is hostile. Pure.

A picture is decoded within limits and written anew: only its pixels survive. A PDF is kept as it is, so that what was
signed elsewhere stays signed, if nothing in it acts by itself: the bytes and every deflated stream are searched for
scripts, launches, attachments and encryption, also under names written in hexadecimal. No PDF library opens it here (a
hostile one can keep a library busy).
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kit.errors import DomainError
from kit.images import MAGIC, opened, written

MOST_BYTES = 10 * 2**20
MOST_INFLATED = 16 * 2**20
DICTIONARY = 4096  # bytes before a stream in which it says what it is
MOST_PAGES = 200
LONGEST_SIDE = 3000  # pixels: a photographed A4 page stays legible
MOST_NAME = 60
MOST_STREAMS = 20_000  # a hundred on each page: more are there to keep us busy
MOST_READ = 2 * MOST_BYTES  # of all streams together: sound ones do not overlap
PIECE = 2**14
_STREAM = re.compile(rb"stream\r?\n")
ACTING = ("JavaScript", "Launch", "EmbeddedFile", "RichMedia", "SubmitForm", "ImportData", "GoToR", "GoToE", "Encrypt")
_PAGE = re.compile(rb"/Type\s*/Page\b")


def _spelled(name: str) -> str:
    """The name with each letter as itself or in hexadecimal, as PDF allows (ISO 32000-2 7.3.5)."""
    return "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name)


_NUMBERED = re.compile(rb"\d \d{1,5}\Z")
_IMAGE = re.compile(rb"/Image\b")
_OBJECTS = re.compile(f"/{_spelled('ObjStm')}".encode())
_ACTS = re.compile(f"/(?:{'|'.join(_spelled(name) for name in ACTING)})s?\\b".encode())


class NotAMaterial(DomainError):
    """Neither PDF, JPEG nor PNG, whatever it is called."""


class MaterialTooLarge(DomainError):
    """More bytes or pages than a document of an application needs."""


class MaterialActs(DomainError):
    """The PDF is encrypted, or does something by itself."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored: the SHA-256 is of these bytes."""

    data: bytes
    media_type: str
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def examined(data: bytes, name: str) -> Kept:
    """What may be kept. Raises NotAMaterial, MaterialTooLarge, MaterialActs, and what pictures raise."""
    if len(data) > MOST_BYTES:
        raise MaterialTooLarge(limit="10 MB")
    if data.startswith(b"%PDF-"):
        _examine_pdf(data)
        return Kept(data, "application/pdf", shown_name(name, ".pdf"))
    if data.startswith(MAGIC):
        return Kept(written(opened(data, LONGEST_SIDE)).jpeg, "image/jpeg", shown_name(name, ".jpg"))
    raise NotAMaterial()


def shown_name(name: str, ending: str) -> str:
    """The name as lists show it: no folder, no control characters, the ending of what it really is."""
    last = PurePath(name.replace("\\", "/")).name
    visible = "".join(
        c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] not in "CZ" or c == " "
    )
    stem = PurePath(visible).stem.strip(" .")[:MOST_NAME] or "file"
    return stem + ending


def _examine_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-2048:]:
        raise NotAMaterial()
    pages = 0
    for part in (data, *_inflated(data)):
        if _ACTS.search(part):
            raise MaterialActs()
        pages += len(_PAGE.findall(part))
    if pages == 0:
        raise NotAMaterial()
    if pages > MOST_PAGES:
        raise MaterialTooLarge(limit=f"{MOST_PAGES} 页 pages")


def _inflated(data: bytes) -> Iterator[bytes]:
    """Every stream that inflates and is no picture, one after the other, within the limits for all.

    Objects may hide in them; in a picture no reader looks for objects (ISO 32000-2 7.5.7 wants /Type /ObjStm).
    """
    left, unread, whole, end = MOST_INFLATED, MOST_READ, memoryview(data), 0
    for number, start in enumerate(_STREAM.finditer(data)):
        if number >= MOST_STREAMS or unread <= 0:
            raise MaterialTooLarge(limit="10 MB")
        if _is_picture(data[max(0, start.start() - DICTIONARY) : start.start()]):
            continue
        if 0 <= end < start.end():  # found once for all streams before it: a search each would take their square
            end = data.find(b"endstream", start.end())
        stream = whole[start.end() : end if end > 0 else len(data)]
        part, read = _inflate(stream[:unread], left)
        left, unread = left - len(part), unread - read
        if left <= 0:
            raise MaterialTooLarge(limit="10 MB")
        yield part


def _inflate(stream: memoryview, most: int) -> tuple[bytes, int]:
    """What comes of it, up to `most` bytes or to where it is damaged, and how much of it was read.

    Piece by piece: the library copies what it was given and did not use.
    """
    inflater, parts, made, read = zlib.decompressobj(), [], 0, 0
    while read < len(stream) and made < most and not inflater.eof:
        piece = stream[read : read + PIECE]
        read += len(piece)
        try:
            part = inflater.decompress(piece, most - made)
        except zlib.error:
            break
        parts.append(part)
        made += len(part)
    return b"".join(parts), read


def _is_picture(before: bytes) -> bool:
    """Whether the dictionary right before a stream says that it is a picture, and no place for objects.

    A plain dictionary, seen whole: no comment or string in it can pretend.
    """
    numbers, of_object, dictionary = before.rpartition(b" obj")
    said = dictionary.strip()
    return bool(
        of_object
        and _NUMBERED.search(numbers)
        and said.startswith(b"<<")
        and said.endswith(b">>")
        and not any(sign in said for sign in (b"%", b"(", b")"))
        and _IMAGE.search(said)
        and not _OBJECTS.search(said)
    )
