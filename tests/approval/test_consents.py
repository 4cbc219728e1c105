# SPDX-License-Identifier: Apache-2.0
"""A consent is taken back at any time until the decision, from both pages, and the case goes on another way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import claims, consents
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.memos import Memo
from approval.running import Runner
from approval.together import Bundle
from credit import CreditReport, Subject
from identity import Role, copy_evidence, current_consent, evidence_of, load_consents, record_consent, view_picture
from identity.record import records_of
from identity.retention import persons_held
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import QuietBureau, TestOffice, a_clerk, a_submitted_case, an_applicant, in_review


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        made.enrol({"zhou": Role.CLERK, "root": Role.ADMINISTRATOR, "eye": Role.AUDITOR})
        with database.writing() as session:
            made.people["lin"] = an_applicant(session)
        yield made


def take_back(office: TestOffice, case: str) -> None:
    with office.database.writing() as session:
        consents.withdraw(session, office.office, session.get_one(Application, case), NOON + timedelta(minutes=1))


def log(session: Session, application: Application) -> list[str]:
    return [e.event for e in audit.of_subject(session, application.number or application.id)]


def test_both_choices_are_logged_with_the_words_that_were_shown(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        record_consent(session, evidence_of(session, case), "decline", NOON)
        for choice in ("agree", "agree", "decline", "decline"):
            consents.give(session, application, choice, NOON)
        given, withdrawn = audit.of_subject(session, case)
        assert (given.event, withdrawn.event) == ("consent.given", "consent.withdrawn")
        assert given.told["text"] == load_consents().current("face").digest


def test_of_a_draft_everything_it_allowed_is_gone_and_the_draft_stays(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    with office.database.reading() as session:
        frame = evidence_of(session, case).frame_picture
    take_back(office, case)
    with office.database.reading() as session:
        application, evidence = session.get_one(Application, case), evidence_of(session, case)
        assert (application.state, evidence.consent, evidence.band) == (State.DRAFT, "decline", None)
        assert view_picture(session, frame) is None
        assert view_picture(session, evidence.portrait_picture) is not None
        assert evidence.is_complete, "another way is open, and nothing more is asked of them"
        assert log(session, application) == ["consent.withdrawn"]
    with pytest.raises(consents.NothingToWithdraw):
        take_back(office, case)


def test_while_a_clerk_has_the_case_they_are_told_and_their_page_is_stale(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
    take_back(office, case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.version > version
        assert application.state == State.IN_REVIEW
        assert "ID-03" in {finding.rule for finding in application.findings}
        assert [(m.kind, m.to_account) for m in session.scalars(select(Memo))] == [("consent_withdrawn", clerk.id)]
        assert [r.occasion for r in records_of(session, case)] == ["submission", "withdrawal"]
        assert "frame_picture" not in records_of(session, case)[1].content["commitments"]
        assert persons_held(session) == 1


def test_the_machine_approves_nobody_who_has_taken_the_consent_back(office: TestOffice) -> None:
    case = a_submitted_case(office)
    take_back(office, case)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.IN_REVIEW
        assert application.decision is None


class MeanwhileBureau(QuietBureau):
    """While it is asked for the decision, the applicant takes the consent back."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile, self.times = meanwhile, 0

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        if purpose.startswith("decision") and self.times == 0:
            self.times += 1
            self.meanwhile()
        return super().query(subject, name, number, purpose=purpose, case=case)


def test_what_was_weighed_before_it_was_taken_back_approves_nothing(office: TestOffice) -> None:
    case = a_submitted_case(office)
    bureau = MeanwhileBureau(lambda: take_back(office, case))
    office.office = replace(office.office, bureau=bureau)
    runner = Runner(office.office)
    runner.carry_on(case)
    assert bureau.times == 1, "the machine was about to approve"
    office.at(NOON + timedelta(hours=1))  # a step that failed waits a while
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert (application.state, application.decision) == (State.IN_REVIEW, None)


def test_after_the_decision_there_is_nothing_to_take_back(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        session.get_one(Application, case).state = State.REGISTERED
    with pytest.raises(consents.NothingToWithdraw):
        take_back(office, case)


def test_what_was_begun_as_one_shares_the_consent_and_its_end(office: TestOffice) -> None:
    lead, follower = a_submitted_case(office), a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        bundle = Bundle(applicant_id=an_applicant(session).id, lead_id=lead, created_at=NOON)
        session.add(bundle)
        session.flush()
        for case in (lead, follower):
            session.get_one(Application, case).bundle_id = bundle.id
        copy_evidence(session, lead, follower, NOON)
    take_back(office, lead)
    with office.database.reading() as session:
        for case in (lead, follower):
            assert current_consent(session, case, "holder") is None
            assert evidence_of(session, case).frame_picture is None


def test_the_digest_of_a_record_stands_in_the_log_and_its_content_does_not(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        (record,) = records_of(session, case)
        (entry,) = [e for e in audit.of_subject(session, application.number or "") if e.event == "identity.recorded"]
        assert entry.told["digest"] == record.digest
        assert entry.told["commitments"] == 4
        assert record.content["rules"]
        assert "0.31" not in entry.facts


# Through the pages.


def page(house: House, who: str, path: str) -> str:
    answer = house.ask(who, "GET", path)
    assert answer.status_code == 200, path
    return answer.text


def a_case(house: House, **more: Any) -> str:
    return a_submitted_case(house.office, **more)


def test_the_page_shows_the_very_words_whose_digest_is_kept(house: House) -> None:
    case, text = a_case(house, submit=False), load_consents().current("face")
    shown = page(house, "lin", f"/apply/{case}/consent")
    assert all(line.words.zh in shown for line in text.lines)
    assert f'value="{text.digest}"' in shown
    english = page(house, "lin", f"/apply/{case}/consent?lang=en")
    assert all(line.words.en in english for line in text.lines)


def test_words_that_changed_while_they_were_read_are_shown_again(house: House) -> None:
    case = a_case(house, submit=False)
    house.post("lin", f"/cases/{case}/consent/withdraw")
    old = house.post("lin", f"/apply/{case}/consent", choice="agree", text="0" * 64)
    assert old.status_code == 422
    assert "告知内容已更新" in old.text
    digest = load_consents().current("face").digest
    assert house.post("lin", f"/apply/{case}/consent", choice="agree", text=digest).status_code == 303


def test_one_tap_on_the_task_list_takes_it_back(house: House) -> None:
    case = a_case(house, submit=False)
    where = f"/cases/{case}/consent/withdraw"
    assert where in page(house, "lin", f"/apply/{case}")
    assert house.post("lin", where).headers["location"] == f"/apply/{case}"
    assert where not in page(house, "lin", f"/apply/{case}")
    assert house.post("lin", where).status_code == 409


def test_one_tap_on_the_page_of_the_case_takes_it_back(house: House) -> None:
    case = a_case(house)
    where = f"/cases/{case}/consent/withdraw"
    assert where in page(house, "lin", f"/cases/{case}")
    assert house.post("lin", where).headers["location"] == f"/cases/{case}"
    assert where not in page(house, "lin", f"/cases/{case}")
    assert house.post("zhou", where).status_code == 403


def test_staff_see_counts_and_digests_and_the_administrator_what_is_kept(house: House) -> None:
    case = a_case(house)
    with house.database.reading() as session:
        number, (record,) = session.get_one(Application, case).number, records_of(session, case)
    for who, path in (("zhou", f"/review/{case}"), ("eye", f"/audit/cases/{number}")):
        assert record.digest[:16] in page(house, who, path)
    shown = page(house, "root", "/admin")
    assert "个人信息的保存" in shown
    assert "最近没有完成到期删除的核查" in shown
