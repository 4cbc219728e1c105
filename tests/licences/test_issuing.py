# SPDX-License-Identifier: Apache-2.0
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kit.database import Database
from kit.numbers import is_credit_code
from licences import (
    Copy,
    FileReason,
    FileSigner,
    FileVerdict,
    Issuer,
    Licence,
    PoolEmpty,
    Status,
    Store,
    Template,
    check_file,
    fictitious_codes,
    fill_pool,
    find,
    put_in_force,
    read_document,
    reserve,
)
from tests.conftest import NOON
from tests.licences.conftest import a_grant


def test_fictitious_codes_have_right_check_characters_and_do_not_repeat() -> None:
    codes = [code for kind in Template for code in fictitious_codes(kind, 1000, 500)]
    assert all(is_credit_code(code) for code in codes)
    assert len(set(codes)) == 1000
    assert codes[0].startswith("91320113MA001000")
    assert codes[500].startswith("92320113MA001000")


def test_many_at_once_get_numbers_without_gap_and_codes_without_repeat(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 60))
    got: list[Licence] = []

    def issue(worker: int) -> None:
        for turn in range(5):
            with database.writing() as session:
                got.append(reserve(session, a_grant(f"a-{worker}-{turn}"), NOON))

    threads = [threading.Thread(target=issue, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(licence.number for licence in got) == [f"QX-2026-{n:06d}" for n in range(1, 41)]
    assert len({licence.credit_code for licence in got}) == 40


def test_one_application_asked_by_many_at_once_gets_one_licence(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 20))
    got: list[str] = []

    def issue() -> None:
        with database.writing() as session:
            got.append(reserve(session, a_grant("a-1"), NOON).number)

    threads = [threading.Thread(target=issue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["QX-2026-000001"] * 8
    with database.writing() as session:
        assert reserve(session, a_grant("a-2"), NOON).number == "QX-2026-000002"


def test_numbers_begin_anew_in_the_new_year_of_the_office(session: Session) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    session.flush()
    last_night, morning = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert reserve(session, a_grant("a-1"), last_night).number == "QX-2026-000001"
    assert reserve(session, a_grant("a-2"), morning).number == "QX-2027-000001"  # midnight in Beijing


def test_a_rolled_back_reservation_leaves_no_gap(database: Database) -> None:
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    with database.writing() as session:
        assert reserve(session, a_grant("a-1"), NOON).number.endswith("000001")
    with database.reading() as session:
        pass
    with Session(database.engine) as session:
        assert reserve(session, a_grant("a-2"), NOON).number.endswith("000002")
        session.rollback()
    with database.writing() as session:
        assert reserve(session, a_grant("a-3"), NOON).number.endswith("000002")


def test_an_empty_pool_says_so(session: Session) -> None:
    with pytest.raises(PoolEmpty):
        reserve(session, a_grant(), NOON)


def test_a_licence_is_reserved_made_and_put_into_force_once(
    session: Session, signer: FileSigner, tmp_path: Path
) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 5))
    session.flush()
    store = Store(tmp_path)
    issuer = Issuer(store, signer, "http://127.0.0.1:8000")
    licence = reserve(session, a_grant(), NOON)
    assert reserve(session, a_grant(), NOON) is licence
    assert find(session, licence.verification_id) is None
    assert read_document(session, store, licence, Copy.ORIGINAL) is None

    first, again = issuer.produce(licence), issuer.produce(licence)
    put_in_force(session, licence.id, first, NOON)
    put_in_force(session, licence.id, again, NOON)

    assert licence.status == Status.IN_FORCE
    assert {document.sha256 for document in licence.documents} == {document.sha256 for document in first}
    assert find(session, licence.verification_id) is licence
    pdf = read_document(session, store, licence, Copy.ORIGINAL)
    assert pdf is not None
    assert check_file(session, pdf, signer.trust).verdict is FileVerdict.GENUINE
    licence.status = Status.REVOKED  # the paper stays what it is; the register says what it is worth today
    checked = check_file(session, pdf, signer.trust)
    assert (checked.verdict, checked.licence and checked.licence.status) == (FileVerdict.GENUINE, Status.REVOKED)
    assert read_document(session, store, licence, Copy.ORIGINAL) is None
    stray = store.get(again[0].sha256)
    assert stray is not None
    assert check_file(session, stray, signer.trust).reasons == (FileReason.SIGNED_BUT_UNKNOWN,)


def test_the_store_never_gives_out_what_was_changed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"licence")
    assert store.get(digest) == b"licence"
    assert store.get("0" * 64) is None
    (tmp_path / digest[:2] / digest).write_bytes(b"licencf")
    assert store.get(digest) is None


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    from licences import make_demonstration_authority

    make_demonstration_authority(tmp_path, "x", NOON)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_demonstration_authority(tmp_path, "x", NOON)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}
