# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from sqlalchemy.orm import Session

from licences import (
    Copy,
    FileReason,
    FileSigner,
    FileVerdict,
    Issuer,
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
