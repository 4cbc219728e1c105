# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.numbers import age_on, id_check, is_credit_code, is_id_number, is_of_organisation, masked_id
from tests.builders import fictitious_id

TODAY = date(2026, 11, 23)
STANDARD_EXAMPLE = "11010519491231002X"  # the example printed in GB 11643-1999


def test_the_standards_own_example_is_valid() -> None:
    assert is_id_number(STANDARD_EXAMPLE, TODAY)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91320113MA0000015K", "92320113MA0000015G"])
def test_published_credit_codes_are_valid(code: str) -> None:
    assert is_credit_code(code)


@given(place=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_wrong_digit_is_always_found(place: int, digit: int) -> None:
    wrong = STANDARD_EXAMPLE[:place] + str(digit) + STANDARD_EXAMPLE[place + 1 :]
    assert is_id_number(wrong, TODAY) == (wrong == STANDARD_EXAMPLE)


@pytest.mark.parametrize("value", ["", "11010519491231002x", "110105194912310021", "1101051949123100２X"])
def test_other_shapes_are_refused(value: str) -> None:
    assert not is_id_number(value, TODAY)


def test_nobody_is_born_tomorrow() -> None:
    number = "99999920261124001"
    assert not is_id_number(number + id_check(number), TODAY)


def test_age_counts_the_birthday_itself() -> None:
    assert age_on("999999200811230000", TODAY) == 18
    assert age_on("999999200811240000", TODAY) == 17


def test_a_mask_keeps_the_middle_unreadable() -> None:
    assert masked_id(STANDARD_EXAMPLE) == "110*************2X"


def test_a_person_whose_number_could_be_a_credit_code_is_a_person() -> None:
    both = [n for n in (fictitious_id("19700101", serial) for serial in range(1000)) if is_credit_code(n)]
    assert both
    assert not any(is_of_organisation(number) for number in both)
    assert is_of_organisation("91320113MA0000015K")
