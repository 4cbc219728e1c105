# SPDX-License-Identifier: Apache-2.0
"""Once somebody is erased the log still verifies, and nothing in it tells who it was: not even to one who guesses."""

import hashlib

import pytest
from sqlalchemy import select

import audit
from approval import cases, claims, unmasking
from approval.application import Application
from approval.casefile import digest_of, item_of
from audit.disclosures import Disclosure
from kit.database import Database
from tests.audit.logs import a_ledger
from tests.conftest import NOON
from tests.office import HOLDER as NUMBER
from tests.office import TestOffice, a_clerk, an_applicant, in_review

WHY = "核对法定代表人林清和的签名"


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def known_of(office: TestOffice, application: Application) -> set[str]:
    """What somebody may know or guess of the person: what was typed, bare digests of it, and of the whole."""
    form = office.office.catalogue.form_of(item_of(office.office, application))
    personal = {field.name for page in form.pages for field in page.fields if field.personal}
    typed = {str(value) for name, value in application.answers.items() if name in personal and value}
    assert {"林清和", NUMBER} <= typed
    hashed = {hashlib.sha256(value.encode()).hexdigest() for value in typed}
    return typed | hashed | {digest_of(application), WHY}


def all_written(office: TestOffice) -> str:
    with office.database.reading() as session:
        return "\n".join(entry.leaf.decode() for entry in audit.search(session, limit=1000))


def test_after_an_erasure_nothing_in_the_log_tells_who_it_was(office: TestOffice) -> None:
    case = in_review(office)
    ledger = a_ledger(office.database)
    with office.database.writing() as session:
        clerk = a_clerk(session, "clerk")
        claims.claim(session, case, clerk, NOON)
        unmasking.unmask(session, office.office, case, clerk, WHY, NOON)
    ledger.sequence(NOON)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        number, known = application.number or "", known_of(office, application)
        opened = [audit.opened(session, entry) for entry in audit.of_subject(session, number)]
        assert {"reason": WHY} in opened
        assert any(digest_of(application) in said.values() for said in opened), "until then auditors can be shown it"
    told = all_written(office)
    assert [word for word in known if word in told] == [], "nor before the erasure"
    with office.database.writing() as session:
        assert audit.erase(session, number) > 0
    with office.database.reading() as session:
        assert all(audit.opened(session, entry) == {} for entry in audit.of_subject(session, number))
        assert session.scalars(select(Disclosure).where(Disclosure.subject == number)).all() == []
        assert audit.check(session, ledger.verifier).is_whole


def test_a_draft_thrown_away_takes_the_salts_of_its_entries_along(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = cases.start(session, office.office, an_applicant(session), "sole-trader", NOON)
        entry = audit.append(
            session,
            event="draft.noted",
            subject=draft.id,
            actor="system:test",
            facts={},
            now=NOON,
            personal={"note": WHY},
        )
        assert audit.opened(session, entry) == {"note": WHY}
        cases.discard(session, draft)
        assert audit.opened(session, entry) == {}


def test_a_value_put_in_the_place_of_what_was_committed_to_is_not_believed(office: TestOffice) -> None:
    with office.database.writing() as session:
        entry = audit.append(
            session,
            event="case.noted",
            subject="A-1",
            actor="system:test",
            facts={},
            now=NOON,
            personal={"note": WHY},
        )
        kept = session.scalars(select(Disclosure)).one()
        kept.opening = {**kept.opening, "value": "另一句话"}
        session.flush()
        assert audit.opened(session, entry) == {}


def test_a_receipt_opens_its_own_entry_after_the_office_has_forgotten_the_salt(office: TestOffice) -> None:
    ledger = a_ledger(office.database)
    with office.database.writing() as session:
        audit.append(
            session,
            event="decision.made",
            subject="A-1",
            actor="system:test",
            facts={},
            now=NOON,
            personal={"reason": WHY},
        )
    ledger.sequence(NOON)
    with office.database.writing() as session:
        text = audit.receipt_of(session, "A-1", "decision.made")
        audit.erase(session, "A-1")
        without = audit.receipt_of(session, "A-1", "decision.made")
    assert audit.read_receipt(text, ledger.verifier).opened == {"reason": WHY}
    assert audit.read_receipt(without, ledger.verifier).opened == {}
    with pytest.raises(audit.NotInTree):
        audit.read_receipt(text.replace("index 0", "index 1"), ledger.verifier)
    with pytest.raises(audit.NoteRefused):
        audit.read_receipt(text, audit.LogKey.fresh(ledger.key.origin).verifier)
