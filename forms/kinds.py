# SPDX-License-Identifier: Apache-2.0
"""Kinds (题型): what each kind of answer must look like, and what it means. Pure.

`read` turns what was typed into a value, or into the sentence that says what to do.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from forms.characters import named, strange, tidied, written
from forms.form import Field, Kind, Row
from kit.numbers import is_credit_code, is_id_number
from kit.text import Text

Value = str | int | bool | Decimal | date | tuple[str, ...]

MOST_CHARACTERS = 200
MOST_LONG_CHARACTERS = 2000
MOST_FILES = 5
FIRST_YEAR, LAST_YEAR = 1900, 2200
# Plain digits, as they are after putting right what keyboards add: no other script, no exponent, no underscore.
NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORDS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.ADDRESS})
SAYS_SOMETHING = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


class Misread(Exception):
    """The answer cannot be read as its kind; `said` tells the applicant what to do.

    `kept` is what it meant while it could be chosen: what is registered says it still.
    """

    def __init__(self, zh: str, en: str, kept: "Value | None" = None) -> None:
        super().__init__(en)
        self.said, self.kept = Text(zh=zh, en=en), kept


def read(field: Field, typed: str | list[str] | list[Row], today: date) -> Value:
    """The value of one answered field that is not a table. Raises Misread."""
    if field.kind is Kind.MATERIAL:
        return _material(field, typed)
    if field.kind is Kind.CHOICES:
        return _choices(field, typed if isinstance(typed, list) else [typed], today)
    if isinstance(typed, list):
        raise Misread("请只填写一项", "Give one answer only")
    if odd := strange(typed):
        raise Misread(
            f"含有不能使用的字符 {named(odd)}，请删除后重新输入",
            f"There is a character that cannot be used, {named(odd)}: delete it and type again",
        )
    return _READERS[field.kind](field, written(typed) if field.kind in WORDS else tidied(typed), today)


def _text(field: Field, value: str, _today: date) -> str:
    most = field.most or (MOST_LONG_CHARACTERS if field.kind is Kind.LONG_TEXT else MOST_CHARACTERS)
    if len(value) > most:
        raise Misread(f"最多 {most} 个字，现有 {len(value)} 个字", f"At most {most} characters; there are {len(value)}")
    if field.least and len(value) < field.least:
        raise Misread(f"至少 {field.least} 个字", f"At least {field.least} characters")
    return value


def _material(field: Field, files: object) -> tuple[str, ...]:
    """The hashes of what was uploaded; that each is there is the matter of whoever stored it."""
    rows = files if isinstance(files, list) else [files]
    hashes = [str(row.get("sha256")) if isinstance(row, dict) else "" for row in rows]
    most = field.most or MOST_FILES
    if len(hashes) > most:
        raise Misread(f"最多上传 {most} 个文件，请删除一些", f"At most {most} files: remove some")
    if not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in hashes):
        raise Misread("文件记录不完整，请重新上传", "The file is not complete: upload it again")
    return tuple(hashes)


def _choices(field: Field, values: Sequence[object], today: date) -> tuple[str, ...]:
    offered = {option.value for option in field.options}
    if not all(isinstance(value, str) and value in offered for value in values):
        raise Misread("请从所列选项中选择", "Choose from the options")
    chosen = tuple(option.value for option in field.options if option.value in values)
    _must_be_offered(field, chosen, today, chosen)
    return chosen


def _must_be_offered(field: Field, chosen: Sequence[str], today: date, kept: Value) -> None:
    for option in field.options:
        if option.value in chosen and not option.is_offered(today):
            raise Misread(
                f"“{option.label.zh}”现在不能选择（已停用或者尚未启用），请重新选择",
                f"{option.label.en} cannot be chosen today: it has ended, or has not begun. Choose again",
                kept,
            )


def _money(field: Field, value: str, _today: date) -> Decimal:
    plain = value.replace(",", "")
    if not NUMBER.fullmatch(plain):
        raise Misread(
            "请输入以万元为单位的数字，例如 100 或 0.5", "Enter a number in ten thousand yuan, e.g. 100 or 0.5"
        )
    amount = Decimal(plain)
    if amount <= 0:
        raise Misread("金额必须大于 0", "The amount must be greater than 0")
    if amount > (field.most or 10**8):
        raise Misread("金额过大，请核对单位是否为万元", "The amount is too large: is the unit ten thousand yuan?")
    if amount != round(amount, 4):
        raise Misread("最多四位小数（精确到元）", "At most four decimals (one yuan)")
    return amount


def _percent(_field: Field, value: str, _today: date) -> Decimal:
    plain = value.removesuffix("%").strip()
    if not NUMBER.fullmatch(plain):
        raise Misread("请输入百分比，例如 33.5", "Enter a percentage such as 33.5")
    share = Decimal(plain)
    if not 0 < share <= 100:
        raise Misread("百分比应大于 0、不超过 100", "A percentage is more than 0 and at most 100")
    if share != round(share, 4):
        raise Misread("最多四位小数", "At most four decimals")
    return share


def _date(_field: Field, value: str, _today: date) -> date:
    try:
        day = date.fromisoformat(value) if DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise Misread("请输入有效日期，例如 2031-11-23", "Enter a date such as 2031-11-23")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Misread(
            f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，请核对",
            f"The year should be from {FIRST_YEAR} to {LAST_YEAR}: please check",
        )
    return day


def _whole(field: Field, value: str, _today: date) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise Misread("请输入整数", "Enter a whole number")
    number, least, most = int(value), field.least or 0, field.most or 10**9
    if not least <= number <= most:
        raise Misread(f"请输入 {least} 到 {most} 之间的整数", f"Enter a whole number from {least} to {most}")
    return number


def _id_number(_field: Field, value: str, today: date) -> str:
    number = value.upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise Misread(
            f"居民身份号码应为 18 位，现有 {len(number)} 位，请对照证件核对",
            f"An identity number has 18 characters; there are {len(number)}. Compare it with the card",
        )
    if not is_id_number(number, today):
        raise Misread(
            "号码校验不通过，可能有一位输错，请对照证件逐位核对",
            "The check digit does not match: one character may be wrong. Compare it with the card",
        )
    return number


def _credit_code(_field: Field, value: str, _today: date) -> str:
    """GB 32100-2015: the letters I, O, S, V, Z are never used, the last character is a check."""
    code = value.replace(" ", "").upper()
    if len(code) != 18:
        raise Misread(
            f"统一社会信用代码应为 18 位，现有 {len(code)} 位，请对照执照核对",
            f"A credit code has 18 characters; there are {len(code)}. Compare it with the licence",
        )
    if odd := next((c for c in code if c not in "0123456789ABCDEFGHJKLMNPQRTUWXY"), None):
        raise Misread(
            f"统一社会信用代码中没有“{odd}”，可能把数字看成了字母（如 0 和 O、1 和 I）",
            f"There is no “{odd}” in credit codes: a digit may have been taken for a letter (0 and O, 1 and I)",
        )
    if not is_credit_code(code):
        raise Misread(
            "代码校验不通过，可能有一位输错，请对照执照逐位核对",
            "The check character does not match: one character may be wrong. Compare it with the licence",
        )
    return code


def _party_number(field: Field, value: str, today: date) -> str:
    code = value.upper()
    return code if is_credit_code(code) else _id_number(field, value, today)


def _choice(field: Field, value: str, today: date) -> str:
    if value not in {option.value for option in field.options}:
        raise Misread("请从所列选项中选一项", "Choose one of the options")
    _must_be_offered(field, [value], today, value)
    return value


def _address(field: Field, value: str, today: date) -> str:
    if not SAYS_SOMETHING.search(value):
        raise Misread("请写明路名、门牌号和室号", "Give road, number and room")
    return _text(field, value, today)


def _phone(_field: Field, value: str, _today: date) -> str:
    if not re.fullmatch(r"1[3-9][0-9]{9}", value):
        raise Misread("请输入 11 位手机号码，例如 13800000000", "Enter an 11-digit mobile number such as 13800000000")
    return value


def _email(_field: Field, value: str, _today: date) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value):
        raise Misread("请输入完整的电子邮箱，例如 name@example.cn", "Enter an e-mail address such as name@example.cn")
    return value


def _tick(_field: Field, value: str, _today: date) -> bool:
    if value != "yes":
        raise Misread("请阅读后勾选确认", "Read this and tick to confirm")
    return True


_READERS: dict[Kind, Callable[[Field, str, date], Value]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.ADDRESS: _address,
    Kind.CHOICE: _choice,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.WHOLE: _whole,
    Kind.ID_NUMBER: _id_number,
    Kind.PARTY_NUMBER: _party_number,
    Kind.CREDIT_CODE: _credit_code,
    Kind.PERCENT: _percent,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.TICK: _tick,
}
