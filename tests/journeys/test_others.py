# SPDX-License-Identifier: Apache-2.0
"""Whoever is invited into a case proves who they are by face, on pages of their own, as the holder does."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import proving
from approval.application import Application
from demonstration.applicant import COMPANY, Applicant
from forms import rows_of
from identity import evidence_of
from identity.liveness.session import LiveSession
from identity.record import records_of
from reference import idcard, photographs
from tests.journeys.conftest import Service

SECOND = ("陈其美", "999999198506120128")
PLACE = "supervisors.0"  # she is the second shareholder as well, and is asked once
PAGES = ("idcard", "card", "consent", "face", "document", "portrait", "pictures/card", "identity")


@pytest.fixture(scope="module")
def own_card(pictures: photographs.Photographs) -> bytes:
    return idcard.draw(pictures.accept_portrait.read_bytes(), idcard.Holder(*SECOND, "南京市栖霞区样例路 2 号", "女"))


def invited(service: Service) -> Applicant:
    """A company that is filled in, and its second shareholder before the first page of her own."""
    founder = service.applicant()
    founder.start("company")
    founder.answer(COMPANY)
    second = service.applicant(SECOND)
    founder.invite(PLACE, second.phone)
    second.application = founder.application
    second.accept_invitation()
    return second


def is_assured(session: Session, service: Service, person: Applicant) -> bool:
    case = session.get_one(Application, person.application)
    office = service.desk.office
    (told,) = [one for one in proving.standing(session, office, case, office.clock()) if one.named.place == PLACE]
    return told.is_assured


def test_an_invited_shareholder_is_assured_by_her_card_and_her_living_face(service: Service, own_card: bytes) -> None:
    second = invited(service)
    assert 'value="face"' in second.page(second.path("identity"))
    second.photograph_card(own_card)
    second.choose("agree")
    told = second.look_into_camera(service.live)
    assert (told["state"], told["next"]) == ("accepted", f"/parts/{second.part}")
    assert "您已核验" in second.page(second.path())
    with service.database.reading() as session:
        assert is_assured(session, service, second)
        row = session.scalars(select(LiveSession).where(LiveSession.application_id == second.application)).one()
        assert (row.person, row.role) == (PLACE, "supervisors")
        assert [(one.person, one.occasion) for one in records_of(session, second.application)] == [(PLACE, "assurance")]
        log = {entry.event: entry for entry in audit.of_subject(session, second.application)}
        assert log["identity.assured"].told == {"person": "supervisors", "way": "face"}
        assert log["consent.given"].actor == f"participant:{second.part}"
        assert rows_of(session.get_one(Application, second.application).answers["supervisors"])[0]["name"] == SECOND[0]

    assert "撤回人脸比对同意" in second.page(second.path())
    where = second.path("consent/withdraw")
    second.expect(second.send(where, {}, shown_on=second.path()))
    assert "撤回人脸比对同意" not in second.page(second.path())
    with service.database.reading() as session:
        assert not is_assured(session, service, second)
        evidence = evidence_of(session, second.application, PLACE)
        assert (evidence.band, evidence.liveness, evidence.frame_picture) == (None, None, None)
        (withdrawn,) = [e for e in audit.of_subject(session, second.application) if e.event == "consent.withdrawn"]
        assert withdrawn.actor == f"participant:{second.part}"


def test_a_living_face_on_the_card_of_somebody_else_assures_nobody(service: Service) -> None:
    second = invited(service)
    second.photograph_card(service.card)  # the founder's
    second.choose("agree")
    assert second.look_into_camera(service.live)["state"] == "accepted"
    assert "您已核验" not in second.page(second.path())
    with service.database.reading() as session:
        assert not is_assured(session, service, second)
        assert records_of(session, second.application) == []
        assert evidence_of(session, second.application).card_picture is None, "nothing of hers is the founder's"


def test_who_declines_face_goes_on_with_a_clerks_eye(service: Service, own_card: bytes) -> None:
    second = invited(service)
    second.photograph_card(own_card)
    answer = second.send(second.path("consent"), {"choice": "decline"}, shown_on=second.path("consent"))
    assert answer.url.path == second.path("identity/picture")
    assert "已登记：" in second.page(second.path())


def test_nobody_reaches_the_proof_of_one_of_the_others(service: Service) -> None:
    second, stranger = invited(service), service.applicant()
    stranger.part = second.part
    for name in PAGES:
        assert stranger.client.get(stranger.path(name)).status_code == 404, name
    headers = {"x-csrf-token": stranger.token("/"), "accept": "application/json"}
    for name in ("idcard", "card", "consent", "face", "document", "live", "consent/withdraw"):
        assert stranger.client.post(stranger.path(name), headers=headers).status_code == 404, name
