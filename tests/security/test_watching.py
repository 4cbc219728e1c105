# SPDX-License-Identifier: Apache-2.0
"""Who signed in and what was refused stands in the journal, and nothing of anybody does."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from identity import Role, current_code
from identity.messages import Message
from kit.errors import DomainError
from tests.journeys.inprocess import House
from tests.journeys.visiting import PASSWORD, Browser, a_member
from tests.office import in_review
from web import watching
from web.errors import WORDING

PHONE = "13800000001"
STRANGER = {"authorization": "Bearer nobody"}


def lines(told: list[Any], event: str) -> list[dict[str, Any]]:
    return [line for line in told if line["event"] == event]


def test_each_step_of_signing_in_is_told_with_what_it_was_by(house: House) -> None:
    secret = a_member(house, "wang", Role.CLERK)
    browser = Browser(house)
    with capture_logs() as told:
        browser.send("/staff/signin", username="wang", password="my secret in the wrong place")
        browser.send("/staff/signin", username="wang", password=PASSWORD)
        browser.send("/staff/signin/second", code="000000")
        browser.send("/staff/signin/second", code=current_code(secret, house.now))
        browser.send("/signout")
    events = [(line["event"], line.get("by")) for line in told if line["event"].startswith("sign")]
    assert events == [
        ("sign_in_failed", "password"),
        ("signed_in", "password"),
        ("sign_in_failed", "one_time"),
        ("signed_in", "one_time"),
        ("signed_out", None),
    ]
    account = lines(told, "signed_in")[0]["account"]
    assert re.fullmatch(r"[a-z0-9]{26}", account)
    assert lines(told, "signed_out")[0]["account"] == account
    for words in ("secret in", PASSWORD, secret, "wang", "127.0.0.1"):
        assert words not in json.dumps(told)


def test_applicants_are_told_without_their_phone(house: House) -> None:
    browser = Browser(house)
    with capture_logs() as told:
        browser.send("/signin", phone=PHONE)
        browser.send("/signin/code", code="000000")
        with house.database.reading() as session:
            body = session.scalars(select(Message.body).order_by(Message.id.desc())).first() or ""
        code = re.search(r"\d{6}", body)
        assert code is not None
        browser.send("/signin/code", code=code[0])
    assert [line["by"] for line in lines(told, "sign_in_failed")] == ["code"]
    assert [line["by"] for line in lines(told, "signed_in")] == ["code"]
    assert PHONE not in json.dumps(told)
    assert code[0] not in json.dumps(told)


def test_what_was_not_for_them_is_told_with_who_asked_and_the_template_of_the_way(house: House) -> None:
    case = in_review(house.office)
    with capture_logs() as told:
        assert house.ask("other", "GET", f"/cases/{case}").status_code == 404
        assert house.ask("lin", "GET", f"/review/{case}").status_code == 403
        assert house.site.request("POST", f"/api/v1/cases/{case}/claim", headers=STRANGER).status_code == 401
        assert house.ask("zhou", "GET", "/review").status_code == 200
    refused = lines(told, "access_refused")
    assert [line["account"] for line in refused] == [house.people["other"].id, house.people["lin"].id, "nobody"]
    assert [line["code"] for line in refused[:2]] == ["not_yours", "wrong_audience"]
    assert refused[1]["route"] == "/review/{id}"
    assert case not in json.dumps(refused)
    assert len({line["source"] for line in refused}) == 1


def test_a_forged_form_and_a_request_that_is_none_are_told(house: House) -> None:
    browser = Browser(house)
    with capture_logs() as told:
        assert house.site.request("POST", "/signin", data={"phone": PHONE, "csrf_token": "x"}).status_code == 403
        assert browser.get("/v/a%00b").status_code == 400
        assert house.site.request("POST", "/verify", headers={"content-length": "200000000"}).status_code == 413
    assert [line["route"] for line in lines(told, "forgery_refused")] == ["/signin"]
    assert [line["why"] for line in lines(told, "request_refused")] == ["malformed", "too_large"]
    assert PHONE not in json.dumps(told)


def test_a_file_that_is_not_kept_is_told_without_its_name(house: House) -> None:
    case = house.post("lin", "/apply", item="commercial-performance").headers["location"].removeprefix("/apply/")
    where = f"/apply/{case}/material/safety_plan"
    with capture_logs() as told:
        answer = house.ask("lin", "POST", where, files={"file": ("林清和.exe", b"MZ", "application/pdf")})
        assert answer.status_code == 422
    (line,) = lines(told, "file_refused")
    assert (line["code"], line["account"]) == ("not_a_material", house.people["lin"].id)
    assert "林" not in json.dumps(told, ensure_ascii=False)


def test_a_wish_for_a_fresh_proof_is_no_failure_and_a_wrong_proof_is() -> None:
    from web.fresh import ProofRequired

    assert watching._event(ProofRequired(wrong=False), 403) == ""
    assert watching._event(ProofRequired(wrong=True), 403) == "sign_in_failed"
    assert watching._event(DomainError(), 409) == ""


@pytest.mark.parametrize("code", sorted(watching.FORGED | watching.FILES | watching.PROOFS))
def test_every_refusal_that_is_told_exists(code: str) -> None:
    assert code in WORDING
