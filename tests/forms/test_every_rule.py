# SPDX-License-Identifier: Apache-2.0
"""Every rule has a case that passes and one that fails, at the very border that the law draws."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from forms import Weight, load_forms
from forms.rules import apply_rule, known_rules
from forms.rules.registry import Unsound, rule
from tests.builders import fictitious_id

TODAY = date(2026, 11, 23)
A, B, C, D = (fictitious_id("19800101", serial) for serial in range(1, 5))
CHILD, MINOR = fictitious_id("20150101", 1), fictitious_id("20090101", 1)
FIRM = "91320113MA0000015K"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def people(count: int, **columns: Any) -> list[dict[str, Any]]:
    return [{"number": fictitious_id("19700101", 100 + n), **columns} for n in range(count)]


def members(farmers: int, organisations: int = 0, residents: int = 0) -> dict[str, Any]:
    kinds = ["farmer"] * farmers + ["organisation"] * organisations + ["resident"] * residents
    return {"members": [{**row, "kind": kind} for row, kind in zip(people(len(kinds)), kinds, strict=True)]}


def partners(*liabilities: str, kind: str = "limited") -> dict[str, Any]:
    rows = [{**row, "liability": one} for row, one in zip(people(len(liabilities)), liabilities, strict=True)]
    return {"partnership_kind": kind, "partners": rows}


def directors(*numbers: str, **columns: Any) -> list[dict[str, Any]]:
    return [{"id_number": number, **columns} for number in numbers]


# rule, values that pass, values that fail, where the failure stands
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("LLC-01", {"shareholders": people(50)}, {"shareholders": people(51)}, "shareholders"),
    ("LLC-02", {"company_name": "南京栖云有限公司"}, {"company_name": "南京栖云公司"}, "company_name"),
    (
        "LLC-03-SUM",
        {"capital": Decimal(10), "shareholders": people(2, amount=Decimal(5))},
        {"capital": Decimal(10), "shareholders": people(2, amount=Decimal("5.0001"))},
        "shareholders",
    ),
    (
        "LLC-03-TERM",
        {"shareholders": people(1, due_on=date(2031, 11, 23))},
        {"shareholders": people(1, due_on=date(2031, 11, 24))},
        "shareholders.0.due_on",
    ),
    (
        "LLC-04",
        {"scope": ("L-7263",), "capital": Decimal(200)},
        {"scope": ("L-7263",), "capital": Decimal("199.99")},
        "capital",
    ),
    (
        "LLC-05",
        {"shareholders": people(1, method="other", method_note="数据资产")},
        {"shareholders": people(1, method="other", method_note="个人信用")},
        "shareholders.0.method_note",
    ),
    (
        "LLC-06",
        {"legal_representative_id": A, "legal_representative_post": "director", "directors": directors(A)},
        {"legal_representative_id": B, "legal_representative_post": "director", "directors": directors(A)},
        "legal_representative_id",
    ),
    ("LLC-07", {"directors": directors(A, B, C)}, {"directors": directors(A, B)}, "directors"),
    (
        "LLC-08",
        {"supervision": "board", "supervisors": [*directors(A, B), *directors(C, is_employee="yes")]},
        {"supervision": "board", "supervisors": directors(A, B, C)},
        "supervisors",
    ),
    (
        "LLC-08",
        {"supervision": "one", "supervisors": directors(A)},
        {"supervision": "one", "supervisors": directors(A, B)},
        "supervisors",
    ),
    (
        "LLC-08",
        {"supervision": "committee", "directors": directors(A, B, C)},
        {"supervision": "committee", "directors": directors(A)},
        "supervision",
    ),
    (
        "LLC-09",
        {"directors": directors(A), "supervisors": directors(B)},
        {"directors": directors(A), "supervisors": directors(A)},
        "supervisors.0.id_number",
    ),
    ("LLC-10", {"director_term": 3}, {"director_term": 4}, "director_term"),
    (
        "LLC-10",
        {"employees": 299, "directors": directors(A)},
        {"employees": 300, "directors": directors(A)},
        "directors",
    ),
    (
        "LLC-10",
        {"employees": 300, "directors": directors(A), "supervisors": directors(B, is_employee="yes")},
        {"employees": 300, "directors": directors(A), "supervisors": directors(B)},
        "directors",
    ),
    (
        "LLC-12",
        {"changes": ("capital",), "votes_for": Decimal("66.6667")},
        {"changes": ("capital",), "votes_for": Decimal("66.6666")},
        "votes_for",
    ),
    (
        "LLC-12",
        {"changes": ("organs",), "votes_for": Decimal("50.0001")},
        {"changes": ("organs",), "votes_for": Decimal(50)},
        "votes_for",
    ),
    ("LLC-13", {"transfer": "outside", "transfer_notified": True}, {"transfer": "outside"}, "transfer_notified"),
    ("LLC-15", {"capital": Decimal(99_999)}, {"capital": Decimal(100_000)}, "capital"),
    ("LLC-16", {"changes": ("name",)}, {"changes": ("shareholders",)}, "shareholders"),
    ("IND-01", {"operator_id": A}, {"operator_id": CHILD}, "operator_id"),
    ("IND-02", {"trade_name": "样例小吃店"}, {"trade_name": "样例公司"}, "trade_name"),
    (
        "IND-03",
        {"operator_id": A, "family": directors(B, C)},
        {"operator_id": A, "family": directors(B, A)},
        "family.1.id_number",
    ),
    ("NAME-08", {"trade_name": "样例（栖霞）店"}, {"trade_name": "样例 ABC 店"}, "trade_name"),
    (
        "NAME-13",
        {"parent_name": "样例有限公司", "enterprise_name": "样例有限公司仙林分公司"},
        {"parent_name": "样例有限公司", "enterprise_name": "别家有限公司仙林分公司"},
        "enterprise_name",
    ),
    (
        "NAME-13",
        {"parent_name": "样例有限公司", "enterprise_name": "样例有限公司仙林分店"},
        {"parent_name": "样例有限公司", "enterprise_name": "样例有限公司仙林"},
        "enterprise_name",
    ),
    ("BR-01", {"branch_decided_on": ago(30)}, {"branch_decided_on": ago(31)}, "branch_decided_on"),
    (
        "BO-01",
        {"beneficial_owners": "exempt", "capital": Decimal(1000), "shareholders": people(2)},
        {"beneficial_owners": "exempt", "capital": Decimal("1000.01"), "shareholders": people(2)},
        "beneficial_owners",
    ),
    (
        "BO-01",
        {"beneficial_owners": "file", "shareholders": [{"number": FIRM}]},
        {"beneficial_owners": "exempt", "shareholders": [{"number": FIRM}]},
        "beneficial_owners",
    ),
    (
        "BO-02",
        {"owners": [{"nature": "equity", "share": Decimal(25)}]},
        {"owners": [{"nature": "equity", "share": Decimal("24.9999")}]},
        "owners.0.share",
    ),
    ("SOLE-01", {"investor_barred": "no"}, {"investor_barred": "yes"}, "investor_barred"),
    ("SOLE-02", {"investor_id": A}, {"investor_id": MINOR}, "investor_id"),
    (
        "SOLE-03",
        {"investor_id": A, "enterprise_name": "样例设计工作室"},
        {"investor_id": A, "enterprise_name": "样例有限工作室"},
        "enterprise_name",
    ),
    ("PTN-01", partners("unlimited", "limited"), partners("unlimited"), "partners"),
    ("PTN-01", partners(*["unlimited"] * 50), partners(*["unlimited"] * 51), "partners"),
    ("PTN-01", partners("unlimited", "limited"), partners("limited", "limited"), "partners"),
    (
        "PTN-02",
        {"partners": people(1, kind="state_owned", liability="limited")},
        {"partners": people(1, kind="state_owned", liability="unlimited")},
        "partners.0.kind",
    ),
    (
        "PTN-03",
        {"partnership_kind": "special", "enterprise_name": "样例律师事务所（特殊普通合伙）"},
        {"partnership_kind": "special", "enterprise_name": "样例律师事务所（普通合伙）"},
        "enterprise_name",
    ),
    (
        "PTN-03",
        {"partnership_kind": "general", "enterprise_name": "样例中心（普通合伙）"},
        {"partnership_kind": "general", "enterprise_name": "样例中心（特殊普通合伙）"},
        "enterprise_name",
    ),
    (
        "PTN-04",
        {"partners": people(1, liability="unlimited", method="labour")},
        {"partners": people(1, liability="limited", method="labour")},
        "partners.0.method",
    ),
    (
        "PTN-05",
        {"acting_id": A, "partners": [{"number": A, "liability": "unlimited"}]},
        {"acting_id": A, "partners": [{"number": A, "liability": "limited"}]},
        "acting_id",
    ),
    (
        "PTN-05",
        {"executive_kind": "organisation", "executive_code": FIRM, "acting_id": A, "partners": [{"number": FIRM}]},
        {"executive_kind": "organisation", "executive_code": FIRM, "acting_id": A, "partners": [{"number": A}]},
        "executive_code",
    ),
    (
        "PTN-06",
        {"capital": Decimal(10), "partners": people(2, amount=Decimal(5))},
        {"capital": Decimal(11), "partners": people(2, amount=Decimal(5))},
        "partners",
    ),
    ("COOP-01", members(5), members(4), "members"),
    ("COOP-02", members(4, residents=1), members(7, residents=2), "members"),
    ("COOP-03", members(19, 1), members(18, 2), "members"),
    ("COOP-03", members(38, 2), members(37, 2), "members"),
    ("COOP-04", members(5), {"members": people(1, kind="public")}, "members.0.kind"),
    ("COOP-05", {"chair_id": A, "members": [{"number": A}]}, {"chair_id": A, "members": [{"number": B}]}, "chair_id"),
    (
        "COOP-06",
        {"capital": Decimal(10), "members": people(2, amount=Decimal(5))},
        {"capital": Decimal(9), "members": people(2, amount=Decimal(5))},
        "members",
    ),
    (
        "COOP-07",
        {"members": people(5), "enterprise_name": "样例专业合作社"},
        {"members": people(5), "enterprise_name": "样例联合体"},
        "enterprise_name",
    ),
    ("AGENT-01", {"agent": "declared"}, {"agent": "undeclared"}, "agent"),
    ("AGENT-02", {"agent_number": A, "contact_id": B}, {"agent_number": A, "contact_id": A}, "contact_id"),
    ("CHG-01", {"decided_on": ago(30)}, {"decided_on": ago(31)}, "decided_on"),
    ("CHG-02", {"decided_on": TODAY}, {"decided_on": ago(-1)}, "decided_on"),
    (
        "CHG-03",
        {"changes": ("representative",), "responsible_id": A, "legal_representative_id": A},
        {"changes": ("representative",), "responsible_id": B, "legal_representative_id": A},
        "responsible_id",
    ),
    (
        "CAP-01",
        {"capital_change": "decrease", "reduction_notice_on": ago(45)},
        {"capital_change": "decrease", "reduction_notice_on": ago(44)},
        "reduction_notice_on",
    ),
    (
        "CAP-01",
        {"capital_change": "losses", "reduction_notice_on": ago(1)},
        {"capital_change": "losses", "reduction_notice_on": ago(-1)},
        "reduction_notice_on",
    ),
    ("END-01", {"liquidation_ended_on": ago(30)}, {"liquidation_ended_on": ago(31)}, "liquidation_ended_on"),
    ("END-02", {"branches": "closed"}, {"branches": "open"}, "branches"),
    ("END-03", {"closing_notice_on": ago(20)}, {"closing_notice_on": ago(19)}, "closing_notice_on"),
    ("END-03", {"closing_notice_on": ago(40)}, {"closing_notice_on": ago(41)}, "closing_notice_on"),
    ("END-04", {"obstacles": ("none",)}, {"obstacles": ("frozen", "none")}, "obstacles"),
    (
        "PAUSE-01",
        {"pause_from": date(2026, 12, 1), "pause_until": date(2029, 12, 1)},
        {"pause_from": date(2026, 12, 1), "pause_until": date(2029, 12, 2)},
        "pause_until",
    ),
    ("COPY-01", {"loss_notice_on": TODAY}, {"loss_notice_on": ago(-1)}, "loss_notice_on"),
]


@pytest.mark.parametrize(("id_", "right", "wrong", "path"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_rule_draws_its_line_where_the_law_does(
    id_: str, right: dict[str, Any], wrong: dict[str, Any], path: str
) -> None:
    assert apply_rule(id_, right, TODAY) == []
    assert path in {problem.path for problem in apply_rule(id_, wrong, TODAY)}


def test_no_rule_is_without_a_case_and_none_without_a_form() -> None:
    assert {case[0] for case in CASES} == set(known_rules())
    named = {id_ for form in load_forms().values() for id_ in form.rules}
    assert named == set(known_rules())


@pytest.mark.parametrize("id_", sorted(known_rules()))
def test_nothing_answered_breaks_no_rule(id_: str) -> None:
    assert apply_rule(id_, {}, TODAY) == []


def test_only_what_was_checked_against_the_law_holds_anybody_up() -> None:
    for known in known_rules().values():
        assert known.weight is not Weight.BLOCKS or known.confidence == "V"
        assert known.basis.zh
        assert known.basis.en
    with pytest.raises(Unsound):
        rule("X-01", "传闻", "hearsay", confidence="M")


@pytest.mark.parametrize(("id_", "right", "wrong", "path"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_what_is_wrong_is_said_in_both_languages(
    id_: str, right: dict[str, Any], wrong: dict[str, Any], path: str
) -> None:
    for problem in apply_rule(id_, wrong, TODAY):
        assert any("一" <= character <= "鿿" for character in problem.message.zh)
        assert problem.message.en.isprintable()
