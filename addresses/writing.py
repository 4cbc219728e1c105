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
# Spaces and punctuation between the parts of an address; brackets stay, they say something.
_LOOSE = r"[\s,，、。.·;；:：'\"“”‘’\u200b-\u200f\u2060\ufeff]+"
_BETWEEN_NUMBERS = re.compile(rf"(?<=\d){_LOOSE}(?=\d)")
_ANYWHERE = re.compile(_LOOSE)
_DASHES = re.compile(r"[‐‑‒–—―−－﹣~～]+")
_NUMERAL = re.compile(rf"[{_NUMERALS}]+(?=(?:号|栋|幢|座|单元|室|房|层|楼|弄))")
_SPELLINGS = (
    (re.compile(r"(?<=\d)(?:号|#)楼(?![上下梯层道])"), "幢"),
    (re.compile(r"(?<=[0-9A-Z])[栋座]"), "幢"),
    (re.compile(r"(?<=\d)楼(?![上下梯层道])"), "层"),
    (re.compile(r"(?<=[0-9A-Z])(?:号室|号房|房间|房)(?![屋产室号])"), "室"),
    (re.compile(r"(?<![0-9A-Z-])0+(?=\d+(?:号|幢|单元|层|弄))"), ""),
)
_AN_OFFICE = ("办事处", "办公", "政府", "人民政府", "第")  # 仙林街道办事处 is a building, not a street and a detail
_UNSAID_ROOM = re.compile(r"(?:(?<=幢)|(?<=单元)|(?<=层))\d+[A-Z]?$")


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
    text = _ANYWHERE.sub("", _BETWEEN_NUMBERS.sub("-", _DASHES.sub("-", text)))
    for names in _leading_names():
        for name in names:
            if text.startswith(name) and not text.startswith(_AN_OFFICE, len(name)):
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
    total, digit, least, is_spoken = 0, None, 10_000, False
    for character in numeral:
        if character in _UNITS:
            unit = _UNITS[character]
            if unit >= least or (digit is None and total) or digit == 0:
                return numeral
            total, digit, least, is_spoken = total + (1 if digit is None else digit) * unit, None, unit, unit > 10
        elif digit:
            return numeral
        else:
            digit = _DIGITS[character]
            is_spoken = is_spoken and digit != 0
    return numeral if digit and is_spoken else str(total + (digit or 0))  # 一百二 may be 102 or 120
