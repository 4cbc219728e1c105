# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval.grant import in_words, scope_in_words
from forms import load_forms

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
