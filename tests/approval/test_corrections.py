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
        ("经营范围", "实施细则第18条"),
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
