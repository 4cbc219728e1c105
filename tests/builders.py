# SPDX-License-Identifier: Apache-2.0
"""Builders: answers and cases brought to life through the verbs, so that no test begins in an impossible state."""

from forms import Answers
from kit.numbers import id_check


def fictitious_id(born: str, serial: int) -> str:
    """An identity number of no existing area (999999), born on yyyymmdd."""
    first17 = f"999999{born}{serial:03d}"
    return first17 + id_check(first17)


def sole_trader_answers() -> Answers:
    return {
        "organisation": "person",
        "operator_name": "林清和",
        "operator_id": fictitious_id("19900307", 1),
        "operator_address": "南京市栖霞区样例路 1 号 101 室",
        "uses_name": "no",
        "street": "320113007",
        "address": "文苑路 118 号 3 幢 201 室",
        "premises_proof": "declaration",
        "is_dwelling": "no",
        "agent": "none",
        "scope": ["F-5213", "O-8122"],
        "contact_is_holder": "yes",
        "contact_phone": "13800000001",
        "contact_email": "shop@example.cn",
        "paper_licence": "electronic",
    }


def public_venue_answers() -> Answers:
    return {
        "venue_kind": "lodging",
        "business_name": "南京栖云样例宾馆有限公司",
        "business_code": "91320113MA000901XY",
        "floor_area": "1200",
        "street": "320113007",
        "address": "文苑路 118 号 9 幢",
        "responsible_name": "林清和",
        "responsible_id": fictitious_id("19900307", 1),
        "contact_phone": "13800000001",
        "test_report": "NJWS-2026-0001",
        "test_body": "样例检测有限公司",
        "rules_in_place": "yes",
    }


def company_answers() -> Answers:
    first, second, third = (fictitious_id("19850612", serial) for serial in (11, 12, 13))
    return {
        "company_name": "南京栖云样例科技有限公司",
        "street": "320113007",
        "address": "文苑路 118 号 5 幢 501 室",
        "premises_proof": "own",
        "premises_certificate": "苏（2020）宁栖不动产权第0000001号",
        "is_dwelling": "no",
        "agent": "none",
        "capital": "100",
        "shareholders": [
            {"name": "林清和", "number": first, "amount": "60", "method": "money", "due_on": "2031-11-01"},
            {"name": "陈其美", "number": second, "amount": "40", "method": "money", "due_on": "2031-11-01"},
        ],
        "scope": ["I-6513", "M-7519"],
        "term": "long",
        "directors": [{"name": "林清和", "id_number": first}],
        "director_term": "3",
        "employees": "5",
        "manager_name": "林清和",
        "manager_id": first,
        "supervision": "one",
        "supervisors": [{"name": "周样例", "id_number": third}],
        "legal_representative_name": "林清和",
        "legal_representative_id": first,
        "legal_representative_post": "director",
        "beneficial_owners": "exempt",
        "contact_is_holder": "yes",
        "contact_phone": "13800000001",
        "contact_email": "firm@example.cn",
        "paper_licence": "electronic",
    }
