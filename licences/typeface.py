# SPDX-License-Identifier: Apache-2.0
"""Typeface (字体): Noto Serif SC for licences, and what it can print. Hides its conversion. I/O: files, processes.

The package carries cubic outlines (CFF); reportlab embeds quadratic ones only. Converted once into a cache. What no
glyph covers is an error, never an empty box: all of 通用规范汉字表 is covered.
"""

import hashlib
import os
import re
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import structlog
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts

from kit.errors import DomainError

NAME = "licence"
VERSION = "2"
ERROR = 1.0  # font units of 1000: what a curve may deviate
RANGES = (
    (0x20, 0x17F),
    (0x2010, 0x2044),
    (0x3000, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x2FFFF),
    (0xB7, 0xB7),
    (0x2460, 0x24FF),
)


_once = threading.Lock()
_log = structlog.get_logger(__name__)


class Unprintable(DomainError):
    """A character that no glyph covers; the applicant chooses another, or an officer adds the glyph."""


def _source() -> Path:
    return Path(str(files("pylopdf_fonts_zh_cn"))) / "NotoSerifSC-Regular.otf"


def cache_folder() -> Path:
    """Where what is made or fetched once is kept for all checkouts of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bujianmian"


def prepare_typeface() -> Path:
    """The converted file; the first call on a machine takes half a minute."""
    source = _source()
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    path = cache_folder() / f"NotoSerifSC-{digest}-{VERSION}.ttf"
    if not path.exists():
        _log.info("typeface.converting", path=str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            _convert(source).save(part)
        Path(part.name).replace(path)  # two processes may race: the later one replaces equal by equal
        _log.info("typeface.converted", path=str(path))
    return path


def _convert(source: Path) -> TTFont:
    """A new font of quadratic outlines; the drawing of glyphs, which takes the time, is shared among all cores."""
    with TTFont(source, lazy=True) as old:
        return _drawn_anew(old, source)


def _drawn_anew(old: TTFont, source: Path) -> TTFont:
    cmap = {c: name for c, name in old.getBestCmap().items() if any(first <= c <= last for first, last in RANGES)}
    order = [".notdef", *dict.fromkeys(cmap.values())]
    workers = os.cpu_count() or 1
    shares = [order[index :: workers * 4] for index in range(workers * 4)]
    glyphs: dict[str, Any] = {}
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for drawn in pool.map(_quadratic, [str(source)] * len(shares), shares):
            glyphs |= drawn
    widths, line = old["hmtx"], old["hhea"]
    new = FontBuilder(old["head"].unitsPerEm, isTTF=True)
    new.setupGlyphOrder(order)
    new.setupCharacterMap(cmap)
    new.setupGlyf(glyphs)
    new.setupHorizontalMetrics(
        {name: (widths[name][0], glyphs[name].xMin if glyphs[name].numberOfContours else 0) for name in order}
    )
    new.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)
    new.setupOS2(sTypoAscender=line.ascent, sTypoDescender=line.descent, usWinAscent=line.ascent)
    new.setupNameTable(
        {
            "familyName": "Noto Serif SC",
            "styleName": "Regular",
            "psName": "NotoSerifSC-Regular",
            "licenseDescription": "SIL Open Font License 1.1",
        }
    )
    new.setupPost()
    return new.font


def _quadratic(path: str, names: list[str]) -> dict[str, Any]:
    """The glyphs with quadratic outlines; runs in a worker process."""
    made: dict[str, Any] = {}
    with TTFont(path, lazy=True) as font:
        shapes = font.getGlyphSet()
        for name in names:
            pen = TTGlyphPen(shapes)
            shapes[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
            made[name] = pen.glyph()
    return made


def typeface() -> Any:
    """The registered font; whichever thread asks first prepares it for all."""
    with _once:
        return _registered()


@lru_cache
def _registered() -> Any:
    """Repairs two faults of reportlab that would spoil copied text and archiving."""
    rl_config.useA85 = 0
    ttfonts.makeToUnicodeCMap = _to_unicode
    pdfdoc.PDFStream.format = _line_before_end(pdfdoc.PDFStream.format)
    font = ttfonts.TTFont(NAME, str(prepare_typeface()), shapable=False, asciiReadable=False)
    pdfmetrics.registerFont(font)
    return font


def missing_characters(text: str) -> str:
    """Those that cannot be printed, each once, in order."""
    covered = typeface().face.charToGlyph
    return "".join(dict.fromkeys(c for c in text if ord(c) not in covered))


def refuse_unprintable(text: str) -> None:
    """Raises Unprintable."""
    if missing := missing_characters(text):
        raise Unprintable(characters=missing)


def _to_unicode(_name: str, subset: list[int]) -> str:
    """Text that is copied out must be what stands there: UTF-16BE, also beyond the basic plane, 100 lines a block."""
    rows = [f"<{i:02X}> <{chr(c).encode('utf-16-be').hex().upper()}>" for i, c in enumerate(subset) if c]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for first in range(0, len(rows), 100):
        block = rows[first : first + 100]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


def _line_before_end(stock: Any) -> Any:
    """PDF/A wants a line end before `endstream` (ISO 19005-1 6.1.7)."""

    def formatted(stream: Any, document: Any) -> bytes:
        written: bytes = stock(stream, document)
        return re.sub(rb"(?<!\n)endstream\n?\Z", b"\nendstream\n", written)

    return formatted
