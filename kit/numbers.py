# SPDX-License-Identifier: Apache-2.0
"""Numbers (号码): check characters of the identity number and the unified social credit code. Pure.

Sources: GB 11643-1999 居民身份号码; GB 32100-2015 统一社会信用代码; GB 11714-1997 主体标识码.
"""

import re
from datetime import date
from operator import mul

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_ZEROES = ord("0") * sum(_ID_WEIGHTS)  # what 17 zeroes weigh as bytes: lists of millions are checked
_ID_CHECKS = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ID_FORM = re.compile(r"[0-9]{17}[0-9X]")
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_check(first17: str) -> str:
    """The 18th character of an identity number, from its first 17 digits. Raises ValueError for anything else."""
    digits = first17.encode("ascii")
    if len(digits) != 17 or not digits.isdigit():
        raise ValueError("17 digits are needed")
    return _ID_CHECKS[(sum(map(mul, _ID_WEIGHTS, digits)) - _ID_ZEROES) % 11]


def birth_of(id_number: str) -> date | None:
    """The birth date inside an 18-character identity number, or None if there is no such day."""
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def is_id_number(value: str, today: date) -> bool:
    """Form, birth date not in the future, check digit. The area is not looked up: areas are abolished and renamed."""
    if not _ID_FORM.fullmatch(value):
        return False
    born = birth_of(value)
    return born is not None and date(1900, 1, 1) <= born <= today and id_check(value[:17]) == value[17]


def age_on(id_number: str, day: date) -> int:
    """Completed years of life on `day`. Raises ValueError if the number holds no date."""
    born = birth_of(id_number)
    if born is None:
        raise ValueError("no birth date in the number")
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def body_check(first8: str) -> str:
    """The 9th character of the body identifier (GB 11714)."""
    total = sum(w * int(c, 36) for w, c in zip(_BODY_WEIGHTS, first8, strict=True))
    return "0123456789X0"[(11 - total % 11) % 11]


def credit_code_check(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100)."""
    total = sum(w * _CODE_ALPHABET.index(c) for w, c in zip(_CODE_WEIGHTS, first17, strict=True))
    return _CODE_ALPHABET[-total % 31]


def is_credit_code(value: str) -> bool:
    """Both check characters hold."""
    if not re.fullmatch(f"[{_CODE_ALPHABET}]{{18}}", value):
        return False
    return credit_code_check(value[:17]) == value[17] and body_check(value[8:16]) == value[16]


def is_of_organisation(number: str) -> bool:
    """Whether the number of a party is a credit code and not a person's.

    One identity number in 341 also has the check characters of a credit code: what can be a person's is a person's.
    """
    return is_credit_code(number) and not is_id_number(number, date.max)


def masked_id(id_number: str) -> str:
    """What a screen may show of an identity number: the first and the last characters."""
    return f"{id_number[:3]}{'*' * max(0, len(id_number) - 5)}{id_number[-2:]}"


def masked_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def masked_email(address: str) -> str:
    """The first character and the house it is kept at."""
    name, at, house = address.partition("@")
    return f"{name[:1]}***{at}{house}"


def is_mobile(number: str) -> bool:
    """Whether it is a mobile number of the mainland: eleven digits, 13 to 19."""
    return re.fullmatch(r"1[3-9][0-9]{9}", number) is not None
