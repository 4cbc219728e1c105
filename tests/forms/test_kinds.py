# SPDX-License-Identifier: Apache-2.0
"""Every kind of answer: whatever is typed is a value or a sentence that says what to do, in both languages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forms import Answers, Field, Form, Kind, Option, Page, Total, check, load_forms, take
from forms.characters import strange, tidied, written
from forms.kinds import Misread, read
from kit.text import Text
from tests.builders import fictitious_id
from tests.filling import a_credit_code
from web.fields import views

TODAY = date(2026, 11, 23)
LABEL = Text(zh="题", en="Question")
OPTIONS = (Option(value="a", label=LABEL), Option(value="b", label=LABEL))
SINGLE = [kind for kind in Kind if kind not in (Kind.PEOPLE, Kind.TABLE, Kind.CHOICES, Kind.MATERIAL)]
ODD = ["\u202e", "\u200f", "\u2066", "\x00", "\x1b", "\ue000", "\U000e0041", "😀", "☎", "\ud800", "\u0378"]


def a_field(kind: Kind, **more: Any) -> Field:
    if kind in (Kind.CHOICE, Kind.CHOICES):
        more.setdefault("options", OPTIONS)
    if kind is Kind.ADDRESS:
        more.setdefault("within", "street")
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


STREET = Field(name="street", kind=Kind.CHOICE, label=LABEL, options=OPTIONS, required=False)


def a_form(*fields: Field) -> Form:
    is_within = any(field.kind is Kind.ADDRESS for field in fields)
    page = Page(name="page", title=LABEL, fields=(STREET, *fields) if is_within else fields)
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


CELL = st.one_of(st.text(max_size=12), st.sampled_from(["50", "100", "0.5", "2026-11-23", "a", "9999-12-31", "１"]))
ROWS = st.lists(st.dictionaries(st.sampled_from(["name", "share", "since", "how"]), CELL), max_size=4)
COLUMNS = (
    Field(name="name", kind=Kind.TEXT, label=LABEL),
    Field(name="share", kind=Kind.PERCENT, label=LABEL, required=False),
    Field(name="since", kind=Kind.DATE, label=LABEL, required=False, not_after="today"),
    Field(name="how", kind=Kind.CHOICE, label=LABEL, options=OPTIONS, required=False),
)


def a_table(kind: Kind = Kind.TABLE, **more: Any) -> Field:
    return Field(name="asked", kind=kind, label=LABEL, fields=COLUMNS, **{"least": 1, "most": 3, **more})


@pytest.mark.parametrize("kind", [Kind.PEOPLE, Kind.TABLE])
@given(rows=ROWS)
def test_every_row_is_read_and_every_wrong_cell_named(kind: Kind, rows: list[dict[str, str]]) -> None:
    checked = check(a_form(a_table(kind, total=Total(column="share"), once="name")), {"asked": rows}, TODAY)
    assert len(checked.values["asked"]) == len(rows)
    for problem in checked.problems:
        first, *rest = problem.path.split(".")
        assert first == "asked"
        assert not rest or (int(rest[0]) < len(rows) and rest[1] in {column.name for column in COLUMNS})
        assert problem.message.zh
        assert problem.message.en
    for index, row in enumerate(checked.values["asked"]):
        for name, value in row.items():
            typed = rows[index][name]
            assert read(next(c for c in COLUMNS if c.name == name), typed, TODAY) == value


@given(rows=ROWS)
def test_what_a_posted_table_says_is_taken_as_typed(rows: list[dict[str, str]]) -> None:
    form = a_form(a_table(most=50))
    posted = {f"asked-{n}-{c.name}": [row.get(c.name, "")] for n, row in enumerate(rows) for c in COLUMNS}
    taken = take(form, form.pages[0], {**posted, "asked-asked": ["1"]})
    assert taken == {"asked": [{c.name: row.get(c.name, "") for c in COLUMNS} for row in rows]}


@given(st.lists(st.one_of(st.sampled_from(["a", "b"]), st.text(max_size=3)), max_size=4))
def test_of_many_options_those_are_chosen_that_are_offered_each_once(typed: list[str]) -> None:
    checked = check(a_form(a_field(Kind.CHOICES)), {"asked": list(typed)}, TODAY)
    if typed and set(typed) <= {"a", "b"}:
        assert checked.values["asked"] == tuple(sorted(set(typed)))
    else:
        assert [problem.path for problem in checked.problems] == ["asked"]


@given(st.lists(st.dictionaries(st.sampled_from(["sha256", "name"]), st.text("0123456789abcdef", max_size=64))))
def test_of_files_only_whole_hashes_are_kept(rows: list[dict[str, str]]) -> None:
    checked = check(a_form(a_field(Kind.MATERIAL)), {"asked": rows}, TODAY)
    is_whole = 0 < len(rows) <= 5 and all(len(row.get("sha256", "")) == 64 for row in rows)
    assert ("asked" in checked.values) == is_whole


def shares(*typed: tuple[str, str, str]) -> Answers:
    return {"asked": [{"name": name, "share": share, "how": how} for name, share, how in typed]}


@pytest.mark.parametrize(
    ("total", "rows", "said"),
    [
        (Total(column="share"), [("甲", "80", "a"), ("乙", "90", "a")], "合计 170，超过 100"),
        (Total(column="share"), [("甲", "60", "a"), ("乙", "40", "a")], ""),
        (Total(column="share", by="how"), [("甲", "80", "a"), ("乙", "90", "b")], ""),
        (Total(column="share", by="how"), [("甲", "80", "a"), ("乙", "90", "a")], "合计 170，超过 100"),
        (Total(column="share", exactly=True), [("甲", "33.5", "a"), ("乙", "66", "a")], "合计 99.5，应为 100"),
        (Total(column="share", exactly=True), [("甲", "33.5", "a"), ("乙", "66.5", "a")], ""),
        (Total(column="share", exactly=True), [("甲", "33.5", "a"), ("乙", "", "a")], ""),
    ],
)
def test_shares_add_up_to_what_is_declared(total: Total, rows: list[tuple[str, str, str]], said: str) -> None:
    told = [p.message.zh for p in check(a_form(a_table(total=total)), shares(*rows), TODAY).problems if p.blocks]
    assert len(told) == bool(said)
    assert said in "".join(told)


def test_a_person_who_is_listed_twice_is_told_and_holds_nobody_up() -> None:
    form = a_form(a_table(once="name"))
    (problem,) = check(form, shares(("甲", "10", "a"), ("甲", "20", "b")), TODAY).problems
    assert (problem.path, problem.blocks) == ("asked.1.name", False)


def test_owners_of_eighty_and_ninety_per_cent_are_refused_with_words() -> None:
    owner = {"name": "甲", "nature": "equity", "since": "2026-01-01"}
    rows = [{**owner, "id_number": fictitious_id("19800101", n), "share": s} for n, s in ((1, "80"), (2, "90"))]
    answers: Answers = {"beneficial_owners": "file", "owners": rows}
    told = check(load_forms()["company", 1], answers, TODAY).problems
    assert "“比例”合计 170，超过 100，请核对各行" in {p.message.zh for p in told if p.path == "owners"}


# What ends on a day.

ENDS = (Option(value="old", label=LABEL, valid_to=date(2026, 11, 22)), Option(value="new", label=LABEL))


@pytest.mark.parametrize("kind", [Kind.CHOICE, Kind.CHOICES])
def test_an_option_that_has_ended_cannot_be_chosen_and_is_still_understood(kind: Kind) -> None:
    form = a_form(a_field(kind, options=ENDS))
    answer: Any = "old" if kind is Kind.CHOICE else ["old"]
    checked = check(form, {"asked": answer}, TODAY)
    assert [problem.path for problem in checked.problems] == ["asked"]
    assert checked.values["asked"] in ("old", ("old",))
    assert check(form, {"asked": answer}, date(2026, 11, 22)).problems == ()


def test_a_page_offers_what_can_be_chosen_today_and_shows_what_was() -> None:
    form = a_form(a_field(Kind.CHOICE, options=ENDS))
    for chosen, shown in (("", ["new"]), ("old", ["old", "new"])):
        (view,) = views(form, form.pages[0], {"asked": chosen}, [], "zh", today=TODAY)
        assert [option.value for option in view.options] == shown


def test_an_address_lies_within_a_division_that_is_asked_first() -> None:
    with pytest.raises(ValidationError, match="an address lies within a division"):
        Field(name="address", kind=Kind.ADDRESS, label=LABEL)
    page = Page(name="page", title=LABEL, fields=(a_field(Kind.ADDRESS), STREET))
    with pytest.raises(ValidationError, match="no choice street is asked before it"):
        Form(code="form", version=1, title=LABEL, source=LABEL, pages=(page,), rules=())
    with pytest.raises(Misread):
        read(a_field(Kind.ADDRESS), "。。。", TODAY)
    form = a_form(a_field(Kind.ADDRESS))
    _street, view = views(form, form.pages[0], {"street": "a"}, [], "zh")
    assert (view.suggest, view.within) == ("addresses", "a")
