# SPDX-License-Identifier: Apache-2.0
"""Passwords (口令): which ones may be chosen. Hides how the easily guessed ones are told. Pure.

Length instead of composition (OWASP ASVS 5.0, 6.2.1–6.2.12; NIST SP 800-63B). What stands in lists of stolen passwords
at twelve characters and more is mostly made of few pieces, and those are told here without a list; an installation that
brings one (`identity.leaked`) has it asked too.
"""

import re
from enum import StrEnum
from itertools import pairwise

from identity.leaked import Leaked, nobody_knows

LEAST, MOST = 12, 128
MOST_RUN = 3  # neighbours on a keyboard or in the alphabet from which on they count as one
ENOUGH = 6  # characters that must be left when what anybody would try first is taken away
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
# fmt: off
WORDS = (
    "password", "passwd", "passw0rd", "p@ssword", "p@ssw0rd", "admin", "administrator", "root", "user", "guest",
    "test", "demo", "login", "welcome", "letmein", "secret", "changeme", "default", "master", "monkey", "dragon",
    "football", "iloveyou", "princess", "sunshine", "shadow", "superman", "qixia", "nanjing", "jiangsu", "china",
    "zhengwu", "shenpi", "xingzheng", "mima", "woaini", "wodemima", "xiaoxiao", "zhongguo", "beijing", "shanghai",
    "gongzuo", "renyuan",
)
# fmt: on


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    LEAKED = "leaked"


def weakness(password: str, *known: str, leaked: Leaked = nobody_knows) -> Weakness | None:
    """None if it may be chosen. `known`: what others know of the person, as the user name."""
    if len(password) < LEAST:
        return Weakness.SHORT
    if len(password) > MOST:
        return Weakness.LONG
    plain = password.lower()
    if len(set(plain)) < ENOUGH or _repeats(plain) or len(_left(plain, known)) < ENOUGH:
        return Weakness.COMMON
    return Weakness.LEAKED if leaked(password) else None


def _repeats(plain: str) -> bool:
    """Whether it is one piece, over and over."""
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1))


def _left(plain: str, known: tuple[str, ...]) -> str:
    """Without words anybody would try, years and runs."""
    for word in sorted({*WORDS, *(word.lower() for word in known if len(word) >= 4)}, key=len, reverse=True):
        plain = plain.replace(word, " ")
    plain = re.sub(r"(19|20)\d\d([01]\d[0-3]\d)?", " ", plain)
    return re.sub(r"[\W_]", "", _without_runs(plain))


def _without_runs(plain: str) -> str:
    """Each run of neighbours, in either direction, and of one character, becomes its first character."""
    steps = {pair for row in ROWS for pair in pairwise(row)}
    steps |= {(b, a) for a, b in steps}
    kept, run = "", ""
    for character in plain:
        if run and ((run[-1], character) in steps or run[-1] == character):
            run += character
            continue
        kept += run[0] if len(run) > MOST_RUN else run
        run = character
    return kept + (run[0] if len(run) > MOST_RUN else run)
