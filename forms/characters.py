# SPDX-License-Identifier: Apache-2.0
"""Characters (字符): what may be typed into a form at all, and what is quietly put right. Pure.

Put right: spaces around, no-break and zero-width spaces, full-width digits and letters where numbers are meant, and
composed forms (NFC). Refused, by name: what changes the direction of reading (Unicode TR36, "Trojan source"), what
nobody can print, and pictures. Characters of names are kept as they are typed.
"""

import re
import unicodedata

_WIDE = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"　": " "})
_UNSEEN = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_SPACES = re.compile(r"[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]")
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\r\n\t")
_COMPATIBLE = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U000e0020-\U000e007f]")


def tidied(typed: str) -> str:
    """A number or a code without what keyboards and copying add to it: plain digits, no spaces around."""
    return _SPACES.sub(" ", typed.translate(_UNSEEN)).translate(_WIDE).strip()


def written(typed: str) -> str:
    """Words as they are kept: composed, without spaces around and without characters that nobody sees.

    CJK compatibility ideographs stay: normalising would change how somebody's name is written.
    """
    seen = _SPACES.sub(" ", typed.replace("\r\n", "\n").translate(_UNSEEN))
    pieces = _COMPATIBLE.split(seen)
    return "".join(
        unicodedata.normalize("NFC", piece) if i % 2 == 0 else piece for i, piece in enumerate(pieces)
    ).strip()


def strange(value: str) -> str | None:
    """The first character that cannot be taken, or None."""
    for character in value:
        if character in _KEPT:
            continue
        category = unicodedata.category(character)
        if character in _DIRECTIONS or category in ("Cc", "Cs", "Co", "Cn") or _PICTURES.match(character):
            return character
    return None


def named(character: str) -> str:
    """How a sentence speaks of a character that may not be shown: its number, and itself if it can be seen."""
    number = f"U+{ord(character):04X}"
    return f"{character}（{number}）" if character.isprintable() and character not in _DIRECTIONS else number
