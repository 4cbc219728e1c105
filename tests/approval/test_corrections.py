# SPDX-License-Identifier: Apache-2.0
"""One notice, the fields it opens, what has changed, and a second notice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from approval import cases, claims, corrections, deciding, memos
from approval.application import Application
from approval.calendar import seed_calendar
from approval.decision import Correction, Decision, Outcome
from approval.running import Runner
from forms import Answers, Row, rows_of
from identity import Account
from kit.database import Database
from kit.text import Text
from notices import Kind, Notice
from tests.conftest import NOON
from tests.office import TestOffice, a_clerk, a_supervisor, an_applicant, in_review

ADDRESS, SCOPE = Text(zh="详细地址", en="Address"), Text(zh="经营范围", en="Scope")
ANSWER = st.sampled_from(["", "甲", "乙", "丙"])
ANSWERS = st.fixed_dictionaries(dict.fromkeys(("a", "b", "c"), ANSWER))


@given(ANSWERS, ANSWERS, st.lists(st.sampled_from("abc"), unique=True))
def test_only_open_fields_and_what_was_never_answered_can_change(
    before: dict[str, str], after: dict[str, str], opened: list[str]
) -> None:
    kept = {**before, **corrections.may_change(before, after, opened)}  # type: ignore[arg-type]
    for name in "abc":
        assert kept[name] == (after[name] if name in opened or not before[name] else before[name])
    assert corrections.may_change(before, after, None) == after  # type: ignore[arg-type]


@given(ANSWERS, ANSWERS)
def test_changes_are_exactly_what_is_not_as_it_was(before: dict[str, str], after: dict[str, str]) -> None:
    told = {change.path: (change.before, change.after) for change in corrections.changes(before, after)}  # type: ignore[arg-type]
    assert told == {n: (before[n], after[n]) for n in "abc" if before[n] != after[n]}


def test_rows_of_a_table_are_compared_one_by_one() -> None:
    before = {"people": [{"name": "甲"}, {"name": "乙"}]}
    after = {"people": [{"name": "甲"}, {"name": "丙"}, {"name": "丁"}]}
    assert [c.path for c in corrections.changes(before, after)] == ["people.1", "people.2"]  # type: ignore[arg-type]


ROWS = st.lists(st.fixed_dictionaries({"name": st.sampled_from("甲乙丙")}), min_size=1, max_size=4)


@given(ROWS, ROWS, st.sets(st.integers(0, 3)))
def test_of_a_table_only_the_open_rows_change(before: list[Row], after: list[Row], rows: set[int]) -> None:
    opened = [f"people.{row}" for row in rows] or ["other"]
    kept = corrections.may_change({"people": before}, {"people": after}, opened)
    left = rows_of(kept.get("people", before))
    closed = [row for index, row in enumerate(before) if index not in rows]
    places = iter(left)
    assert all(row in places for row in closed)  # in their order
    assert len(before) >= len(left) >= len(closed)
    if len(after) == len(before):
        assert left == [after[i] if i in rows else before[i] for i in range(len(before))]


def test_an_open_row_may_be_taken_out_and_the_others_stay() -> None:
    a, b, c = ({"name": name} for name in "甲乙丙")
    before: Answers = {"people": [a, b, c]}

    def kept(rows: list[Row], *opened: str) -> object:
        return corrections.may_change(before, {"people": rows}, list(opened))["people"]

    assert kept([a, c], "people.1") == [a, c]
    assert kept([a, b], "people.2") == [a, b]
    assert kept([b, c], "people.1") == [a, c]
    assert corrections.closed(before, {"people": [a, c]}, ["people.1"]) == {"people.0", "people.1"}
    assert corrections.closed(before, before, ["people.1"]) == {"people.0", "people.2"}
    assert corrections.opened([{"path": "people.1"}, {"path": "people"}]) == ["people"]
    assert corrections.opened([{"path": "people.1.name"}]) == ["people.1"]


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def give_back(office: TestOffice, case: str, clerk: Account, *named: Correction) -> None:
    with office.database.writing() as session:
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        decision = Decision(Outcome.RETURN, f"account:{clerk.id}", NOON, corrections=named)
        deciding.decide(session, office.office, case, version, decision, NOON)


def submit_again(office: TestOffice, case: str, **answers: str) -> str:
    with office.database.writing() as session:
        applicant = an_applicant(session)
        successor = cases.correct(session, office.office, cases.own(session, applicant, case), NOON)
        cases.save_answers(session, office.office, successor, "premises", dict(answers), NOON)
        cases.sign(session, successor, "phone-code", "statement-1", NOON)
        cases.submit(session, office.office, successor, NOON)
        name = successor.id
    Runner(office.office).carry_on(name)
    return name


def test_the_applicant_can_change_what_was_named_and_nothing_else(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
    give_back(office, case, clerk, Correction("address", ADDRESS, "请写到室号"))
    again = submit_again(office, case, address="文苑路 118 号 3 幢 202 室", operator_name="冒名者")
    with office.database.reading() as session:
        first, second = session.get_one(Application, case), session.get_one(Application, again)
        assert second.open_fields == ["address"]
        assert second.answers["address"] == "文苑路 118 号 3 幢 202 室"
        assert second.answers["operator_name"] == first.answers["operator_name"]
        assert [c.path for c in corrections.changes(first.answers, second.answers)] == ["address"]
        assert "operator_name" in cases.closed_fields(session, second)


def test_the_notice_names_every_defect_with_its_clause(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
    clause = Text(zh="实施细则第25条", en="Detailed Rules art. 25")
    give_back(
        office, case, clerk, Correction("address", ADDRESS, "请写到室号", clause), Correction("scope", SCOPE, "请减少")
    )
    with office.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.kind == Kind.CORRECTION)).one()
    assert [(d["label"], d["clause"]) for d in notice.facts["defects"]] == [
        ("详细地址", "实施细则第25条"),
        ("经营范围", "市场主体登记管理条例实施细则第18条：材料不齐全或不符合法定形式"),
    ]


@pytest.mark.parametrize(
    ("named_again", "flagged"), [("scope", True), ("address", False)], ids=["seen before", "changed since"]
)
def test_a_second_notice_for_what_was_visible_the_first_time_is_told_to_the_supervisor(
    office: TestOffice, named_again: str, flagged: bool
) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk, supervisor = a_clerk(session, "zhou"), a_supervisor(session)
    give_back(office, case, clerk, Correction("address", ADDRESS, "请写到室号"))
    again = submit_again(office, case, address="文苑路 118 号 3 幢 202 室")
    give_back(office, again, clerk, Correction(named_again, SCOPE, "仍需要补充说明"))
    with office.database.reading() as session:
        kinds = {memo.kind for memo in memos.unseen(session, supervisor)}
    assert ("second_notice" in kinds) == flagged


def test_a_finding_over_a_field_is_ready_for_the_notice(office: TestOffice) -> None:
    case = in_review(office, premises_proof="lease", premises_certificate="合同 1 号")
    with office.database.reading() as session:
        found = corrections.suggestions(session.get_one(Application, case).findings, ["premises_proof", "address"])
    assert set(found) == {"premises_proof"}
    assert "第25条" in found["premises_proof"].clause.zh
