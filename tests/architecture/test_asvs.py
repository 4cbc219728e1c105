# SPDX-License-Identifier: Apache-2.0
"""The book of security requirements has no hole, and whatever it names is there."""

import re
from collections import Counter

from scripts import asvs
from scripts.asvs import LEVELS_1_AND_2, requirements

LEVEL_3 = """
    1.2.10 1.3.12 2.3.5 2.4.2 4.1.5 5.2.4 5.2.6 6.3.8 6.5.7 6.7.2 7.5.3 8.3.2 8.3.3 11.7.2 13.1.2 13.1.3 13.3.3
    14.2.8 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3 15.4.4 16.5.4
"""
TAKEN_ON = set(LEVEL_3.split())


def test_every_requirement_of_levels_one_and_two_is_there_once() -> None:
    wanted = {f"{section}.{number}" for section, most in LEVELS_1_AND_2.items() for number in range(1, most + 1)}
    assert len(wanted) == 253
    held = Counter(one["id"] for one in requirements() if one["level"] < 3)
    assert set(held) == wanted
    assert max(held.values()) == 1
    assert Counter(one["level"] for one in requirements())[1] == 70


def test_so_are_those_of_level_three_that_we_take_on() -> None:
    assert {one["id"] for one in requirements() if one["level"] == 3} == TAKEN_ON


def test_each_has_one_answer_and_what_it_names_is_there() -> None:
    assert [fault for one in requirements() for fault in asvs.faults_of(one)] == []
    for one in requirements():
        assert re.fullmatch(r"\d+\.\d+\.\d+", one["id"])
        assert set(one) == {"id", "level", "title", asvs.kind_of(one)}


def test_a_test_that_is_not_there_is_noticed() -> None:
    gone = {"id": "0.0.0", "level": 1, "title": "", "test": [f"{__file__}::test_nobody_wrote"]}
    assert asvs.faults_of(gone)
    assert asvs.faults_of(gone | {"test": ["tests/nowhere.py::test_x"]})
    assert not asvs.is_test("tests/architecture/test_asvs.py::requirements")


def test_the_page_tells_the_same_counts() -> None:
    assert asvs.table() in asvs.PAGE.read_text("utf-8")
