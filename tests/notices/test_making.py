# SPDX-License-Identifier: Apache-2.0
import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from sqlalchemy.orm import Session

from kit.database import Database
from licences import FileSigner, Store
from licences.checking import signature_fault
from licences.signing import FIELD
from notices import Kind, Made, Maker, Notice, hand_over, put, read, write
from tests.conftest import NOON
from tests.notices.conftest import DEFECT, REGISTRAR, REMEDIES, some_facts


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def maker(store: Store, signer: FileSigner) -> Maker:
    return Maker(store, signer, REGISTRAR, REMEDIES)


def a_notice(session: Session, kind: Kind = Kind.REFUSED, **changed: object) -> Notice:
    return write(session, kind, "a-1", some_facts(kind, **changed), NOON)


def test_what_is_made_is_sealed_against_any_change_on_its_last_page(
    session: Session, store: Store, maker: Maker, signer: FileSigner
) -> None:
    made = maker.produce(a_notice(session, Kind.CORRECTION, defects=[DEFECT] * 60))
    pdf = store.get(made.sha256)
    assert pdf is not None
    assert (hashlib.sha256(pdf).hexdigest(), len(pdf)) == (made.sha256, made.size)
    assert signature_fault(pdf, signer.trust) is None
    reader = PdfFileReader(io.BytesIO(pdf))
    (signature,) = reader.embedded_signatures
    assert (signature.field_name, signature.docmdp_level) == (FIELD, MDPPerm.NO_CHANGES)
    pages = [page.get_object() for page in reader.root["/Pages"]["/Kids"]]
    assert ["/Annots" in page for page in pages] == [False] * (len(pages) - 1) + [True]


def test_one_changed_byte_breaks_the_seal(session: Session, store: Store, maker: Maker, signer: FileSigner) -> None:
    pdf = store.get(maker.produce(a_notice(session)).sha256)
    assert pdf is not None
    place = pdf.index(b"stream") + 20
    assert signature_fault(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :], signer.trust) is not None


def test_what_was_put_first_stays(session: Session) -> None:
    notice = a_notice(session)
    put(session, Made(notice.id, "a" * 64, 1), NOON)
    session.flush()
    put(session, Made(notice.id, "b" * 64, 2), NOON + timedelta(hours=1))
    assert (notice.sha256, notice.size, notice.made_at) == ("a" * 64, 1, NOON)


def test_a_document_is_read_once_it_is_made(session: Session, store: Store, maker: Maker) -> None:
    notice = a_notice(session)
    assert read(store, notice) is None
    put(session, maker.produce(notice), NOON)
    assert read(store, notice) == store.get(str(notice.sha256))
    assert read(store, notice)


def test_service_is_recorded_once(database: Database) -> None:
    with database.writing() as session:
        notice = a_notice(session)
        put(session, Made(notice.id, "a" * 64, 1), NOON)
    with database.writing() as session:
        assert hand_over(session, notice, "online", NOON)
    with database.writing() as session:
        assert not hand_over(session, notice, "window", NOON + timedelta(days=1))
        kept = session.get_one(Notice, notice.id)
        assert (kept.handed_over_by, kept.handed_over_at) == ("online", NOON)


def test_what_is_not_made_cannot_be_served(session: Session) -> None:
    notice = a_notice(session)
    assert not hand_over(session, notice, "online", NOON)
    assert notice.handed_over_at is None
