# SPDX-License-Identifier: Apache-2.0
"""Every kind of answer: whatever is typed is a value or a sentence that says what to do, in both languages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forms import Answers, Field, Form, Kind, Option, Page, check, take
from forms.characters import strange, tidied, written
from forms.kinds import Misread, read
from kit.text import Text
from tests.builders import fictitious_id
from tests.filling import a_credit_code

TODAY = date(2026, 11, 23)
LABEL = Text(zh="题", en="Question")
OPTIONS = (Option(value="a", label=LABEL), Option(value="b", label=LABEL))
SINGLE = [kind for kind in Kind if kind not in (Kind.PEOPLE, Kind.TABLE, Kind.CHOICES, Kind.MATERIAL)]
ODD = ["\u202e", "\u200f", "\u2066", "\x00", "\x1b", "\ue000", "\U000e0041", "😀", "☎", "\ud800", "\u0378"]


def a_field(kind: Kind, **more: Any) -> Field:
    if kind in (Kind.CHOICE, Kind.CHOICES):
        more.setdefault("options", OPTIONS)
    return Field(name="asked", kind=kind, label=LABEL, **more)


@pytest.mark.parametrize("kind", SINGLE)
@given(typed=st.text(max_size=300))
def test_whatever_is_typed_is_a_value_or_a_sentence_in_both_languages(kind: Kind, typed: str) -> None:
    said: list[str] = []
    try:
        read(a_field(kind), typed, TODAY)
    except Misread as misread:
        said = [misread.said.zh, misread.said.en]
    assert all(said)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LONG_TEXT, Kind.ID_NUMBER, Kind.CREDIT_CODE, Kind.PHONE, Kind.EMAIL])
@given(typed=st.text(max_size=60))
def test_what_was_read_reads_again_as_itself(kind: Kind, typed: str) -> None:
    try:
        value = read(a_field(kind), typed, TODAY)
    except Misread:
        return
    if value:
        assert read(a_field(kind), str(value), TODAY) == value


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("odd", ODD)
def test_a_character_that_nobody_can_use_is_named(kind: Kind, odd: str) -> None:
    with pytest.raises(Misread) as misread:
        read(a_field(kind), f"样例{odd}文字", TODAY)
    assert f"U+{ord(odd):04X}" in misread.value.said.zh
    assert "\u202e" not in misread.value.said.zh


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("　样例小吃店 ", "样例小吃店"),
        ("样\u200b例\ufeff店", "样例店"),
        ("a\u00a0b", "a b"),
        ("e\u0301cole", "\u00e9cole"),
        ("阿·买买提", "阿·买买提"),
        ("\U0002f800", "\U0002f800"),  # a compatibility ideograph in a name is not somebody else's character
        ("=1+1", "=1+1"),  # a pasted formula is words
        ("<b>x</b>", "<b>x</b>"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_words_are_kept_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert written(typed) == kept
    assert read(a_field(Kind.TEXT), typed, TODAY) == kept


@given(st.text(max_size=200))
def test_putting_right_is_done_once(typed: str) -> None:
    assert tidied(tidied(typed)) == tidied(typed)
    if strange(typed) is None:
        assert written(written(typed)) == written(typed)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.PHONE, "１３８００００００００", "13800000000"),
        (Kind.PHONE, "\u2002138 0000 0000", None),
        (Kind.WHOLE, "　８ ", 8),
        (Kind.PERCENT, "３３．５％", Decimal("33.5")),
        (Kind.PERCENT, "100", Decimal(100)),
        (Kind.PERCENT, "0", None),
        (Kind.PERCENT, "100.0001", None),
        (Kind.PERCENT, "1.00001", None),
        (Kind.PERCENT, "NaN", None),
        (Kind.PERCENT, "一半", None),
        (Kind.CREDIT_CODE, a_credit_code().lower(), a_credit_code()),
        (Kind.CREDIT_CODE, f" {a_credit_code()[:8]} {a_credit_code()[8:]} ", a_credit_code()),
        (Kind.CREDIT_CODE, a_credit_code()[:-1], None),
        (Kind.CREDIT_CODE, "O" + a_credit_code()[1:], None),
        (Kind.CREDIT_CODE, fictitious_id("19900307", 1), None),
        (Kind.MONEY, "１，０００", Decimal(1000)),
        (Kind.DATE, "2026-02-30", None),
        (Kind.EMAIL, "a@b", None),
        (Kind.TICK, "no", None),
        (Kind.CHOICE, "c", None),
    ],
)
def test_numbers_and_codes_are_read_as_people_type_them(kind: Kind, typed: str, value: object) -> None:
    if value is None:
        with pytest.raises(Misread):
            read(a_field(kind), typed, TODAY)
    else:
        assert read(a_field(kind), typed, TODAY) == value


def test_a_letter_that_no_credit_code_has_is_pointed_at() -> None:
    with pytest.raises(Misread) as misread:
        read(a_field(Kind.CREDIT_CODE), "O" + a_credit_code()[1:], TODAY)
    assert "“O”" in misread.value.said.zh


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [
        ("2026-11-23", "2026-11-23", []),
        ("2026-11-22", "2026-12-01", ["begins_on"]),
        ("2026-12-01", "2026-11-30", ["ends_on"]),
        ("2020-01-01", "2020-01-02", ["begins_on"]),
        ("soon", "2026-12-01", ["begins_on"]),
    ],
)
def test_a_day_is_not_before_today_or_the_day_it_follows(begins: str, ends: str, wrong: list[str]) -> None:
    first = Field(name="begins_on", kind=Kind.DATE, label=LABEL, not_before="today")
    last = Field(name="ends_on", kind=Kind.DATE, label=LABEL, not_before="begins_on")
    answers: Answers = {"begins_on": begins, "ends_on": ends}
    assert [problem.path for problem in check(a_form(first, last), answers, TODAY).problems] == wrong


@pytest.mark.parametrize("not_before", ["ends_on", "nothing", "words"])
def test_a_day_follows_only_a_date_that_was_asked_before_it(not_before: str) -> None:
    words = Field(name="words", kind=Kind.TEXT, label=LABEL)
    with pytest.raises(ValidationError, match="is asked before it"):
        a_form(words, Field(name="ends_on", kind=Kind.DATE, label=LABEL, not_before=not_before))


def a_form(*fields: Field) -> Form:
    page = Page(name="page", title=LABEL, fields=fields)
    return Form(code="form", version=1, title=LABEL, source=LABEL, pages=(page,), rules=())


def test_files_are_asked_for_counted_and_never_taken_from_a_posted_form() -> None:
    form = a_form(a_field(Kind.MATERIAL, most=2))
    (missing,) = check(form, {}, TODAY).problems
    assert "上传" in missing.message.zh
    row = {"sha256": "ab" * 32, "name": "图.pdf", "size": "9"}
    assert check(form, {"asked": [row, row]}, TODAY).problems == ()
    assert check(form, {"asked": [row] * 3}, TODAY).problems
    assert check(form, {"asked": [{"sha256": "x"}]}, TODAY).problems
    assert check(form, {"asked": "ab" * 32}, TODAY).problems
    assert take(form, form.pages[0], {"asked": ["ab" * 32]}) == {}


@given(
    st.dictionaries(
        st.sampled_from(["asked"]),
        st.one_of(st.text(), st.lists(st.text()), st.lists(st.dictionaries(st.text(), st.text()))),
    )
)
def test_no_shape_of_an_answer_breaks_the_check(answers: Answers) -> None:
    for kind in Kind:
        if kind not in (Kind.PEOPLE, Kind.TABLE):
            check(a_form(a_field(kind)), answers, TODAY)
