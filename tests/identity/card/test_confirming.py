# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest

from identity.card import Wrong, wrong_in
from tests.builders import fictitious_id

TODAY = date(2026, 11, 30)
SAID = {"name": "林清和", "number": fictitious_id("19900307", 1), "sex": "男", "valid_until": "长期", "nation": "其他"}


def test_what_stands_on_a_card_is_taken_as_it_is() -> None:
    assert wrong_in(SAID, TODAY) == {}


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("name", "", Wrong.MISSING),
        ("number", "", Wrong.MISSING),
        ("number", "999999199003070019", Wrong.NUMBER),
        ("number", fictitious_id("20270101", 1), Wrong.NUMBER),
        ("sex", "M", Wrong.SEX),
        ("birth", "1990年3月7日", Wrong.DAY),
        ("birth", "长期", Wrong.DAY),
        ("valid_from", "2019-02-30", Wrong.DAY),
        ("address", "一" * 201, Wrong.LONG),
        ("nation", "一" * 31, Wrong.LONG),
    ],
)
def test_what_cannot_be_is_told(name: str, value: str, wrong: Wrong) -> None:
    assert wrong_in({**SAID, name: value}, TODAY) == {name: wrong}
