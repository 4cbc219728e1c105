# SPDX-License-Identifier: Apache-2.0
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
    delete_pictures,
    evidence_of,
    judge,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
    view_picture,
)
from tests.conftest import NOON

CARD, PORTRAIT, FRAME = b"\xff\xd8 card", b"\xff\xd8 portrait", b"\xff\xd8 frame"


def compare(session: Session, evidence: Evidence, distance: float, *, with_camera: bool = True) -> None:
    comparison = Comparison(distance, 3, 228, "model")
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
