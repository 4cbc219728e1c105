# SPDX-License-Identifier: Apache-2.0
"""Throwing a draft away throws its key away: it is nowhere, and a copy made before cannot be read any more."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import audit
from approval import cases, materials
from approval.application import Application
from approval.materials import Material
from kit.copying import copy_in, copy_out, suffix_of
from kit.database import Database
from kit.keyring import DatabaseKeyring, KeyGone
from kit.sealing import SealBroken, seal
from kit.uploads import Kept
from tests.conftest import NOON, new_postgres_database
from tests.office import TestOffice, an_applicant

SAID = "钱守约的杂货铺"
PLAN = Kept(b"%PDF a plan of the shop", "application/pdf", "plan.pdf")


def a_draft(office: TestOffice, item: str = "sole-trader") -> str:
    with office.database.writing() as session:
        draft = cases.start(session, office.office, an_applicant(session), item, NOON)
        draft.answers, draft.label, draft.others_wrote = {"trade_name": SAID}, SAID, {"trade_name": "a mark"}
        materials.keep(session, draft.id, "plan", PLAN, NOON)
        return draft.id


@pytest.fixture
def office(database: Database, ring: DatabaseKeyring) -> TestOffice:
    return TestOffice(database)


@pytest.fixture
def backup(office: TestOffice, tmp_path: Path) -> Path:
    return tmp_path / f"backup{suffix_of(office.database.url)}"


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if database.is_sqlite:
        yield f"sqlite:///{tmp_path / 'restored.db'}"
    else:
        yield new_postgres_database(request.getfixturevalue("postgres_server"), "erased")


def test_a_backup_made_before_is_unreadable_once_the_key_is_thrown_away(
    office: TestOffice, ring: DatabaseKeyring, backup: Path, elsewhere: str
) -> None:
    case, other = a_draft(office), a_draft(office)
    copy_out(office.database.url, backup)
    with office.database.writing() as session:
        cases.discard(session, session.get_one(Application, case))
    copy_in(elsewhere, backup)
    restored = Database(elsewhere)
    try:
        with restored.reading() as session:
            gone, there = session.get_one(Application, case), session.get_one(Application, other)
            for read in (lambda: gone.answers, lambda: gone.others_wrote):
                with pytest.raises(KeyGone):
                    read()
            with pytest.raises(KeyGone):
                materials.read(session, case, PLAN.sha256)
            assert gone.label == ""
            assert (there.answers, there.label) == ({"trade_name": SAID}, SAID)
            assert materials.read(session, other, PLAN.sha256)[1] == PLAN.data
            assert there.own_key is not None
            assert ring.made_before(NOON.replace(year=2030)) == [there.own_key]
    finally:
        restored.close()
    assert SAID.encode() not in backup.read_bytes()


def test_the_log_says_nothing_of_what_was_erased(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        cases.discard(session, session.get_one(Application, case))
    with office.database.reading() as session:
        told = json.dumps([str(vars(entry)) for entry in session.scalars(select(audit.Entry))], ensure_ascii=False)
        assert session.scalars(select(Material)).all() == []
    assert SAID not in told


def test_a_case_from_before_there_were_such_keys_opens_and_gets_one_when_it_is_written(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        draft.own_key = None
        draft.answers_sealed = seal(json.dumps({"trade_name": SAID}).encode(), "answers")
        draft.label_sealed = seal(json.dumps(SAID).encode(), "label")
        session.get_one(Material, (case, "plan", PLAN.sha256)).sealed = seal(PLAN.data, "material")
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        assert (draft.answers, draft.label) == ({"trade_name": SAID}, SAID)
        assert materials.read(session, case, PLAN.sha256)[1] == PLAN.data
        draft.answers = {"trade_name": SAID}
        assert draft.own_key is not None
    with office.database.reading() as session:
        assert session.get_one(Application, case).answers == {"trade_name": SAID}


def test_writing_the_same_again_leaves_the_row_as_it_is(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        before = draft.version
        draft.answers = dict(draft.answers)
        session.flush()
        assert draft.version == before
        draft.answers = {**draft.answers, "trade_name": "another"}
        session.flush()
        assert draft.version == before + 1


def test_two_rows_cannot_exchange_what_they_say(office: TestOffice) -> None:
    one, other = a_draft(office), a_draft(office)
    with office.database.writing() as session:
        first, second = session.get_one(Application, one), session.get_one(Application, other)
        first.answers_sealed = second.answers_sealed
        with pytest.raises(SealBroken):
            _ = first.answers
        session.rollback()


def test_what_was_changed_where_it_was_read_is_written_all_the_same(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        answers = draft.answers
        answers["trade_name"] = "another name"
        draft.answers = answers
    with office.database.reading() as session:
        assert session.get_one(Application, case).answers == {"trade_name": "another name"}
