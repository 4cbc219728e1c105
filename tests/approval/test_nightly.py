# SPDX-License-Identifier: Apache-2.0
"""What is over its time goes, what is not stays, and that is proved."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import afterwards, cases
from approval.application import Application, State
from approval.nightly import Nightly
from approval.together import Bundle
from identity import Message, evidence_of, keep_portrait, load_retention, view_picture
from identity.forgetting import RetentionReport, Source, last_report, of_night
from identity.retention import Retention, What
from identity.vault import SealedPicture, keep_picture
from kit.database import Database
from kit.keyring import DatabaseKeyring
from notices import Notice
from tests.conftest import NOON
from tests.office import JPEG, TestOffice, a_submitted_case, an_applicant

DAY = timedelta(days=1)
JOB = "system:retention"


@pytest.fixture
def office(database: Database, ring: DatabaseKeyring) -> TestOffice:
    return TestOffice(database)


def nightly(office: TestOffice, folder: Path, *more: Source) -> Nightly:
    return Nightly(office.office, folder, more)


def run(office: TestOffice, folder: Path, at: datetime) -> RetentionReport:
    """The job at that moment; it must prove what it says."""
    job = nightly(office, folder)
    report = job.run(at)
    assert report.remaining == {}
    return report


def a_draft(office: TestOffice, phone: str = "13800000001") -> str:
    """A draft with pictures, and nothing more."""
    with office.database.writing() as session:
        draft = cases.start(session, office.office, an_applicant(session, phone), "sole-trader", NOON)
        keep_portrait(session, evidence_of(session, draft.id), JPEG, JPEG, 228, NOON)
        return draft.id


def change(office: TestOffice, case: str, **values: Any) -> None:
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        for name, value in values.items():
            setattr(application, name, value)


def pictures(office: TestOffice) -> int:
    with office.database.reading() as session:
        return len(session.scalars(select(SealedPicture.id)).all())


def told(office: TestOffice) -> list[str]:
    with office.database.reading() as session:
        return [one.body for one in session.scalars(select(Message)) if "草稿" in one.body]


def later(decided: int) -> Retention:
    """The same periods, but that pictures outlive the decision by so many days."""
    known = load_retention()
    rules = [r.model_copy(update={"days": decided}) if r.what is What.DECIDED_PICTURES else r for r in known.rules]
    return known.model_copy(update={"rules": tuple(rules)})


def withdrawn(office: TestOffice) -> str:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        afterwards.withdraw(session, office.office, session.get_one(Application, case), NOON)
    return case


def events(office: TestOffice, subject: str) -> list[str]:
    with office.database.reading() as session:
        return [entry.event for entry in audit.of_subject(session, subject)]


def test_with_nothing_over_age_the_job_proves_it_and_says_so(office: TestOffice, tmp_path: Path) -> None:
    a_submitted_case(office)
    a_draft(office, "13800000002")
    report = run(office, tmp_path, NOON + DAY)
    assert (report.destroyed, report.persons, pictures(office)) == ({}, 2, 5)
    with office.database.reading() as session:
        (entry,) = audit.of_subject(session, "retention")
        assert (entry.event, entry.actor) == ("retention.proved", JOB)
        assert entry.told == {"destroyed": {}, "remaining": {}, "persons": 2, "rules": "retention-5"}


def test_an_ended_case_keeps_nothing_by_default(office: TestOffice, ring: DatabaseKeyring, tmp_path: Path) -> None:
    withdrawn(office)
    with office.database.reading() as session:
        of_cases = list(session.scalars(select(Application.own_key)))
    assert (pictures(office), ring.made_before(NOON + DAY)) == (0, of_cases)
    assert run(office, tmp_path, NOON + DAY).destroyed == {}


def test_a_period_after_the_decision_is_kept_to_the_day(office: TestOffice, tmp_path: Path) -> None:
    office.office = replace(office.office, retention=later(10))
    case = withdrawn(office)
    assert run(office, tmp_path, NOON + 10 * DAY).destroyed == {}
    assert pictures(office) == 3
    assert run(office, tmp_path, NOON + 10 * DAY + timedelta(seconds=1)).destroyed == {"decided_pictures": 1}
    assert pictures(office) == 0
    assert events(office, number(office, case))[-1] == "pictures.deleted"


def number(office: TestOffice, case: str) -> str:
    with office.database.reading() as session:
        return session.get_one(Application, case).number or ""


def test_a_return_that_nobody_corrects_loses_its_pictures(office: TestOffice, tmp_path: Path) -> None:
    case = a_submitted_case(office)
    change(office, case, state=State.RETURNED, ended_at=NOON)
    assert run(office, tmp_path, NOON + 29 * DAY).destroyed == {}
    assert run(office, tmp_path, NOON + 31 * DAY).destroyed == {"returned_pictures": 1}
    assert pictures(office) == 0


def test_a_draft_nobody_touches_loses_its_pictures_then_its_owner_is_told_then_it_goes(
    office: TestOffice, tmp_path: Path
) -> None:
    draft = a_draft(office)
    assert run(office, tmp_path, NOON + 30 * DAY).destroyed == {}
    assert run(office, tmp_path, NOON + 31 * DAY).destroyed == {"draft_pictures": 1}
    assert (pictures(office), told(office)) == (0, [])
    assert run(office, tmp_path, NOON + 54 * DAY).destroyed == {"draft_warnings": 1}
    assert ["2027" not in one and "1 月 23 日" in one for one in told(office)] == [True]
    assert run(office, tmp_path, NOON + 60 * DAY + timedelta(hours=1)).destroyed == {}, "seven days were promised"
    assert run(office, tmp_path, NOON + 62 * DAY).destroyed == {"drafts": 1}
    with office.database.reading() as session:
        assert session.get(Application, draft) is None
    assert events(office, draft)[-1] == "draft.expired"


def test_who_saves_a_page_keeps_the_draft_and_is_told_again_another_time(office: TestOffice, tmp_path: Path) -> None:
    draft = a_draft(office)
    run(office, tmp_path, NOON + 54 * DAY)
    change(office, draft, updated_at=NOON + 55 * DAY)
    assert run(office, tmp_path, NOON + 62 * DAY).destroyed == {}
    assert run(office, tmp_path, NOON + 110 * DAY).destroyed == {"draft_warnings": 1}
    assert len(told(office)) == 2


def test_taking_a_picture_is_touching_the_draft(office: TestOffice, tmp_path: Path) -> None:
    draft = a_draft(office)
    with office.database.writing() as session:
        keep_portrait(session, evidence_of(session, draft), JPEG, JPEG, 228, NOON + 29 * DAY)
    assert run(office, tmp_path, NOON + 58 * DAY).destroyed == {}


def test_a_draft_that_waits_for_its_licence_is_not_abandoned(office: TestOffice, tmp_path: Path) -> None:
    lead, waiting = a_submitted_case(office), a_draft(office)
    with office.database.writing() as session:
        bundle = Bundle(applicant_id=an_applicant(session).id, lead_id=lead, created_at=NOON)
        session.add(bundle)
        session.flush()
        for case in (lead, waiting):
            session.get_one(Application, case).bundle_id = bundle.id
    assert run(office, tmp_path, NOON + 90 * DAY).destroyed == {"filings": 1}
    change(office, lead, state=State.RETURNED, ended_at=NOON + 90 * DAY)
    assert run(office, tmp_path, NOON + 91 * DAY).destroyed == {"draft_pictures": 1, "draft_warnings": 1}


def planted(session: Session, case: str) -> str:
    """A picture that came back after everything was deleted: a fault, or a hand in the database."""
    evidence = evidence_of(session, case)
    keep_portrait(session, evidence, JPEG, JPEG, 228, NOON)
    return evidence.portrait_picture or ""


def test_a_planted_picture_is_found_from_both_sides_and_destroyed(office: TestOffice, tmp_path: Path) -> None:
    case = withdrawn(office)
    with office.database.writing() as session:
        name = planted(session, case)
    job, now = nightly(office, tmp_path), NOON + DAY
    remaining = job.proof(now).remaining
    assert remaining == {"pictures_of_cases": 2, "proofs_of_cases": 1, "decided_pictures": 1}
    assert run(office, tmp_path, now).destroyed == {"decided_pictures": 1}
    assert job.proof(now).holds
    with office.database.reading() as session:
        assert view_picture(session, name) is None


def test_what_cannot_be_destroyed_is_reported_and_logged(office: TestOffice, tmp_path: Path) -> None:
    def never(_name: str, _limit: datetime, _now: datetime) -> None:
        raise OSError("a store that is away")

    stuck = Source("stuck", What.LIVE_FRAMES, lambda _limit, after: ["frame"] if not after else [], never)
    report = nightly(office, tmp_path, stuck).run(NOON)
    assert (report.destroyed, report.remaining) == ({}, {"stuck": 1})
    assert events(office, "retention") == ["retention.failed"]


def test_pictures_and_keys_without_a_case_are_swept_after_a_while(
    office: TestOffice, ring: DatabaseKeyring, tmp_path: Path
) -> None:
    ring.make()
    with office.database.writing() as session:
        keep_picture(session, JPEG, NOON)
    assert run(office, tmp_path, NOON + timedelta(hours=21)).destroyed == {}
    destroyed = run(office, tmp_path, NOON + timedelta(hours=23)).destroyed
    assert destroyed == {"pictures_without_owner": 1, "keys_without_owner": 1}
    assert (pictures(office), ring.made_before(NOON + DAY)) == (0, [])


def test_files_that_no_document_names_are_swept_and_others_are_not(office: TestOffice, tmp_path: Path) -> None:
    kept, stray, part = ("ab" + c * 62 for c in "123")
    folder = tmp_path / "ab"
    folder.mkdir()
    for path in (folder / kept, folder / stray, folder / f"{part}.part"):
        path.write_bytes(b"%PDF")
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    with office.database.writing() as session:
        notice = Notice(number="1", kind="receipt", version=1, application_id="a", facts={}, written_at=NOON)
        notice.sha256 = kept
        session.add(notice)
    assert run(office, tmp_path, NOON + timedelta(hours=21)).destroyed == {}
    assert run(office, tmp_path, NOON + DAY).destroyed == {"files_without_owner": 2}
    assert [path.name for path in folder.iterdir()] == [kept]


def test_one_night_is_reported_once_by_whoever_comes_first(office: TestOffice, tmp_path: Path) -> None:
    early, night = NOON + timedelta(hours=13), NOON + timedelta(hours=15)  # 1:00 and 3:00 at the office
    for moment in (early, night, night + timedelta(minutes=1), night + timedelta(hours=2)):
        for job in (nightly(office, tmp_path), nightly(office, tmp_path)):
            job.look(moment)
    with office.database.reading() as session:
        assert [one.occasion for one in session.scalars(select(RetentionReport))] == ["night:2026-11-24"]


def test_a_night_that_was_given_up_is_done_by_another(office: TestOffice, tmp_path: Path) -> None:
    night = NOON + timedelta(hours=15)
    with office.database.writing() as session:
        begun = RetentionReport(occasion=of_night(night.date()), rules="", started_at=night, destroyed={}, remaining={})
        begun.occasion = "night:2026-11-24"
        session.add(begun)
    nightly(office, tmp_path).look(night + timedelta(minutes=30))
    with office.database.reading() as session:
        assert last_report(session) is None
    nightly(office, tmp_path).look(night + timedelta(minutes=90))
    with office.database.reading() as session:
        assert last_report(session) is not None


def test_between_the_nights_what_is_due_goes_every_hour(office: TestOffice, tmp_path: Path) -> None:
    job = nightly(office, tmp_path)
    with office.database.writing() as session:
        keep_picture(session, JPEG, NOON)
    moment = NOON + timedelta(hours=15)
    while moment < NOON + timedelta(hours=24):
        job.look(moment)
        moment += timedelta(minutes=20)
    assert pictures(office) == 0


def test_reaching_a_threshold_is_logged_once(office: TestOffice, tmp_path: Path) -> None:
    low = load_retention().persons.model_copy(update={"warn": 1, "file": 2})
    office.office = replace(office.office, retention=load_retention().model_copy(update={"persons": low}))
    run(office, tmp_path, NOON)
    a_draft(office)
    run(office, tmp_path, NOON + timedelta(hours=1))
    run(office, tmp_path, NOON + timedelta(hours=2))
    a_draft(office, "13800000002")
    run(office, tmp_path, NOON + timedelta(hours=3))
    assert events(office, "retention").count("retention.threshold") == 2
    with office.database.reading() as session:
        entries = [e for e in audit.of_subject(session, "retention") if e.event == "retention.threshold"]
        assert [e.told["reached"] for e in entries] == ["warn", "file"]
