# SPDX-License-Identifier: Apache-2.0
"""Type, articles and agreement of a business as items of their own, who has not signed, and its capital."""

from typing import Any

import pytest

import licences
import register
from approval import drafting, participants, proofs, signers
from approval.application import Application
from licences import Status, Template
from tests.approval.registering import (
    CONTACT,
    NEW,
    a_business,
    a_staffed_house,
    about,
    alter,
    found,
    item_of,
    licence_of,
    papers_of,
    registered,
    status_of,
    waiting,
    walked,
)
from tests.conftest import NOON
from tests.filling import PEOPLE, a_credit_code
from tests.journeys.inprocess import House
from tests.journeys.walking import drafted
from tests.office import an_applicant

__all__ = ["a_staffed_house"]

# Registered and recorded items (实施细则第6、7条).

CLAUSE = "股东会会议由股东按照实际缴纳的出资比例行使表决权。"
OWN = {"articles": "own", "own_clauses": [{"text": CLAUSE}]}


def signed_text(house: House, case: str, code: str) -> str:
    with house.database.reading() as session:
        return "".join(b.text for one in drafting.signed(session, case) if one.code == code for b in one.blocks)


def test_articles_alone_can_be_changed_and_are_filed(house: House) -> None:
    old = a_business(house)
    case = walked(house, "company-change", changes=["articles"], **OWN, **about(old))
    assert licence_of(house, case) is None
    assert "filed" in papers_of(house, case)
    assert registered(house, old).facts["own_clauses"] == [{"text": CLAUSE}]
    assert (
        f"增加第十九条：“全体股东约定的其他事项（与前列条款不一致的，以本条为准，但不得违反法律、行政法规）：（1）{CLAUSE[:-1]}”"
        in (signed_text(house, case, "company-resolution"))
    )
    assert "LLC-11" in found(house, case)
    later = walked(house, "company-change", changes=["articles"], articles="template", **about(old))
    assert "删去第十九条" in signed_text(house, later, "company-resolution")


def test_another_owner_gives_a_company_another_type_on_its_licence(house: House) -> None:
    old = a_business(house)
    assert old.entity_type == "有限责任公司（自然人投资或控股）"
    rows = [{"name": "林清和", "number": PEOPLE[0], "amount": "100", "method": "money", "due_on": "2027-09-19"}]
    given = {"changes": ["shareholders"], "capital": "100", "shareholders": rows, "transfer": "within"}
    case = walked(house, "company-change", **given, beneficial_owners="exempt", **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert new.entity_type == "有限责任公司（自然人独资）"
    assert status_of(house, old) == Status.REPLACED


def test_that_the_state_controls_a_company_is_a_change_of_its_type_and_a_question(house: House) -> None:
    old = a_business(house)
    case = walked(house, "company-change", changes=["type"], state_owned="controlled", **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert new.entity_type == "有限责任公司（国有控股）"
    assert "LLC-17" in found(house, case)
    assert "变更为“国有控股公司”" in signed_text(house, case, "company-resolution")


@pytest.mark.parametrize(
    ("kind", "code", "given", "text"),
    [
        ("partnership", "partnership-change", {"changes": ["agreement"]}, "第十条"),
        ("limited-partnership", "limited-partnership-change", {"changes": ["agreement"]}, "第十条"),
        ("cooperative", "cooperative-change", {"changes": ["articles"]}, "第八条"),
    ],
)
def test_an_agreement_alone_can_be_changed(
    house: House, kind: str, code: str, given: dict[str, Any], text: str
) -> None:
    old = a_business(house, kind)
    case = walked(house, code, **given, **OWN, **about(old))
    assert licence_of(house, case) is None
    assert f"增加{text}" in signed_text(house, case, "change-decision")
    assert found(house, case) & {"PTN-07", "COOP-09"}


SPECIAL = {"changes": ["type", "name"], "partnership_kind": "special"}


def test_a_general_partnership_becomes_a_special_one(house: House) -> None:
    old = a_business(house, "partnership")
    name = "南京栖云样例咨询中心（特殊普通合伙）"
    case = walked(house, "partnership-change", **SPECIAL, enterprise_name=name, **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert (new.entity_type, new.name) == ("特殊普通合伙企业", name)
    assert "合伙企业类型由“普通合伙”变更为“特殊普通合伙（专业服务机构）”" in signed_text(house, case, "change-decision")


@pytest.mark.parametrize(
    ("before", "after", "kind", "printed"),
    [
        ("partnership", "limited-partnership", "limited", "有限合伙企业"),
        ("limited-partnership", "partnership", "general", "普通合伙企业"),
    ],
)
def test_a_partnership_of_one_type_becomes_one_of_the_other_and_is_registered_under_its_form(
    house: House, before: str, after: str, kind: str, printed: str
) -> None:
    old = a_business(house, before)
    word = {"limited": "有限合伙", "general": "普通合伙"}[kind]
    name = f"南京栖云样例咨询中心（{word}）"
    given = {"changes": ["type", "name"], "partnership_kind": kind, "enterprise_name": name}
    case = walked(house, f"{after}-change", **given, **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert (new.entity_type, new.name, new.credit_code) == (printed, name, old.credit_code)
    entity = registered(house, old)
    assert entity.item_code == after
    assert entity.facts["partnership_kind"] == kind
    assert ("liability" in entity.facts["partners"][0]) is (kind == "limited")
    again = waiting(house, f"{after}-change", **{**CONTACT, **about(new)})
    assert "REG-07" not in found(house, again)


def test_the_form_of_the_other_type_is_for_a_change_of_type_only(house: House) -> None:
    old = a_business(house, "partnership")
    case = waiting(house, "limited-partnership-change", **CONTACT, **about(old))
    assert "REG-07" in found(house, case)


UNION = "南京栖霞样例芦蒿专业合作社联合社"


def test_a_union_changes_its_members_by_its_own_rule(house: House) -> None:
    rows = [
        {"name": f"南京样例{n}专业合作社", "number": code, "kind": "cooperative", "amount": "5"}
        for n, code in zip("甲乙丙", licences.fictitious_codes(Template.COOPERATIVE, 2000, 3), strict=True)
    ]
    union = {"cooperative_kind": "union", "members": rows, "capital": "15", "enterprise_name": UNION}
    old = licence_of(house, walked(house, "cooperative", **union))
    assert old is not None
    assert old.entity_type == "农民专业合作社联合社"
    more = {"changes": ["members"], "cooperative_kind": "union", "capital": "20"}
    (code,) = licences.fictitious_codes(Template.COOPERATIVE, 3000, 1)
    rows.append({"name": "南京样例丁专业合作社", "number": code, "kind": "cooperative", "amount": "5"})
    case = waiting(house, "cooperative-change", **more, members=rows, **about(old))
    assert not {"COOP-01", "COOP-02", "COOP-03", "COOP-08"} & found(house, case)


# Who has not signed, and what a permit asks of the capital.


def test_who_has_not_signed_is_told_before_and_after_submission_and_counted_once(house: House) -> None:
    licence = a_business(house)
    case = drafted(house, item_of("company-change"), changes=["name"], company_name=NEW, **about(licence))
    shown = house.ask("applicant", "GET", f"/apply/{case}/check").text
    assert "还没有在线签名的人（单位）：1" in shown
    house.sign_and_submit(case)
    house.follow_all()
    assert "SIGN-01" in found(house, case)
    with house.database.writing() as session:
        entity = register.find(session, licence.credit_code or "")
        assert entity is not None
        entity.facts = {**entity.facts, "shareholders": entity.facts["shareholders"][:1]}
    with house.database.reading() as session:
        application = session.get_one(Application, case)
        assert signers.wanted(session, house.office.office, application) == []
        assert proofs.snapshot(session, house.office.office, application, NOON).unsigned == 1


def test_a_signature_that_holds_is_counted_and_one_over_other_words_is_not(house: House) -> None:
    licence = a_business(house)
    case = drafted(house, item_of("company-change"), changes=["name"], company_name=NEW, **about(licence))
    with house.database.writing() as session:
        draft, other = session.get_one(Application, case), an_applicant(session, "13800000002")
        participants.invite(session, house.office.office, draft, "register.shareholders.1", "13800000002", NOON)
        (part,) = participants.of_account(session, other)
        read = participants.digest_for(session, house.office.office, draft, part, NOON)
        participants.sign(session, house.office.office, part, read, NOON)
        assert participants.unsigned(session, house.office.office, draft, NOON) == 0
        draft.answers = {**draft.answers, "company_name": "南京栖云样例数据有限公司"}
        assert participants.unsigned(session, house.office.office, draft, NOON) == 1


def test_of_a_plain_sole_trader_nobody_else_signs(house: House) -> None:
    case = drafted(house, item_of("sole-trader"))
    assert "还没有在线签名" not in house.ask("applicant", "GET", f"/apply/{case}/check").text
    house.sign_and_submit(case)
    house.follow_all()
    assert "SIGN-01" not in found(house, case)
    with house.database.reading() as session:
        assert proofs.snapshot(session, house.office.office, session.get_one(Application, case), NOON).unsigned == 0


@pytest.mark.parametrize(("capital", "is_told"), [("200", False), ("199.9999", True), ("", True)])
def test_the_capital_of_a_permit_is_looked_up_in_the_register(house: House, capital: str, is_told: bool) -> None:
    licence = a_business(house)
    alter(house, licence, facts={**registered(house, licence).facts, "capital": capital})
    case = waiting(house, "labour-dispatch", **about(licence))
    assert ("CAP-02" in found(house, case)) is is_told


def test_the_capital_of_a_business_of_elsewhere_is_unknown(house: House) -> None:
    assert "CAP-02" in found(house, waiting(house, "labour-dispatch", business_code=a_credit_code()))
