# SPDX-License-Identifier: Apache-2.0
import hashlib
import json

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import delete_pictures, evidence_of, persons_held, record_consent
from identity.bands import BANDS
from identity.record import IdentityRecord, counted, keep_record, matches, records_of
from kit.database import Database
from kit.keyring import DatabaseKeyring
from kit.sealing import seal_under
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.identity.test_evidence import CARD, FRAME, PORTRAIT, proved

NUMBER = fictitious_id("19900307", 1)


def recorded(session: Session) -> IdentityRecord:
    evidence = proved(session)
    evidence.live_session, evidence.signals = "s-1", [{"name": "order", "value": "left,mouth,right,up", "version": "1"}]
    return keep_record(session, evidence, "submission", NUMBER, "rules-1", NOON)


def test_a_record_says_scores_versions_times_and_no_person(session: Session) -> None:
    record = recorded(session)
    told = record.content
    assert (told["scores"]["distance"], told["versions"]) == (
        0.31,
        {"bands": BANDS.version, "model": f"test {BANDS.matcher}"},
    )
    assert (told["liveness"]["session"], told["liveness"]["signals"][0]["name"]) == ("s-1", "order")
    assert (told["rules"], told["at"]) == ("rules-1", NOON.isoformat())
    assert told["consent"]["version"].startswith("face-consent-")
    assert sorted(told["commitments"]) == ["card_picture", "frame_picture", "id_number", "portrait_picture"]
    assert NUMBER not in json.dumps(told)
    session.flush()
    raw = session.execute(text("SELECT content, salts FROM identity_record")).one()
    assert b"distance" not in bytes(raw[0])


def test_a_commitment_verifies_while_there_is_the_key_and_says_nothing_afterwards(
    database: Database, ring: DatabaseKeyring
) -> None:
    things = {"card_picture": CARD, "portrait_picture": PORTRAIT, "frame_picture": FRAME, "id_number": NUMBER.encode()}
    with database.writing() as session:
        record = recorded(session)
        assert [matches(record, name, thing) for name, thing in things.items()] == [True] * 4
        assert matches(record, "card_picture", CARD + b".") is False
        assert matches(record, "emblem_picture", CARD) is None
    with database.writing() as session:
        delete_pictures(session, "a-1", NOON)
    with database.reading() as session:
        (record,) = records_of(session, "a-1")
        assert record.is_whole
        assert [matches(record, name, thing) for name, thing in things.items()] == [None] * 4
        (seen,) = counted([record])
        assert (seen.commitments, seen.signals, seen.is_linkable, seen.digest) == (4, 1, False, record.digest)


def test_the_same_picture_is_committed_to_differently_each_time(session: Session) -> None:
    first = recorded(session)
    second = keep_record(session, evidence_of(session, "a-1"), "assurance", NUMBER, "rules-1", NOON)
    assert first.content["commitments"]["id_number"] != second.content["commitments"]["id_number"]
    assert matches(second, "id_number", NUMBER.encode())


def test_a_record_that_was_changed_is_not_whole(session: Session) -> None:
    record = recorded(session)
    assert record.is_whole
    record.content = {**record.content, "scores": {"distance": 0.1}}
    assert not record.is_whole


def test_withdrawing_ends_what_an_earlier_record_can_be_linked_by(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        first = recorded(session)
    with database.writing() as session:
        record_consent(session, evidence_of(session, "a-1"), "decline", NOON)
        again = keep_record(session, evidence_of(session, "a-1"), "withdrawal", NUMBER, "rules-1", NOON)
    assert matches(first, "frame_picture", FRAME) is None
    assert "frame_picture" not in again.content["commitments"]
    assert matches(again, "card_picture", CARD) is True


def test_after_the_pictures_are_gone_a_record_still_says_what_was_measured(session: Session) -> None:
    proved(session)
    delete_pictures(session, "a-1", NOON)
    record = keep_record(session, evidence_of(session, "a-1"), "assurance", "", "rules-1", NOON)
    assert record.content["commitments"] == {}
    assert record.content["scores"]["distance"] == 0.31
    assert evidence_of(session, "a-1").vault_key is None


def test_a_person_in_several_cases_is_counted_once_and_gone_when_all_are(session: Session) -> None:
    for case in ("a-1", "a-2"):
        evidence = evidence_of(session, case)
        evidence.portrait_picture = f"p-{case}"
    session.flush()
    assert persons_held(session) == 2, "nobody knows yet that it is the same person"
    for case in ("a-1", "a-2"):
        keep_record(session, evidence_of(session, case), "submission", NUMBER, "", NOON)
    assert persons_held(session) == 1
    delete_pictures(session, "a-1", NOON)
    assert persons_held(session) == 1
    delete_pictures(session, "a-2", NOON)
    assert persons_held(session) == 0


def test_a_record_of_the_first_format_is_still_opened(database: Database, ring: DatabaseKeyring) -> None:
    """SHA-256 over salt and thing, as it was made before."""
    salt = bytes(range(16))
    with database.writing() as session:
        record = recorded(session)
        told = hashlib.sha256(salt + NUMBER.encode()).hexdigest()
        record.content = {**record.content, "format": "identity-record-1", "commitments": {"id_number": told}}
        key = ring.get(record.key)
        assert key is not None
        salts = json.dumps({"id_number": salt.hex()}).encode()
        record.salts = seal_under(key, salts, f"salts:{record.key}")
        assert matches(record, "id_number", NUMBER.encode()) is True
        assert matches(record, "id_number", b"other") is False
