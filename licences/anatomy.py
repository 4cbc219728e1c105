# SPDX-License-Identifier: Apache-2.0
"""Anatomy (文件构造): how a file of ours is built, byte for byte, seen before any PDF library opens it. Pure.

A hostile file of 142 bytes can keep a PDF library busy for hours (cross-reference streams that announce a thousand
million entries). Ours have two plain cross-reference tables and one gap for the signature; anything else is refused
unread. Names follow ISO 32000-2 7.5.4, 7.5.5 and 12.8.1.
"""

import re
from dataclasses import dataclass

MOST_TAIL = 16_384  # bytes of a cross-reference table with its trailer
MOST_GAP = 32_768  # characters kept for the signature
_TABLE = rb"xref\n(?:\d{1,4} \d{1,4}\n(?:\d{10} \d{5} [fn] \n){1,300}){1,60}"
_END = rb"/Info \d{1,4} 0 R\n/Root \d{1,4} 0 R\n/Size \d{1,4}\n%s>>\nstartxref\n(\d{1,8})\n%%%%EOF\n"
_ID = rb"<[0-9a-f]{32}>"
_MADE_BY = rb"% ReportLab generated PDF document[^\r\n]{0,80}\n\n"
_DRAWN = re.compile(_TABLE + rb"trailer\n<<\n/ID \n\[" + _ID + _ID + rb"\]\n" + _MADE_BY + _END % b"")
_SEALED = re.compile(_TABLE + rb"trailer\n<<\n/ID \[ %s %s \]\n" % (_ID, _ID) + _END % rb"/Prev (\d{1,8})\n")
_LAST = re.compile(rb"startxref\n(\d{1,8})\n%%EOF\n\Z")
_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,8}) (\d{1,8}) (\d{1,8})\]")


@dataclass(frozen=True, slots=True)
class Build:
    """`byte_range`: what the signature covers, as (offset, length) twice, in bytes."""

    byte_range: tuple[int, int, int, int]


def build_of(data: bytes) -> Build | None:
    """The build of a file drawn and sealed as we do it, with a gap that holds nothing but the signature; or None."""
    ranges = _RANGE.findall(data)
    if len(ranges) != 1 or data.count(b"/ByteRange") != 1 or not _tables_are_plain(data):
        return None
    length, resume, rest = (int(number) for number in ranges[0])
    if resume + rest != len(data) or not 0 < resume - length <= MOST_GAP:
        return None
    return Build((0, length, resume, rest)) if _gap_is_canonical(data[length:resume]) else None


def _tables_are_plain(data: bytes) -> bool:
    """Two cross-reference tables, the later one up to the last byte of the file and naming the earlier."""
    last = _LAST.search(data, max(0, len(data) - 64))
    if last is None or not 0 < len(data) - int(last[1]) <= MOST_TAIL:
        return False
    sealed = _SEALED.fullmatch(data, int(last[1]))
    if sealed is None:
        return False
    before = int(sealed[1])
    drawn = _DRAWN.match(data, before, before + MOST_TAIL) if before < int(last[1]) else None
    return drawn is not None and int(drawn[1]) == before


def _gap_is_canonical(gap: bytes) -> bool:
    """The bytes that no signature can cover hold one DER value, zeros, and nothing else."""
    if not re.fullmatch(rb"<30(82|81)(?:[0-9A-F]{2})+>", gap):
        return False
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    size_of_length = raw[1] & 0x7F
    end = 2 + size_of_length + int.from_bytes(raw[2 : 2 + size_of_length], "big")
    return end <= len(raw) and not any(raw[end:])
