# SPDX-License-Identifier: Apache-2.0
"""A machine approval that is looked at again shows two faces, to whoever looks, and until then; nothing else stays."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

import audit
from approval import sampling
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.nightly import Nightly
from approval.running import Runner
from identity import Consent, Evidence, copy_evidence, evidence_of, face_of, faces_kept, view_picture
from identity.vault import SealedPicture
from kit.database import Database
from kit.keyring import DatabaseKeyring
from licences import Template, fictitious_codes, fill_pool
from tests.approval.test_nightly import later
from tests.conftest import NOON
from tests.office import TestOffice, a_clerk, a_submitted_case

WEEK = timedelta(days=7) - timedelta(hours=2)  # and the grace of the job


@pytest.fixture
def office(database: Database, ring: DatabaseKeyring) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 10))
    made = TestOffice(database)
    made.office = replace(made.office, gates=made.office.gates.altered(sample_rate=1.0))
    return made


def approved(office: TestOffice, agreed_to: str | None = None) -> str:
    """By the machine, and drawn; `agreed_to` is an earlier wording of the consent."""
    case = a_submitted_case(office)
    if agreed_to is not None:
        with office.database.writing() as session:
            session.execute(update(Consent).values(version=agreed_to))
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.REGISTERED
    return case


def kept(office: TestOffice, case: str) -> Evidence:
    with office.database.reading() as session:
        return evidence_of(session, case)


def look(office: TestOffice, case: str) -> None:
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        sampling.look(session, office.office, session.get_one(Application, case), clerk, True, "", NOON)


def test_portrait_and_one_frame_stay_under_a_new_key_and_everything_else_goes(
    office: TestOffice, ring: DatabaseKeyring
) -> None:
    case = a_submitted_case(office)
    before = kept(office, case)
    with office.database.reading() as session:
        copied = session.get_one(SealedPicture, before.frame_picture)
        session.expunge(copied)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        after = evidence_of(session, case)
        assert (after.card_picture, after.emblem_picture, after.card_sealed) == (None, None, None)
        assert after.vault_key not in (None, before.vault_key)
        assert view_picture(session, after.portrait_picture)
        assert view_picture(session, after.frame_picture)
        assert faces_kept(session, case) == ["holder"]
        assert session.query(SealedPicture).count() == 2
        assert face_of(session, case, "holder", "card") is None
        number = session.get_one(Application, case).number or ""
        events = [entry.event for entry in audit.of_subject(session, number) if entry.event.startswith("pictures.")]
    assert events == ["pictures.kept_to_look_again"]
    assert ring.get(before.vault_key or "") is None, "what a copy has of before cannot be read any more"
    assert copied.key == before.vault_key


def test_what_stays_to_be_looked_at_again_proves_nothing_in_another_case(office: TestOffice) -> None:
    case = approved(office)
    with office.database.writing() as session:
        copy_evidence(session, case, "another", NOON)
        assert not evidence_of(session, "another").holds_something


def test_with_the_answer_the_faces_go_too(office: TestOffice, ring: DatabaseKeyring) -> None:
    case = approved(office)
    key = kept(office, case).vault_key
    look(office, case)
    assert (kept(office, case).holds_something, ring.get(key or "")) == (False, None)
    assert kept(office, case).deleted_at == NOON
    with office.database.reading() as session, pytest.raises(sampling.NotSampled):
        sampling.faces(session, case)


def test_what_nobody_looks_at_for_a_week_goes_and_can_still_be_looked_at_without_faces(
    office: TestOffice, tmp_path: Path
) -> None:
    case = approved(office)
    job = Nightly(office.office, tmp_path)
    assert job.run(NOON + WEEK).destroyed == {}
    assert not job.proof(NOON + WEEK).remaining
    assert job.proof(NOON + WEEK + timedelta(hours=2, seconds=1)).remaining == {
        "pictures_of_cases": 2,
        "proofs_of_cases": 1,
        "sampled_pictures": 1,
    }
    assert job.run(NOON + WEEK + timedelta(seconds=1)).destroyed == {"sampled_pictures": 1}
    with office.database.reading() as session:
        assert sampling.faces(session, case) == []
        assert session.query(SealedPicture).count() == 0
    look(office, case)


def test_whoever_agreed_to_words_that_say_nothing_of_it_keeps_nothing_here(office: TestOffice) -> None:
    case = approved(office, "face-consent-2")
    assert not kept(office, case).holds_something
    with office.database.reading() as session:
        assert sampling.faces(session, case) == []


def test_where_pictures_outlive_the_decision_anyhow_a_sample_is_no_exception(
    office: TestOffice, tmp_path: Path
) -> None:
    office.office = replace(office.office, retention=later(60))
    case = approved(office)
    assert kept(office, case).card_picture
    job = Nightly(office.office, tmp_path)
    assert "sampled_pictures" not in job.run(NOON + 59 * timedelta(days=1)).destroyed
    assert job.run(NOON + 61 * timedelta(days=1)).destroyed["sampled_pictures"] == 1
    assert not kept(office, case).holds_something


def test_a_case_that_was_not_drawn_keeps_nothing(office: TestOffice) -> None:
    office.office = replace(office.office, gates=office.office.gates.altered(sample_rate=0.0))
    assert not kept(office, approved(office)).holds_something
