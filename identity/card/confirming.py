# SPDX-License-Identifier: Apache-2.0
"""Confirming (核对证面信息): what of a person's corrections cannot be. Pure.

Only name and number must be there: whoever has a card that says something unusual elsewhere must get on as well.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from identity.card.words import LONG_TERM
from kit.numbers import is_id_number

REQUIRED = ("name", "number")
DAYS = ("birth", "valid_from", "valid_until")
MOST = {"name": 60, "address": 200, "authority": 100}
SHORT = 30


class Wrong(StrEnum):
    MISSING = "missing"
    NUMBER = "number"
    DAY = "day"
    SEX = "sex"
    LONG = "long"


def wrong_in(said: Mapping[str, str], today: date) -> dict[str, Wrong]:
    """By field, what is wrong with it."""
    found = {name: Wrong.MISSING for name in REQUIRED if not said.get(name)}
    for name, value in said.items():
        if len(value) > MOST.get(name, SHORT):
            found[name] = Wrong.LONG
        elif name in DAYS and value and not _is_day(value, name):
            found[name] = Wrong.DAY
    if said.get("number") and not is_id_number(said["number"], today):
        found["number"] = Wrong.NUMBER
    if said.get("sex") and said["sex"] not in ("男", "女"):
        found["sex"] = Wrong.SEX
    return found


def _is_day(value: str, name: str) -> bool:
    if value == LONG_TERM:
        return name == "valid_until"
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
