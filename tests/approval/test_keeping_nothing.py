# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to cases and however time passes: after the job nothing over-age is there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import afterwards, cases
from approval.application import Application, State
from approval.nightly import Nightly
from identity import Evidence, evidence_of, keep_portrait, load_retention, record_consent
from identity.retention import Retention, What
from identity.vault import SealedPicture, keep_picture
from kit import keyring
from kit.database import Database
from kit.keyring import DatabaseKeyring
from tests.approval.test_nightly import a_draft, later
from tests.conftest import NOON
from tests.journeys.inprocess import emptied
from tests.office import JPEG, TestOffice, a_submitted_case

PHONES = count(13900000000)


def do(office: TestOffice, deed: str, now: datetime) -> None:
    """One thing that people do, to the first case of which it makes sense."""
    if deed == "draft":
        a_draft(office, str(next(PHONES)))
    elif deed == "submit":
        a_submitted_case(office, str(next(PHONES)))
    elif deed == "crash":
        keyring.installed().make()
    elif deed == "stray":
        with office.database.writing() as session:
            keep_picture(session, JPEG, now)
    else:
        state, act = OF_CASES[deed]
        with office.database.writing() as session:
            query = select(Application).where(Application.state == state).order_by(Application.id).limit(1)
            found = session.scalar(query)
            if found is not None:
                act(session, office, found, now)


def touch(_session: Session, _office: TestOffice, case: Application, now: datetime) -> None:
    case.updated_at = now


def photograph(session: Session, _office: TestOffice, case: Application, now: datetime) -> None:
    keep_portrait(session, evidence_of(session, case.id), JPEG, JPEG, 228, now)


def decline(session: Session, _office: TestOffice, case: Application, now: datetime) -> None:
    record_consent(session, evidence_of(session, case.id), "decline", now)


def withdraw(session: Session, office: TestOffice, case: Application, now: datetime) -> None:
    afterwards.withdraw(session, office.office, case, now)


def give_back(_session: Session, _office: TestOffice, case: Application, now: datetime) -> None:
    case.state, case.ended_at = State.RETURNED, now


def correct(session: Session, office: TestOffice, case: Application, now: datetime) -> None:
    cases.correct(session, office.office, case, now)


OF_CASES = {
    "touch": (State.DRAFT, touch),
    "photograph": (State.DRAFT, photograph),
    "decline": (State.DRAFT, decline),
    "withdraw": (State.CHECKING, withdraw),
    "return": (State.CHECKING, give_back),
    "correct": (State.RETURNED, correct),
}
DEEDS = ("draft", "submit", "stray", "crash", *OF_CASES)
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 45)), min_size=1, max_size=7)


def over_age(office: TestOffice, ring: DatabaseKeyring, retention: Retention, now: datetime) -> Sequence[str]:
    """Written down once more, plainly, thing by thing."""
    found: list[str] = []
    limit = {what: retention.limit(what, now) for what in What}
    with office.database.reading() as session:
        applications = {one.id: one for one in session.scalars(select(Application))}
        owners = {one.vault_key: one for one in session.scalars(select(Evidence)) if one.vault_key}
        newest: dict[str, datetime] = {}
        for picture in session.scalars(select(SealedPicture)):
            owner = owners.get(picture.key or "")
            if owner is None:
                found += ["stray picture"] * (picture.kept_at < limit[What.ORPHANS])
            elif owner.application_id not in applications:
                found.append("picture of no case")
            else:
                newest[owner.application_id] = max(picture.kept_at, newest.get(owner.application_id, NOON))
        for case, kept_at in newest.items():
            one = applications[case]
            ended = one.ended_at or now
            if one.state == State.DRAFT:
                found += ["idle draft"] * (max(kept_at, one.updated_at) < limit[What.DRAFT_PICTURES])
            elif one.state == State.RETURNED:
                found += ["returned"] * (ended < limit[What.RETURNED_PICTURES])
            elif one.state == State.WITHDRAWN:
                found += ["ended"] * (ended < limit[What.DECIDED_PICTURES])
        keys = (
            set(ring.made_before(limit[What.ORPHANS]))
            - set(owners)
            - {one.own_key for one in applications.values() if one.own_key}
        )
        found += ["key"] * len(keys - set(session.scalars(select(SealedPicture.key))))
    return found


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS, days=st.sampled_from([0, 0, 20]))
def test_after_the_job_nothing_over_age_is_there_whatever_was_done(
    database: Database, ring: DatabaseKeyring, tmp_path: Path, steps: list[tuple[str, int]], days: int
) -> None:
    emptied(database)
    ring.throw_away(ring.made_before(NOON + timedelta(days=9999)))
    office, now = TestOffice(database), NOON
    retention = later(days) if days else load_retention()
    office.office = replace(office.office, retention=retention, clock=lambda: now)
    for deed, passed in steps:
        do(office, deed, now)
        now += timedelta(days=passed, seconds=1)
        report = Nightly(office.office, tmp_path).run(now)
        assert report.remaining == {}
        assert over_age(office, ring, retention, now) == []
