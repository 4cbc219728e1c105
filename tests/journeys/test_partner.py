# SPDX-License-Identifier: Apache-2.0
"""A partner vouches over real HTTP, with its own key; whatever goes wrong is said in words and nothing is lost."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

import audit
from approval import asserting, cases, proving
from approval.application import Application
from forms import Answers
from identity import HOLDER, AssertionRefused, Band, assuring, evidence_of
from identity.assertions import verify
from identity.partners import load_partners
from kit.database import Database
from reference import partner
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import HOLDER as NUMBER
from tests.office import an_applicant
from tests.reference.running import running

NAME = "林清和"
SITE = "http://testserver"
BANK = "sample-bank"
TRUST = ssl.create_default_context()  # made once: it takes longer than everything that is asked


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    """A site with one partner, which really listens elsewhere."""
    bank, file = FastAPI(), tmp_path / "partners.toml"
    with running(bank) as address:
        signs = partner.key_in(tmp_path / "partner.key")
        bank.include_router(partner.create_app(signs, address, [f"{SITE}/partner/return"], lambda: NOON).router)
        file.write_text(partner.declaration(address, signs), "utf-8")
        desk = a_desk(database, tmp_path)
        settings = desk.settings.model_copy(update={"public_url": SITE})
        desk = replace(desk, partners=load_partners(file), settings=settings)
        with a_site(desk) as client:
            yield a_house(database, client, desk)


@pytest.fixture
def case(house: House) -> str:
    with house.database.writing() as session:
        house.people["lin"] = an_applicant(session)
        draft = cases.start(session, house.office.office, house.people["lin"], "sole-trader", NOON)
        named: Answers = {"operator_name": NAME, "operator_id": NUMBER}
        cases.save_answers(session, house.office.office, draft, "operator", named, NOON)
        return draft.id


def asked(house: House, case: str) -> str:
    """The address to which the person is led."""
    answer = house.post("lin", f"/apply/{case}/partner/{BANK}")
    assert answer.status_code == 200, answer.text
    found = re.search(r'href="(http[^"]+code_challenge[^"]*)"', answer.text)
    assert found is not None
    return unescape(found[1])


def confirmed(there: str, name: str = NAME, number: str = NUMBER, **more: str) -> str:
    """At the bank: log in, confirm, and be sent back; gives the way back on our site."""
    sent = {key: values[0] for key, values in parse_qs(urlsplit(there).query).items()}
    with httpx.Client(trust_env=False, verify=TRUST) as bank:
        assert bank.get(there).status_code == 200
        data = {**sent, "name": name, "number": number, **more}
        back = bank.post(there.split("?")[0], data=data).headers["location"]
    assert back.startswith(f"{SITE}/partner/return?")
    return back.removeprefix(SITE)


def come_back(house: House, path: str) -> httpx.Response:
    return house.ask("lin", "GET", path)


def level(house: House, case: str) -> str:
    with house.database.reading() as session:
        named = proving.holder_of(house.office.office, session.get_one(Application, case))
        return assuring.second_factor(evidence_of(session, case), named.who)


def must_be_refused(house: House, case: str, answer: httpx.Response, words: str) -> None:
    """Said in words, on the page with the other ways; what was filled in is there."""
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="window"' in answer.text
    assert level(house, case) == "none"
    assert house.read(case).answers["operator_name"] == NAME


def test_a_partners_word_is_a_second_factor_and_no_address_names_anybody(house: House, case: str) -> None:
    there = asked(house, case)
    back = confirmed(there)
    assert not any(word in unescape(address) for address in (there, back) for word in (NAME, NUMBER, NUMBER[:6]))
    answer = come_back(house, back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/apply/{case}")
    assert level(house, case) == "partner"
    with house.database.reading() as session:
        evidence = evidence_of(session, case)
        assert evidence.is_complete
        assert evidence.assured_by == f"partner:{BANK}"
        events = [entry.event for entry in audit.of_subject(session, case)]
        assert events == ["partner.asked", "identity.assured", "identity.recorded"]
    assert house.post("lin", f"/apply/{case}/partner/{BANK}").status_code == 422


def test_a_face_that_was_accepted_stays_accepted_beside_it(house: House, case: str) -> None:
    with house.database.writing() as session:
        evidence_of(session, case).band = Band.ACCEPT
    come_back(house, confirmed(asked(house, case)))
    with house.database.reading() as session:
        assert evidence_of(session, case).band == Band.ACCEPT


@pytest.mark.parametrize(("name", "number"), [("陈其美", NUMBER), (NAME, "999999198506120128")])
def test_another_person_at_the_partners_is_not_this_person(house: House, case: str, name: str, number: str) -> None:
    answer = come_back(house, confirmed(asked(house, case), name, number))
    must_be_refused(house, case, answer, "不一致")


def test_who_does_not_confirm_is_led_on(house: House, case: str) -> None:
    must_be_refused(house, case, come_back(house, confirmed(asked(house, case), cancel="1")), "没有在对方页面确认")
    come_back(house, confirmed(asked(house, case)))
    assert level(house, case) == "partner"


def test_an_answer_counts_once(house: House, case: str) -> None:
    back = confirmed(asked(house, case))
    come_back(house, back)
    again = come_back(house, back)
    assert (again.status_code, "已经用过" in again.text) == (409, True)


def test_an_answer_to_another_browser_or_account_or_a_late_one_is_refused(house: House, case: str) -> None:
    back = confirmed(asked(house, case))
    with house.database.writing() as session:
        house.people["other"] = an_applicant(session, "13800000005")
    assert house.ask("other", "GET", back).status_code == 409
    house.site.client.cookies.clear()
    assert come_back(house, back).status_code == 409
    assert level(house, case) == "none"
    back = confirmed(asked(house, case))
    house.now = NOON + asserting.LIVES * 1.01
    assert come_back(house, back).status_code == 409


@pytest.mark.parametrize("code", ["guessed", "x" * 200])
def test_a_code_that_the_partner_does_not_know_comes_to_nothing(house: House, case: str, code: str) -> None:
    back = confirmed(asked(house, case))
    forged = re.sub(r"code=[^&]+", f"code={code}", back)
    must_be_refused(house, case, come_back(house, forged), "没有得到对方的答复")


def test_a_code_of_one_request_is_no_use_in_another(house: House, case: str) -> None:
    first, second = confirmed(asked(house, case)), confirmed(asked(house, case))
    stolen = re.search(r"code=([^&]+)", first)
    assert stolen is not None
    mixed = re.sub(r"code=[^&]+", f"code={stolen[1]}", second)
    must_be_refused(house, case, come_back(house, mixed), "没有得到对方的答复")


def test_a_partner_that_is_silent_or_signs_with_another_key_is_not_believed(house: House, case: str) -> None:
    there = house.desk.partners[BANK]
    for changed, words in (
        ({"token_url": "http://127.0.0.1:9/token"}, "没有得到对方的答复"),
        ({"keys": {partner.KID: partner.public_key(Ed25519PrivateKey.generate())}}, "没有通过查验"),
        ({"issuer": "https://other.example"}, "没有通过查验"),
    ):
        link = asked(house, case)
        house.site.app.state.desk = replace(house.desk, partners={BANK: there.model_copy(update=changed)})
        must_be_refused(house, case, come_back(house, confirmed(link)), words)
        house.site.app.state.desk = house.desk


def test_the_same_word_is_taken_once_even_for_two_requests(house: House, case: str, tmp_path: Path) -> None:
    """A partner that gives out one transaction twice is not believed the second time."""
    bank, office = house.desk.partners[BANK], house.office.office
    signs = partner.key_in(tmp_path / "partner.key")

    def claimed() -> asserting.Claimed:
        with house.database.writing() as session:
            application = session.get_one(Application, case)
            told = asserting.ask(session, office, application, HOLDER, bank, house.people["lin"], "b", NOON)
            return asserting.claim(session, office, told.state, house.people["lin"], "b", NOON)

    def said(one: asserting.Claimed) -> str:
        asked_for = partner.Asked(SITE, "", "", one.nonce, "")
        customer = partner.Confirmed(asked_for, NAME, NUMBER, 0)
        return partner.assertion(signs, bank.issuer, customer, int(NOON.timestamp()))

    first, second = claimed(), claimed()
    good = verify(said(first), asserting.expected(first, bank, SITE), NOON)
    other = verify(said(second), asserting.expected(second, bank, SITE), NOON)
    with pytest.raises(AssertionRefused):
        verify(said(first), asserting.expected(second, bank, SITE), NOON)
    with house.database.writing() as session:
        asserting.accept(session, office, first, good, NOON)
    same = replace(other, claims=other.claims.model_copy(update={"transaction": good.claims.transaction}))
    with house.database.writing() as session, pytest.raises(AssertionRefused, match="assertion_refused"):
        asserting.accept(session, office, second, same, NOON)


def test_a_form_that_was_changed_meanwhile_is_not_vouched_for(house: House, case: str) -> None:
    link = asked(house, case)
    with house.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.save_answers(session, house.office.office, draft, "operator", {"operator_name": "陈其美"}, NOON)
    answer = come_back(house, confirmed(link))
    assert (answer.status_code, "不一致" in answer.text) == (422, True)


def test_the_partner_sends_browsers_to_known_places_only(house: House, case: str) -> None:
    there = asked(house, case)
    with httpx.Client(trust_env=False, verify=TRUST) as bank:
        assert bank.get(there.replace("testserver", "evil.example")).status_code == 400
        assert bank.get(there.replace("S256", "plain")).status_code == 400
