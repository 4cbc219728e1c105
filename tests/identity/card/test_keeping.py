# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity import copy_evidence, delete_pictures, evidence_of, view_picture
from identity.card import (
    EMBLEM_FIELDS,
    CardFault,
    CardReading,
    Side,
    as_said,
    confirm_card,
    is_confirmed,
    keep_card,
    keep_document,
)
from identity.card.fields import ReadField
from identity.checks import FaceReading
from identity.vault import SealedPicture
from tests.conftest import NOON
from tests.identity.card.test_verdict import GOOD

FRONT = CardReading(
    side=Side.PORTRAIT,
    jpeg=b"flat card",
    crop=b"portrait",
    face=FaceReading(228, 300.0, 120.0, 0.0),
    fields={"name": ReadField("林清禾", 0.8, True), "number": ReadField("999999199003070017", 0.99, False)},
    faults=(),
    measured=GOOD,
    engine="test engine",
    limits="limits-1",
)
BACK = replace(
    FRONT,
    side=Side.EMBLEM,
    jpeg=b"other side",
    crop=b"",
    face=None,
    fields={name: ReadField("长期", 0.99, False) for name in EMBLEM_FIELDS},
    faults=(CardFault.GLARE,),
)


def pictures(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SealedPicture)) or 0


def test_each_side_is_kept_beside_the_other(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, FRONT, NOON)
    keep_card(session, evidence, BACK, NOON)
    session.flush()
    assert view_picture(session, evidence.card_picture) == b"flat card"
    assert view_picture(session, evidence.portrait_picture) == b"portrait"
    assert view_picture(session, evidence.emblem_picture) == b"other side"
    assert evidence.portrait_width == 228
    assert evidence.card_read is not None
    assert set(evidence.card_read["fields"]) == {"name", "number", *EMBLEM_FIELDS}
    assert evidence.card_read["faults"] == ["glare"]
    assert not is_confirmed(evidence)
    keep_card(session, evidence, replace(BACK, faults=()), NOON)
    assert evidence.card_read["faults"] == []
    assert pictures(session) == 3


def test_a_card_without_a_portrait_is_kept_for_a_clerk_and_no_face_counts(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, replace(FRONT, crop=b"", faults=(CardFault.NO_PORTRAIT,)), NOON)
    assert view_picture(session, evidence.portrait_picture) == b"flat card"
    assert evidence.portrait_width == 0


def test_what_was_read_stays_beside_what_the_holder_says(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, FRONT, NOON)
    keep_card(session, evidence, BACK, NOON)
    assert as_said(evidence.card_read)["name"] == "林清禾"
    confirm_card(session, evidence, {"name": "林清和", "number": "999999199003070017"}, NOON)
    session.expire(evidence)
    assert evidence.card_read is not None
    assert evidence.card_read["fields"]["name"]["value"] == "林清禾"
    assert evidence.card_read["fields"]["name"]["said"] == "林清和"
    assert as_said(evidence.card_read) == {"name": "林清和", "number": "999999199003070017"}
    assert is_confirmed(evidence)


def test_another_picture_must_be_confirmed_again(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, FRONT, NOON)
    confirm_card(session, evidence, {"name": "林清和"}, NOON)
    keep_card(session, evidence, BACK, NOON)
    assert not is_confirmed(evidence)
    assert as_said(evidence.card_read)["name"] == "林清禾"


def test_another_document_takes_the_place_of_the_card(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, FRONT, NOON)
    keep_card(session, evidence, BACK, NOON)
    keep_document(session, evidence, "passport", (b"page", b"", 0), None, NOON)
    session.flush()
    assert evidence.card_read is not None
    assert evidence.card_read["document"] == {"kind": "passport"}
    assert evidence.card_read["other"]
    assert evidence.emblem_picture is None
    assert (pictures(session), is_confirmed(evidence)) == (2, True)
    keep_card(session, evidence, FRONT, NOON)
    assert evidence.card_read["other"] is False
    assert "document" not in evidence.card_read


def test_every_picture_and_word_of_the_card_goes_with_the_decision(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    keep_card(session, evidence, FRONT, NOON)
    keep_card(session, evidence, BACK, NOON)
    confirm_card(session, evidence, {"name": "林清和"}, NOON)
    copy_evidence(session, "a-1", "a-2", NOON)
    assert as_said(evidence_of(session, "a-2").card_read)["name"] == "林清和"
    for case in ("a-1", "a-2"):
        delete_pictures(session, case, NOON + timedelta(days=1))
    session.flush()
    assert pictures(session) == 0
    assert evidence.card_read is None
    assert evidence.card_sealed is None
