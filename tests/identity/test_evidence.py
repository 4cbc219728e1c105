# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import (
    BANDS,
    AttemptsUsedUp,
    Band,
    Comparison,
    ConsentMissing,
    Evidence,
    PortraitMissing,
    copy_evidence,
    delete_pictures,
    destroy_evidence,
    evidence_of,
    hand_over,
    judge,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
    view_picture,
)
from kit.database import Database
from tests.conftest import NOON

CARD, PORTRAIT, FRAME = b"\xff\xd8 card", b"\xff\xd8 portrait", b"\xff\xd8 frame"


def compare(session: Session, evidence: Evidence, distance: float, *, with_camera: bool = True) -> None:
    comparison = Comparison(distance, 3, 228, f"test {BANDS.matcher}")
    verdict = judge(comparison, BANDS)
    record_comparison(session, evidence, comparison, verdict, FRAME, NOON, with_camera=with_camera)


def proved(session: Session) -> Evidence:
    evidence = evidence_of(session, "a-1")
    keep_portrait(session, evidence, CARD, PORTRAIT, 228, NOON)
    record_consent(session, evidence, "agree", NOON)
    compare(session, evidence, 0.31)
    return evidence


def test_no_face_without_consent_and_no_comparison_without_a_card(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    with pytest.raises(ConsentMissing):
        may_compare(evidence)
    record_consent(session, evidence, "agree", NOON)
    with pytest.raises(PortraitMissing):
        may_compare(evidence)


def test_pictures_are_sealed_and_can_be_seen_again(session: Session) -> None:
    evidence = proved(session)
    session.flush()
    assert view_picture(session, evidence.portrait_picture) == PORTRAIT
    raw = repr(session.execute(text("SELECT * FROM sealed_picture")).all())
    assert "portrait" not in raw
    assert PORTRAIT.hex() not in raw


def test_declining_deletes_what_agreeing_allowed(session: Session) -> None:
    evidence = proved(session)
    frame = evidence.frame_picture
    record_consent(session, evidence, "decline", NOON)
    session.flush()
    assert view_picture(session, frame) is None
    assert evidence.band is None
    assert evidence.is_complete


def test_a_new_card_makes_the_old_comparison_worthless(session: Session) -> None:
    evidence = proved(session)
    keep_portrait(session, evidence, CARD, PORTRAIT, 200, NOON)
    assert evidence.band is None
    assert not evidence.is_complete


def test_an_uploaded_picture_never_passes_by_itself(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_portrait(session, evidence, CARD, PORTRAIT, 228, NOON)
    record_consent(session, evidence, "agree", NOON)
    compare(session, evidence, 0.1, with_camera=False)
    assert evidence.band == Band.PERSON


def test_when_attempts_are_used_up_a_clerk_takes_over(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_portrait(session, evidence, CARD, PORTRAIT, 228, NOON)
    record_consent(session, evidence, "agree", NOON)
    for _ in range(5):
        assert not evidence.is_complete
        may_compare(evidence)
        compare(session, evidence, 0.9)
    with pytest.raises(AttemptsUsedUp):
        may_compare(evidence)
    assert evidence.is_complete


def test_after_the_decision_only_numbers_are_left(session: Session) -> None:
    evidence = proved(session)
    session.flush()
    delete_pictures(session, "a-1", NOON)
    session.flush()
    assert session.scalar(text("SELECT count(*) FROM sealed_picture")) == 0
    assert evidence.distance == 0.31
    assert evidence.deleted_at == NOON


def pictures_left(session: Session) -> object:
    session.flush()
    return session.scalar(text("SELECT count(*) FROM sealed_picture"))


def test_only_one_frame_is_ever_kept(session: Session) -> None:
    evidence = proved(session)
    first = evidence.frame_picture
    compare(session, evidence, 0.33)
    assert pictures_left(session) == 3
    assert view_picture(session, first) is None
    assert view_picture(session, evidence.frame_picture) == FRAME


def test_a_new_card_replaces_the_pictures_and_forgets_the_frame(session: Session) -> None:
    evidence = proved(session)
    keep_portrait(session, evidence, CARD, b"new", 200, NOON)
    assert pictures_left(session) == 2
    assert view_picture(session, evidence.portrait_picture) == b"new"
    assert (evidence.distance, evidence.frames_used, evidence.compared_at, evidence.reasons) == (None, None, None, [])


def test_neither_a_new_card_nor_a_new_consent_gives_attempts_back(session: Session) -> None:
    evidence = proved(session)
    left = evidence.attempts_left
    keep_portrait(session, evidence, CARD, PORTRAIT, 228, NOON)
    record_consent(session, evidence, "decline", NOON)
    record_consent(session, evidence, "agree", NOON)
    assert evidence.attempts_left == left == 4


def test_who_declined_is_not_compared(session: Session) -> None:
    evidence = proved(session)
    record_consent(session, evidence, "decline", NOON)
    with pytest.raises(ConsentMissing):
        may_compare(evidence)


def test_deleting_twice_changes_nothing_and_touches_no_other_application(session: Session) -> None:
    evidence = proved(session)
    other = evidence_of(session, "a-2")
    keep_portrait(session, other, CARD, PORTRAIT, 228, NOON)
    delete_pictures(session, "a-1", NOON)
    delete_pictures(session, "a-1", NOON + timedelta(days=1))
    delete_pictures(session, "unknown", NOON)
    assert evidence.deleted_at == NOON
    assert pictures_left(session) == 2
    assert view_picture(session, other.portrait_picture) == PORTRAIT


def test_evidence_of_a_draft_that_is_thrown_away_leaves_nothing(session: Session) -> None:
    destroy_evidence(session, proved(session))
    assert pictures_left(session) == 0
    assert session.scalar(text("SELECT count(*) FROM evidence")) == 0


def test_a_corrected_submission_takes_the_evidence_along_unless_it_was_deleted(session: Session) -> None:
    evidence = proved(session)
    hand_over(session, "a-1", "a-2")
    session.flush()
    assert evidence_of(session, "a-2") is evidence
    delete_pictures(session, "a-2", NOON)
    hand_over(session, "a-2", "a-3")
    session.flush()
    assert evidence_of(session, "a-2") is evidence
    assert evidence_of(session, "a-3").attempts == 0


def test_looking_at_evidence_that_is_not_there_writes_nothing(database: Database) -> None:
    with database.reading() as reading:
        assert evidence_of(reading, "nobody").attempts_left == 5
        assert not reading.new
    with database.writing() as writing:
        evidence_of(writing, "somebody")
    with database.reading() as reading:
        assert reading.scalar(text("SELECT count(*) FROM evidence")) == 1


def test_another_case_of_the_same_holder_gets_the_proof_with_pictures_of_its_own(session: Session) -> None:
    given = proved(session)
    keep_portrait(session, evidence_of(session, "a-2"), PORTRAIT, CARD, 100, NOON)
    copy_evidence(session, "a-1", "a-2", NOON)
    copied = evidence_of(session, "a-2")
    assert (copied.band, copied.distance, copied.consent_at) == (given.band, given.distance, given.consent_at)
    assert copied.is_complete
    delete_pictures(session, "a-1", NOON)
    session.flush()
    assert view_picture(session, copied.card_picture) == CARD
    assert pictures_left(session) == 3
    copy_evidence(session, "a-1", "a-2", NOON)  # nothing is left to copy, and what is there stays
    assert evidence_of(session, "a-2").is_complete
