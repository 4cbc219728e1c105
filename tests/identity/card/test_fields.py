# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.card.fields import agreed, emblem_side, is_expired, portrait_side, worth_another_look
from identity.card.lines import Line, fit, settled
from identity.card.words import NATIONS, simplified
from reference import holders
from tests.builders import fictitious_id

NUMBER = fictitious_id("19900307", 1)


def a_line(text: str, left: float, middle: float, right: float, sure: float = 0.99) -> Line:
    return Line(text, sure, left, middle - 0.035, right, middle + 0.035)


def a_card(number: str = NUMBER, **changed: tuple[str, float]) -> list[Line]:
    """The lines of a whole card; `changed` gives a value another text and confidence, an empty text takes it away."""
    values = {
        "name": ("林清和", 0.166, 0.137, 0.30),
        "sex": ("男", 0.166, 0.249, 0.20),
        "nation": ("民族漢", 0.26, 0.249, 0.41),
        "birth": ("1990年3月7日", 0.166, 0.362, 0.45),
        "address": ("样例省示范市试验区范例", 0.166, 0.478, 0.52),
        "rest": ("路1号101室", 0.166, 0.555, 0.40),
        "number": (number, 0.308, 0.872, 0.881),
    }
    labels = [("姓名", 0.137), ("性别", 0.249), ("出生", 0.362), ("住址", 0.478), ("公民身份号码", 0.872)]
    lines = [a_line(label, 0.062, middle, 0.14) for label, middle in labels]
    for name, (text, left, middle, right) in values.items():
        said, sure = changed.get(name, (text, 0.99))
        if said:
            lines.append(a_line(said, left, middle, right, sure))
    return lines


def test_a_clear_card_is_read_without_doubt() -> None:
    read = portrait_side(settled(a_card()))
    assert {name: field.value for name, field in read.items()} == {
        "name": "林清和",
        "sex": "男",
        "nation": "汉",
        "birth": "1990-03-07",
        "address": "样例省示范市试验区范例路1号101室",
        "number": NUMBER,
    }
    assert not any(field.doubtful for field in read.values())


def test_labels_and_values_may_be_one_line() -> None:
    lines = [
        a_line("姓名林清和", 0.062, 0.137, 0.30),
        a_line("性别男民族土家", 0.062, 0.249, 0.41),
        a_line("出生1990年3月7日", 0.062, 0.362, 0.45),
        a_line("住址样例省示范市试验区1号", 0.062, 0.478, 0.52),
        a_line(f"公民身份号码{NUMBER}", 0.062, 0.872, 0.881),
    ]
    read = portrait_side(settled(lines))
    assert (read["name"].value, read["nation"].value, read["number"].value) == ("林清和", "土家", NUMBER)
    assert not any(field.doubtful for field in read.values())


def test_a_card_that_lies_elsewhere_in_the_picture_is_brought_onto_its_own_measure() -> None:
    moved = [
        Line(o.text, o.confidence, 0.1 + 0.8 * o.left, 0.2 + 0.7 * o.top, 0.1 + 0.8 * o.right, 0.2 + 0.7 * o.bottom)
        for o in a_card()
    ]
    assert portrait_side(settled(moved)) == portrait_side(settled(a_card()))
    measure = fit(moved)
    assert measure is not None
    assert not measure.is_cut
    back = measure.unsettle(measure.settle(moved[0]))
    assert back.left == pytest.approx(moved[0].left)


def test_a_card_that_runs_out_of_the_picture_is_told_by_its_labels() -> None:
    out = [
        Line(o.text, o.confidence, o.left + 0.3, 0.9 * o.top, min(1.0, o.right + 0.3), 0.9 * o.bottom)
        for o in a_card(number="")
    ]
    measure = fit(out)
    assert measure is not None
    assert measure.is_cut


@pytest.mark.parametrize("name", ["name", "nation", "address"])
def test_what_was_read_unsurely_is_doubtful(name: str) -> None:
    values = {"name": "林清和", "nation": "民族汉", "address": "样例省示范市试验区范例"}
    read = portrait_side(settled(a_card(NUMBER, **{name: (values[name], 0.7)})))
    assert [field for field, kept in read.items() if kept.doubtful and field not in ("sex",)] == [name]


def test_what_is_missing_is_empty_and_doubtful() -> None:
    read = portrait_side([])
    assert all(field.doubtful and not field.value for field in read.values())


def test_birth_and_sex_that_were_not_read_are_taken_from_a_right_number_with_a_doubt() -> None:
    read = portrait_side(settled(a_card(birth=("", 0), sex=("", 0))))
    assert (read["birth"].value, read["birth"].doubtful) == ("1990-03-07", True)
    assert (read["sex"].value, read["sex"].doubtful) == ("男", True)
    assert not read["number"].doubtful


@pytest.mark.parametrize(("name", "text"), [("birth", "1990年8月7日"), ("sex", "女")])
def test_a_number_that_disagrees_with_the_card_is_doubtful(name: str, text: str) -> None:
    read = portrait_side(settled(a_card(NUMBER, **{name: (text, 0.99)})))
    assert read[name].doubtful
    assert read["number"].doubtful


@given(seed=st.integers(0, 5000), place=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_wrong_digit_is_never_without_doubt(seed: int, place: int, digit: int) -> None:
    number = holders.holder(seed).number
    if number[place] == str(digit):
        return
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert portrait_side(settled(a_card(number=wrong)))["number"].doubtful


@given(st.lists(st.tuples(st.text(max_size=20), *[st.floats(-0.5, 1.5) for _ in range(4)]), max_size=12))
def test_no_lines_however_odd_break_the_reading(odd: list[tuple[str, float, float, float, float]]) -> None:
    lines = [Line(text, 0.9, left, top, right, bottom) for text, left, top, right, bottom in odd]
    read = portrait_side(settled(lines))
    worth_another_look(settled(lines), read)
    emblem = emblem_side(settled(lines))
    assert agreed(read).keys() == read.keys()
    assert set(emblem) == {"authority", "valid_from", "valid_until"}


def an_emblem_side(authority: str = "样例市公安局示范分局", validity: str = "2019.03.12-2039.03.12") -> list[Line]:
    return [
        a_line("中华人民共和国", 0.307, 0.18, 0.80),
        a_line("居民身份证", 0.294, 0.37, 0.79),
        a_line("签发机关", 0.235, 0.725, 0.36),
        a_line(authority, 0.40, 0.725, 0.74),
        a_line(f"有效期限{validity}", 0.235, 0.855, 0.76),
    ]


@pytest.mark.parametrize(
    ("validity", "until", "doubtful"),
    [
        ("2019.03.12-2039.03.12", "2039-03-12", False),
        ("2019.03.12-长期", "长期", False),
        ("2019.03.12-2024.03.12", "2024-03-12", False),
        ("2019.03.12-2036.03.12", "2036-03-12", True),  # the law knows no seventeen years
        ("2019.03.12-2039.03.17", "2039-03-17", True),
        ("2019.03.12-2039.02.30", "", True),
        ("2019", "", True),
    ],
)
def test_validity_lasts_as_the_law_says_or_is_doubtful(validity: str, until: str, doubtful: bool) -> None:
    read = emblem_side(an_emblem_side(validity=validity))
    assert (read["valid_until"].value, read["valid_until"].doubtful) == (until, doubtful)
    assert (read["authority"].value, read["authority"].doubtful) == ("样例市公安局示范分局", False)


def test_an_authority_that_is_no_police_is_doubtful() -> None:
    assert emblem_side(an_emblem_side(authority="样例市商场"))["authority"].doubtful


@pytest.mark.parametrize(
    ("until", "over"), [("2026-11-29", True), ("2026-11-30", False), ("长期", False), ("", None), ("soon", None)]
)
def test_a_card_serves_until_its_last_day(until: str, over: bool | None) -> None:
    assert is_expired(until, date(2026, 11, 30)) is over


def test_a_character_that_was_not_noticed_is_looked_for_again() -> None:
    lines = settled(a_card(nation=("", 0), rest=("", 0)))
    places = worth_another_look(lines, portrait_side(lines))
    assert [round(place.middle, 2) for place in places] == [0.25, 0.55]


def test_nations_and_scripts() -> None:
    assert len(NATIONS) == 56
    assert simplified("維吾爾 漢 滿 黃") == "维吾尔汉满黄"
