# SPDX-License-Identifier: Apache-2.0
"""Writing (地址写法): one way of writing for the many in which the same address is written. Pure.

Only what is certain is made alike: numerals before 号, 幢, 单元 and the like, words for building and room, and the
divisions that an address begins with. Whatever is not understood stays as it was: two places must never become one.
"""

import re
import unicodedata
from functools import lru_cache

from addresses.divisions import load_divisions

PROVINCE = "江苏省"
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERALS = "".join((*_DIGITS, *_UNITS))
# Punctuation that people set between the parts of an address; brackets stay, they say something.
_LOOSE = re.compile(r"[\s,，、。.·;；:：'\"“”‘’\u200b-\u200f\u2060\ufeff]+")
_DASHES = re.compile(r"[‐‑‒–—―−－﹣~～]+")
_NUMERAL = re.compile(rf"[{_NUMERALS}]+(?=(?:号|栋|幢|座|单元|室|房|层|楼|弄|巷\d))")
_SPELLINGS = (
    (re.compile(r"(?<=\d)(?:号|#)楼(?![上下梯层道])"), "幢"),
    (re.compile(r"(?<=[0-9A-Z])[栋座]"), "幢"),
    (re.compile(r"(?<=\d)楼(?![上下梯层道])"), "层"),
    (re.compile(r"(?<=\d)(?:号室|号房|房间|房)(?![屋产室号])"), "室"),
    (re.compile(r"(?<![0-9A-Z-])0+(?=\d+(?:号|幢|单元|层|弄))"), ""),
)
_UNSAID_ROOM = re.compile(r"(?<=[幢元层])\d+[A-Z]?$")


def normalise(text: str) -> str:
    """The key by which an address within its street is found: 文苑路118号3幢201室.

    ` 文苑路 １１８ 号三栋 ２０１ 房`, `江苏省南京市栖霞区仙林街道文苑路118号3幢201` and `文苑路一百一十八号3号楼201室`
    come to the same. "" if nothing is left. Doing it twice changes nothing.
    """
    return _settled(text, is_whole=True)


def normalise_typed(text: str) -> str:
    """As `normalise`, for an address that is not typed to its end: what follows is not guessed."""
    return _settled(text, is_whole=False)


def _settled(text: str, *, is_whole: bool) -> str:
    """One rule may make room for another: repeated until nothing changes.

    It ends: each rule shortens the text or turns a spelling into one that no rule touches.
    """
    before = None
    while text != before:
        before, text = text, _once(text)
        if is_whole:
            text = _UNSAID_ROOM.sub(lambda found: found[0] + "室", text)
    return text


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).upper()
    text = _DASHES.sub("-", _LOOSE.sub("", text))
    for names in _leading_names():
        for name in names:
            if text.startswith(name):
                text = text.removeprefix(name)
                break
    text = _NUMERAL.sub(lambda found: _in_digits(found[0]), text)
    for spelling, ours in _SPELLINGS:
        text = spelling.sub(ours, text)
    return text


@lru_cache(maxsize=1)
def _leading_names() -> tuple[tuple[str, ...], ...]:
    """What an address may begin with, from the widest division to the narrowest; the longest names first."""
    known = load_divisions().divisions.values()
    cities = [d.name.zh for d in known if not d.parent]
    districts = [d.name.zh for d in known if d.parent and not d.is_street]
    streets = [d.name.zh for d in known if d.is_street]
    return tuple(
        tuple(sorted(names, key=lambda name: (-len(name), name)))
        for names in ([PROVINCE, "江苏南京市"], cities, districts, streets)
    )


def _in_digits(numeral: str) -> str:
    """一百一十八 → 118, 二〇一 → 201; what is no numeral of a house stays as it is."""
    if not any(character in _UNITS for character in numeral):
        return "".join(str(_DIGITS[character]) for character in numeral)
    total, digit, least = 0, None, 10_000
    for character in numeral:
        if character in _UNITS:
            unit = _UNITS[character]
            if unit >= least or (digit is None and total) or digit == 0:
                return numeral
            total, digit, least = total + (1 if digit is None else digit) * unit, None, unit
        elif digit is not None and digit != 0:
            return numeral
        else:
            digit = _DIGITS[character]
    return str(total + (digit or 0))
