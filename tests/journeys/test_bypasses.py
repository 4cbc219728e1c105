# SPDX-License-Identifier: Apache-2.0
"""Ways by which somebody might be taken for another person, or lose what they gave: each was open once."""

from dataclasses import replace

import pytest

from approval import appointments, claims, proving
from approval.application import Application
from identity import HOLDER, AlreadyAssured, Way, assuring, evidence_of, keep_portrait, record_consent, view_picture
from identity.card import Side
from identity.card.fields import ReadField
from identity.checks import Band, Comparison, Verdict
from identity.evidence import record_comparison
from kit.database import Database
from tests.approval.test_meetings import asked
from tests.conftest import NOON
from tests.identity.liveness.test_session import MODEL
from tests.journeys.inprocess import House
from tests.journeys.test_ways import PHOTO, WHY, a_draft, a_part
from tests.journeys.test_ways import house as house
from tests.office import TestOffice, a_clerk, in_review
from tests.web.test_cards import BACK, FRONT
from web.pages.live import BadTelling, _batch

PLACE = "shareholders.1"


def a_read_card(house: House, case: str, part: str) -> None:
    """The other person photographs a card that says what the form says."""
    with house.database.reading() as session:
        named = proving.named_at(session, house.office.office, session.get_one(Application, case), PLACE)
    fields = {name: replace(field, doubtful=False) for name, field in FRONT.fields.items()}
    fields |= {"name": ReadField(named.name, 0.99, False), "number": ReadField(named.number, 0.99, False)}
    house.desk.cards.answers = {Side.PORTRAIT: replace(FRONT, fields=fields), Side.EMBLEM: BACK}  # type: ignore[attr-defined]
    files = {side: (f"{side}.jpg", b"x", "image/jpeg") for side in ("photo", "emblem")}
    assert house.ask("chen", "POST", f"/parts/{part}/idcard", files=files).status_code == 303


def test_a_selfie_in_the_place_of_a_card_inherits_nothing_that_was_read_of_it(house: House) -> None:
    case, part, _ = a_part(house)
    a_read_card(house, case, part)
    house.ask("chen", "POST", f"/parts/{part}/identity/picture/card", files=PHOTO)
    with house.database.writing() as session:
        evidence = evidence_of(session, case, PLACE)
        assert evidence.card_read is None
        record_consent(session, evidence, "agree", NOON)
        near = Comparison(0.3, 7, 228, MODEL, (), 0.2)
        record_comparison(session, evidence, near, Verdict(Band.ACCEPT, ("accepted",)), b"f", NOON)
        evidence.liveness = "pass"
        session.flush()
        assert not proving.note_face(session, house.office.office, case, PLACE, NOON)


def test_what_somebody_vouched_for_is_not_replaced_afterwards(house: House) -> None:
    case, part, _ = a_part(house)
    house.ask("chen", "POST", f"/parts/{part}/identity/picture/card", files=PHOTO)
    with house.database.writing() as session:
        named = proving.named_at(session, house.office.office, session.get_one(Application, case), PLACE)
        assuring.assure(evidence_of(session, case, PLACE), Way.PARTNER, "partner:x", named.who, NOON, {})
    answer = house.ask("chen", "POST", f"/parts/{part}/identity/picture/card", files=PHOTO)
    assert answer.status_code == 409


@pytest.mark.parametrize("order", [("own", "card"), ("card", "own")])
def test_the_card_does_not_push_out_ones_own_picture(house: House, order: tuple[str, str]) -> None:
    case, part, _ = a_part(house)
    for which in order:
        house.ask("chen", "POST", f"/parts/{part}/identity/picture/{which}", files=PHOTO)
    with house.database.reading() as session:
        evidence = evidence_of(session, case, PLACE)
        assert view_picture(session, evidence.own_picture)
        assert view_picture(session, evidence.card_picture)


def test_ones_own_picture_is_kept_after_a_comparison_without_a_usable_frame(house: House) -> None:
    case = a_draft(house)
    with house.database.writing() as session:
        evidence = evidence_of(session, case)
        keep_portrait(session, evidence, b"card", b"portrait", 228, NOON)
        record_consent(session, evidence, "agree", NOON)
        none = Comparison(9.0, 0, 228, MODEL)
        record_comparison(session, evidence, none, Verdict(Band.RETRY, ("no_usable_frame",)), None, NOON)
    house.post("lin", f"/apply/{case}/identity", way="eye")
    house.ask("lin", "POST", f"/apply/{case}/identity/picture/own", files=PHOTO)
    with house.database.reading() as session:
        assert view_picture(session, evidence_of(session, case).own_picture)


def test_nobody_is_recognised_by_a_card_alone(database: Database) -> None:
    office = TestOffice(database)
    case = in_review(office)
    with database.writing() as session:
        evidence = evidence_of(session, case)
        evidence.assured_at = evidence.assurance = evidence.frame_picture = evidence.band = None
        evidence.consent, evidence.route = "decline", "eye"
        clerk = a_clerk(session, "zhou")
        claims.claim(session, case, clerk, NOON)
        with pytest.raises(proving.PictureMissing):
            proving.judge_by_eye(session, office.office, case, HOLDER, clerk, True, WHY, NOON)


def test_nobody_is_called_who_has_been_vouched_for(database: Database) -> None:
    office = TestOffice(database)
    with database.writing() as session:
        case, found, _clerk = asked(session, office, Way.VIDEO)
        evidence, who = evidence_of(session, case.id), proving.holder_of(office.office, case).who
        assuring.assure(evidence, Way.PARTNER, "partner:x", who, NOON, {})
        proving.note_assured(session, office.office, case, evidence, Way.PARTNER, "partner:x", NOON)
        session.refresh(found)
        assert found.state == appointments.GIVEN_UP
        with pytest.raises(AlreadyAssured):
            assuring.assure(evidence, Way.VIDEO, "account:z", who, NOON, {})


def test_a_business_renamed_after_the_living_face_is_for_a_person(database: Database) -> None:
    office = TestOffice(database)
    case = in_review(office)
    with database.writing() as session:
        application, evidence = session.get_one(Application, case), evidence_of(session, case)
        holder = proving.holder_of(office.office, application)
        evidence.intent = proving.intent_key(application, holder.role)
        assert proving.is_intended(evidence, application, holder.role)
        application.answers = {**application.answers, "trade_name": "南京市栖霞区样例另一家小吃店"}
        assert proving.evidence_facts(session, office.office, application, NOON).intended is False


@pytest.mark.parametrize("taken", ["[Infinity]", "[1e400]", "[" * 3900, "[" + "9" * 3900 + "]", "[-2]", "[null]"])
def test_times_that_no_camera_tells_are_refused_in_words(taken: str) -> None:
    with pytest.raises(BadTelling):
        _batch("token", 0, taken, "[]", "{}", [b"x"])


def test_half_a_character_in_the_name_of_a_camera_breaks_nothing() -> None:
    told = _batch("token", 0, "[1]", "[]", '{"label":"\\ud800 Camera"}', [b"x"]).track
    assert told["label"] == "? Camera"
