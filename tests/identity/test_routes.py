# SPDX-License-Identifier: Apache-2.0
"""Five ways lead to one level; what is said of a person holds for that person only."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from identity import AlreadyAssured, Band, Evidence, Way, assuring, evidence_of, load_routes
from identity.evidence import keep_own_picture, keep_portrait, record_consent
from identity.partners import Partner, load_partners, login_address
from identity.routes import FILE
from kit.declared import Refused
from reference.partner import declaration, key_in
from tests.conftest import NOON

WHO, OTHER = "a" * 64, "b" * 64


def face_proven(session: Session) -> Evidence:
    evidence = evidence_of(session, "a-1")
    keep_portrait(session, evidence, b"card", b"portrait", 228, NOON)
    record_consent(session, evidence, "agree", NOON)
    evidence.band, evidence.liveness, evidence.card_read = Band.ACCEPT, "pass", {}
    return evidence


def test_every_way_says_what_it_needs_and_how_long_it_takes() -> None:
    routes = load_routes()
    assert {route.code for route in routes.routes} == set(Way)
    assert len(routes.of(Way.VIDEO).checks) == 5
    assert routes.of(Way.WINDOW).lacking(["face", "will"]) == ("document", "number")
    assert len(routes.calls.slots(date(2026, 11, 24))) == 24


@pytest.mark.parametrize(("old", "new"), [('code = "video"', 'code = "face"'), ("code_days = 14", "code_days = 0")])
def test_a_declaration_that_does_not_hold_is_refused_with_its_reason(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(Refused):
        load_routes(file)


def test_an_appointment_completes_what_the_applicant_can_do_and_assures_nobody(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    assuring.choose(evidence, Way.WINDOW)
    assert not evidence.is_complete
    assuring.ask(evidence, Way.WINDOW, "meeting-1", NOON)
    assert evidence.is_complete
    assert not assuring.is_assured(evidence, WHO, True)
    assuring.unask(evidence)
    assert not evidence.is_complete


def test_changing_the_way_loses_nothing(session: Session) -> None:
    evidence = face_proven(session)
    before = (evidence.card_picture, evidence.band, evidence.consent, evidence.attempts)
    for way in (Way.WINDOW, Way.VIDEO, Way.PARTNER, Way.EYE, Way.FACE):
        assuring.choose(evidence, way)
        assert evidence.is_complete
    assert (evidence.card_picture, evidence.band, evidence.consent, evidence.attempts) == before


def test_who_declined_face_is_on_the_way_of_the_eye_and_complete_with_a_card(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    record_consent(session, evidence, "decline", NOON)
    assert assuring.route_of(evidence) is Way.EYE
    assert not evidence.is_complete
    keep_portrait(session, evidence, b"card", b"portrait", 228, NOON)
    assert evidence.is_complete
    evidence.route = "face"
    assert assuring.route_of(evidence) is Way.EYE, "a choice of face does not outlive a decline"


def test_a_picture_for_the_eye_is_kept_without_consent_to_a_comparison(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    assuring.choose(evidence, Way.EYE)
    keep_own_picture(session, evidence, b"me", NOON)
    first = evidence.own_picture
    keep_own_picture(session, evidence, b"me again", NOON)
    assert evidence.own_picture not in (None, first)
    assert evidence.frame_picture is None
    assert evidence.band is None


def test_a_word_holds_for_the_person_it_was_given_for(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    assuring.assure(evidence, Way.PARTNER, "partner:bank", WHO, NOON, {"transaction": "1"})
    assert assuring.is_assured(evidence, WHO, True)
    assert assuring.second_factor(evidence, WHO) == "partner"
    assert assuring.is_for_another(evidence, OTHER)
    assert not assuring.is_assured(evidence, OTHER, True)
    assert assuring.second_factor(evidence, OTHER) == "none"
    with pytest.raises(AlreadyAssured):
        assuring.assure(evidence, Way.WINDOW, "account:x", WHO, NOON, {})
    with pytest.raises(AlreadyAssured):
        assuring.choose(evidence, Way.FACE)
    assuring.assure(evidence, Way.WINDOW, "account:x", OTHER, NOON, {})
    assert assuring.second_factor(evidence, OTHER) == "window"


def test_a_clerks_eye_is_no_second_factor(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    assuring.assure(evidence, Way.EYE, "account:x", WHO, NOON, {})
    assert assuring.is_assured(evidence, WHO, True)
    assert assuring.second_factor(evidence, WHO) == "none"


def test_a_face_reaches_the_level_only_with_band_life_and_card(session: Session) -> None:
    evidence = face_proven(session)
    assert assuring.is_assured(evidence, WHO, True)
    assert not assuring.is_assured(evidence, WHO, False), "the card is not the one of the person in the form"
    for name, value in (("band", "person"), ("liveness", "person"), ("without_camera", True)):
        before = getattr(evidence, name)
        setattr(evidence, name, value)
        assert not assuring.is_assured(evidence, WHO, True), name
        setattr(evidence, name, before)


def test_doubt_leaves_every_way_open(session: Session) -> None:
    evidence = evidence_of(session, "a-1")
    assuring.ask(evidence, Way.VIDEO, "m", NOON)
    assuring.doubt(evidence, Way.VIDEO, "account:x", NOON)
    assert assuring.is_unsure(evidence)
    assert not evidence.is_complete
    assuring.ask(evidence, Way.WINDOW, "n", NOON)
    assuring.assure(evidence, Way.WINDOW, "account:y", WHO, NOON, {})
    assert not assuring.is_unsure(evidence)


def test_partners_are_declared_with_their_keys_or_not_at_all(tmp_path: Path) -> None:
    assert load_partners(None) == {}
    file = tmp_path / "partners.toml"
    told = declaration("https://bank.example", key_in(tmp_path / "key"))
    file.write_text(told, "utf-8")
    (partner,) = load_partners(file).values()
    assert len(next(iter(partner.pinned.values()))) == 32
    for old, new in (
        ("https://bank.example/token", "http://bank.example/token"),
        ("reference-1 = ", 'reference-1 = "AAAA" # '),
        ("login_url", "unknown_url"),
    ):
        file.write_text(told.replace(old, new), "utf-8")
        with pytest.raises(Refused):
            load_partners(file)


def test_the_way_to_a_partner_carries_nothing_of_a_person(tmp_path: Path) -> None:
    file = tmp_path / "partners.toml"
    file.write_text(declaration("https://bank.example", key_in(tmp_path / "key")), "utf-8")
    partner: Partner = next(iter(load_partners(file).values()))
    there = login_address(partner, "https://our.example", "https://our.example/partner/return", "s", "n", "secret")
    assert there.startswith("https://bank.example/login?")
    assert "secret" not in there
