# SPDX-License-Identifier: Apache-2.0
"""An ended case whose time is over: nothing of it can be read, and everything around it goes on."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, MetaData, Table, func, select, type_coerce
from sqlalchemy.orm import Session

import audit
from approval import afterwards, erasing
from approval.application import Application, Finding, State
from approval.nightly import Nightly
from identity import Account
from kit.copying import copy_in, copy_out, suffix_of
from kit.database import Base, Database
from kit.inherited import SealedWith, key_named_in
from kit.keyring import DatabaseKeyring, KeyGone
from kit.sealing import Sealed
from notices import Notice
from tests.conftest import NOON, new_postgres_database
from tests.office import TestOffice, a_submitted_case

YEAR = timedelta(days=366)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(database: Database, ring: DatabaseKeyring) -> TestOffice:
    return TestOffice(database)


def ended(office: TestOffice, phone: str, state: State = State.WITHDRAWN) -> str:
    case = a_submitted_case(office, phone)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        afterwards.withdraw(session, office.office, application, NOON)
        application.state = state
    return case


def sealed_tables(metadata: MetaData) -> list[Table]:
    return [t for t in metadata.sorted_tables if "application_id" in t.columns]


def keys_in(session: Session, case: str) -> dict[str, set[str | None]]:
    """By column of the case's rows: the keys under which its values lie; None for the master key."""
    found: dict[str, set[str | None]] = {}
    for table in sealed_tables(Base.metadata):
        for column in (c for c in table.columns if isinstance(c.type, SealedWith)):
            raw = select(type_coerce(column, LargeBinary)).where(table.c.application_id == case, column.is_not(None))
            if values := session.scalars(raw).all():
                found[f"{table.name}.{column.name}"] = {key_named_in(bytes(value)) for value in values}
    return found


def test_everything_that_is_sealed_of_a_case_is_sealed_under_its_key() -> None:
    for table in sealed_tables(Base.metadata):
        under_master = {c.name for c in table.columns if isinstance(c.type, Sealed)}
        assert under_master == {c.name for c in table.columns if isinstance(c.type, SealedWith)}, table.name


def test_what_the_chain_writes_of_a_case_lies_under_the_key_of_the_case(office: TestOffice) -> None:
    case = ended(office, "13800000001")
    with office.database.reading() as session:
        found, own = keys_in(session, case), session.get_one(Application, case).own_key
    assert {"participant.name", "notice.facts"} & set(found)
    assert own
    assert set().union(*found.values()) == {own}


def test_after_its_time_nothing_of_it_can_be_read_and_others_are_untouched(
    office: TestOffice, tmp_path: Path, ring: DatabaseKeyring
) -> None:
    case, refused = ended(office, "13800000001"), ended(office, "13800000002", State.REFUSED)
    with office.database.reading() as session:
        key, files = session.get_one(Application, case).own_key, select(func.count(Notice.sha256))
        assert key
        assert ring.get(key)
    job = Nightly(office.office, tmp_path)
    assert job.run(NOON + YEAR - HOUR).destroyed.get("withdrawn_cases", 0) == 0
    report = job.run(NOON + YEAR + HOUR)
    assert report.destroyed["withdrawn_cases"] == 1
    assert report.remaining == {}
    with office.database.reading() as session:
        gone, there = session.get_one(Application, case), session.get_one(Application, refused)
        with pytest.raises(KeyGone):
            _ = gone.answers
        assert (gone.label, gone.signature, gone.own_key) == ("", None, None)
        assert gone.erased_at == NOON + YEAR + HOUR
        assert set().union(*keys_in(session, case).values() or [set()]) <= {""}
        assert session.scalar(files.where(Notice.application_id == case)) == 0
        assert there.answers
        assert there.label
        assert [e.event for e in audit.of_subject(session, gone.number or "")][-1] == "case.erased"
    assert ring.get(key) is None
    assert job.run(NOON + YEAR + 2 * HOUR).destroyed.get("withdrawn_cases", 0) == 0


def test_a_copy_from_before_says_nothing_either(
    office: TestOffice, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    case = ended(office, "13800000001")
    with office.database.writing() as session:
        session.add(
            Finding(
                application_id=case,
                step="rules",
                rule="X-1",
                effect="WARN",
                message={"zh": "钱守约", "en": "words"},
                basis={},
                confidence="D",
                found_at=NOON,
            )
        )
    backup = tmp_path / f"backup{suffix_of(office.database.url)}"
    copy_out(office.database.url, backup)
    with office.database.writing() as session:
        erasing.erase(session, session.get_one(Application, case), NOON + YEAR)
    if office.database.is_sqlite:
        elsewhere = f"sqlite:///{tmp_path / 'restored.db'}"
    else:
        elsewhere = new_postgres_database(request.getfixturevalue("postgres_server"), "erasedcase")
    copy_in(elsewhere, backup)
    restored = Database(elsewhere)
    try:
        with restored.reading() as session:
            finding = session.scalars(
                select(Finding).where(Finding.application_id == case, Finding.rule == "X-1")
            ).one()
            assert finding.message == {}
            with pytest.raises(KeyGone):
                _ = session.get_one(Application, case).answers
    finally:
        restored.close()


def test_an_account_that_only_an_erased_case_remembers_says_nothing_of_anybody(
    office: TestOffice, tmp_path: Path
) -> None:
    case = ended(office, "13800000001")
    job = Nightly(office.office, tmp_path)
    job.run(NOON + YEAR + HOUR)
    job.run(NOON + 3 * YEAR)
    with office.database.reading() as session:
        account = session.get_one(Account, session.get_one(Application, case).applicant_id)
        assert (account.name, account.phone, account.phone_key, account.is_active) == (None, None, None, False)


def test_rows_of_a_failed_transaction_can_be_written_again(office: TestOffice) -> None:
    case = ended(office, "13800000001")
    rows = {"application_id": case, "step": "rules", "rule": "X-2", "effect": "WARN", "basis": {}, "confidence": "D"}
    with office.database.writing() as session:
        first = Finding(**rows, message={"zh": "一"}, found_at=NOON)
        session.add(first)
        session.flush()
        assert first.message == {"zh": "一"}
        first.message = {"zh": "二"}
    with office.database.reading() as session:
        assert session.scalars(select(Finding.message).where(Finding.rule == "X-2")).one() == {"zh": "二"}
