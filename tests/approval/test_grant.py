# SPDX-License-Identifier: Apache-2.0
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval.grant import grant, in_words, scope_in_words, type_of
from catalogue import LicenceResult
from forms import Values, check, load_forms, rows_of
from tests.builders import fictitious_id
from tests.filling import a_credit_code, filled
from tests.office import CATALOGUE

DAY = date(2026, 11, 23)
FORM = load_forms()["sole-trader", 1]
DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (1, "壹元整"),
        (10, "壹拾元整"),
        (105, "壹佰零伍元整"),
        (5000, "伍仟元整"),
        (10000, "壹万元整"),
        (10005, "壹万零伍元整"),
        (100500, "壹拾万零伍佰元整"),
        (1000000, "壹佰万元整"),
        (12345678, "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元整"),
        (100000005, "壹亿零伍元整"),
        (120000000, "壹亿贰仟万元整"),
        (1001000, "壹佰万壹仟元整"),
    ],
)
def test_sums_in_words(yuan: int, words: str) -> None:
    assert in_words(yuan) == words


def read_back(words: str) -> int:
    total = group = digit = 0
    for character in words.removesuffix("元整"):
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in "拾佰仟":
            group += digit * {"拾": 10, "佰": 100, "仟": 1000}[character]
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[character]
            group = digit = 0
    return total + group + digit


@given(st.integers(1, 10**12 - 1))
def test_a_sum_in_words_means_that_sum(yuan: int) -> None:
    assert read_back(in_words(yuan)) == yuan


def test_the_scope_is_printed_in_the_prescribed_order() -> None:
    words = scope_in_words(FORM, ("D-6291", "F-5213"))
    assert words.startswith("一般项目：食品销售（仅销售预包装食品）（除依法须经批准")
    assert words.index("一般项目：") < words.index("许可项目：餐饮服务（小吃）（依法须经批准")


COMPANY = CATALOGUE.current("company", DAY)


def owners(*held: tuple[str, str]) -> Values:
    return {"shareholders": [{"number": number, "amount": Decimal(amount)} for number, amount in held]}


P, Q, FIRM, OTHER = fictitious_id("19800101", 1), fictitious_id("19800101", 2), a_credit_code(), "91320113MA0000015K"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (owners((P, "100")), "有限责任公司（自然人独资）"),
        (owners((FIRM, "100")), "有限责任公司（法人独资）"),
        (owners((P, "60"), (Q, "40")), "有限责任公司（自然人投资或控股）"),
        (owners((P, "50.0001"), (FIRM, "49.9999")), "有限责任公司（自然人投资或控股）"),
        (owners((P, "50"), (FIRM, "50")), "其他有限责任公司"),
        (owners((FIRM, "60"), (OTHER, "40")), "其他有限责任公司"),
        (owners((P, "60"), ("", "40")), "其他有限责任公司"),
        ({}, "其他有限责任公司"),
        ({**owners((FIRM, "100")), "state_owned": "sole"}, "有限责任公司（国有独资）"),
        ({**owners((FIRM, "60"), (P, "40")), "state_owned": "controlled"}, "有限责任公司（国有控股）"),
        ({**owners((P, "100")), "state_owned": "none"}, "有限责任公司（自然人独资）"),
    ],
)
def test_the_type_of_a_company_follows_from_who_owns_it(values: Values, kind: str) -> None:
    assert isinstance(COMPANY.result, LicenceResult)
    assert type_of(COMPANY.result, values) == kind


def test_the_type_stands_on_the_licence() -> None:
    form, answers = CATALOGUE.form_of(COMPANY), filled(CATALOGUE.form_of(COMPANY), DAY)
    alone = [{**rows_of(answers["shareholders"])[0], "amount": "100"}]
    values = check(form, {**answers, "shareholders": alone}, DAY).values
    assert grant("a", COMPANY, form, values, "某局", DAY).entity_type == "有限责任公司（自然人独资）"


def test_a_union_of_cooperatives_is_called_one() -> None:
    result = CATALOGUE.current("cooperative", DAY).result
    assert isinstance(result, LicenceResult)
    assert type_of(result, {"cooperative_kind": "union"}) == "农民专业合作社联合社"
    assert type_of(result, {"cooperative_kind": "ordinary"}) == "农民专业合作社"
