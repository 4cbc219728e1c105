# SPDX-License-Identifier: Apache-2.0
"""A notice of what to correct over HTTP: its clauses, the rows it opens, and a refusal that rests on nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from approval.application import Application, State
from forms import rows_of
from identity import Account, Role
from kit.database import Database
from notices import Kind, Notice
from tests.journeys.inprocess import SENTENCE, House, a_desk, a_house, a_site
from tests.office import in_review


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"zhou": Role.CLERK})
        yield made


def reviewed(house: House, **more: Any) -> str:
    case = in_review(house.office, **more)
    house.use()
    return case


def clauses(house: House, case: str) -> dict[str, str]:
    with house.database.reading() as session:
        query = select(Notice).where(Notice.kind == Kind.CORRECTION, Notice.application_id == case)
        return {d["label"]: d["clause"] for d in session.scalars(query).one().facts["defects"]}


def test_every_defect_of_a_registration_is_told_with_the_clause_of_its_finding(house: House) -> None:
    case = reviewed(house, item="sole-trader", premises_proof="lease", premises_certificate="合同 1 号")
    told = {"reason-premises_proof": "租赁合同没有出租人签名", "reason-address": "请写到室号"}
    assert house.decide("zhou", case, "return", **told).status_code == 303
    said = clauses(house, case)
    assert "实施细则第25条" in said["场所依据"]
    assert "实施细则第18条" in said["详细地址"]
    with house.database.reading() as session:
        application = session.get_one(Application, case)
        house.people["lin"] = session.get_one(Account, application.applicant_id)
    assert "实施细则第25条" in house.ask("lin", "GET", f"/cases/{case}").text


def test_a_defect_of_a_permit_is_told_under_the_licensing_law_and_never_under_a_registration_regulation(
    house: House,
) -> None:
    case = reviewed(house, item="public-venue")
    house.api("zhou", f"{case}/claim")
    said = {"version": house.read(case).version, "outcome": "return", "corrections": {"address": "请写到室号"}}
    assert house.api("zhou", f"{case}/decision", **said).status_code == 200
    assert list(clauses(house, case).values()) == ["行政许可法第32条：申请材料不齐全或者不符合法定形式"]
    assert not any("登记" in finding.basis["zh"] for finding in house_findings(house, case) if finding.step == "form")


def house_findings(house: House, case: str) -> list[Any]:
    with house.database.reading() as session:
        return list(session.get_one(Application, case).findings)


def test_of_a_table_the_applicant_sees_the_named_row_open_and_the_others_closed(house: House) -> None:
    case = reviewed(house, item="company")
    told = {"reason-shareholders.1": "证件号码与姓名不一致", "reason-address": ""}
    assert house.decide("zhou", case, "return", **told).status_code == 303
    with house.database.reading() as session:
        house.people["lin"] = session.get_one(Account, session.get_one(Application, case).applicant_id)
    draft = house.post("lin", f"/cases/{case}/correct").headers["location"].removeprefix("/apply/")
    page = next(p.name for p in house_form(house, draft).pages for f in p.fields if f.name == "shareholders")
    shown = house.ask("lin", "GET", f"/apply/{draft}/form/{page}").text
    assert 'type="hidden" name="shareholders-0-name"' in shown
    assert 'type="text" id="shareholders-1-name"' in shown
    assert "add-shareholders" not in shown
    rows = rows_of(house.read(draft).answers["shareholders"])
    typed = {f"shareholders-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}
    typed |= {"shareholders-0-name": "冒名者", "shareholders-1-name": "陈更正", "shareholders-2-name": "多余者"}
    assert house.post("lin", f"/apply/{draft}/form/{page}", **typed).status_code in (200, 303, 422)
    names = [row["name"] for row in rows_of(house.read(draft).answers["shareholders"])]
    assert names == [rows[0]["name"], "陈更正"]


def house_form(house: House, case: str) -> Any:
    seen, catalogue = house.read(case), house.office.office.catalogue
    return catalogue.form_of(catalogue.item(seen.item_code, seen.item_version))


def test_a_refusal_rests_on_a_provision_of_its_own_item(house: House) -> None:
    case = reviewed(house, item="public-venue")
    refused = house.decide("zhou", case, "refuse", basis="NAME-20")
    assert refused.status_code == 422
    assert SENTENCE in refused.text
    said = {"version": house.read(case).version, "outcome": "refuse", "reason": SENTENCE, "basis": "NAME-20"}
    answer = house.api("zhou", f"{case}/decision", **said)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:problem:basis_foreign")
    assert house.read(case).state == State.IN_REVIEW
