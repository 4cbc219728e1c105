# SPDX-License-Identifier: Apache-2.0

"""From a phone to a signed licence, over HTTP, on both databases."""

import re
import zipfile
from pathlib import Path

from audit import verify_export
from demonstration.applicant import Applicant, said
from reference import bureau
from tests.journeys.conftest import Service

REASON = "申报内容与证件照片不一致，且申请人不予更正"


def test_a_shop_is_registered_without_meeting_anyone(service: Service) -> None:
    person = service.filled_in()
    person.sign_and_submit()
    assert person.wait("registered", "in_review", "set_aside") == "registered"

    pdf = person.licence("original")
    verify = {"file": ("licence.pdf", pdf, "application/pdf")}
    stranger = service.applicant()
    page = stranger.expect(stranger.send("/verify", {}, shown_on="/verify", files=verify)).text
    assert "内容未被改动" in page
    changed = {"file": ("licence.pdf", pdf[:9000] + bytes([pdf[9000] ^ 1]) + pdf[9001:], "application/pdf")}
    page = stranger.expect(stranger.send("/verify", {}, shown_on="/verify", files=changed)).text
    assert "不能确认为本机关签发的原件" in page

    status = person.page(f"/cases/{person.application}")
    address = re.search(r'href="(/v/[a-z0-9]+)"', status)
    assert address is not None
    assert "真实，现行有效" in stranger.page(address[1])
    assert stranger.client.get(f"/cases/{person.application}/licence/original.pdf").status_code == 404


def a_case_for_a_clerk(service: Service) -> Applicant:
    service.straight_through(False)
    person = service.filled_in("decline")
    person.sign_and_submit()
    assert person.wait("in_review") == "in_review"
    return person


def decide(clerk: Applicant, case: str, **form: str) -> str:
    page = clerk.page(f"/review/{case}")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    answer = clerk.send(f"/review/{case}/decide", {"version": version[1], **form}, shown_on=f"/review/{case}")
    text: str = answer.text
    return text


def test_a_clerk_claims_decides_and_the_applicant_gets_the_licence(service: Service) -> None:
    person = a_case_for_a_clerk(service)
    case = person.application
    clerk, other = service.staff("clerk"), service.staff("clerk2")
    clerk.expect(clerk.send(f"/review/{case}/claim", {}, shown_on=f"/review/{case}"))
    page = clerk.page(f"/review/{case}")
    assert "人脸识别技术应用安全管理办法第10条" in page
    assert bureau.CLEAN[1] not in page
    why = {"reason": "核对证件号码与填报一致"}
    clerk.expect(clerk.send(f"/review/{case}/unmask", why, shown_on=f"/review/{case}"))
    assert bureau.CLEAN[1] in clerk.page(f"/review/{case}")
    seen_by_other = other.page(f"/review/{case}")
    assert bureau.CLEAN[1] not in seen_by_other
    assert "只读" in seen_by_other
    assert other.send(f"/review/{case}/claim", {}, shown_on="/review").status_code == 409
    assert "没有领取" in decide(other, case, outcome="approve")
    assert "准予登记" in decide(clerk, case, outcome="approve")
    assert "不能重复决定" in said_of_second(clerk, case)
    assert person.wait("registered") == "registered"
    assert person.licence("duplicate").startswith(b"%PDF")


def said_of_second(clerk: Applicant, case: str) -> str:
    answer = clerk.send(f"/review/{case}/decide", {"version": "1", "outcome": "approve"}, shown_on="/review")
    return said(answer.text)


def test_a_refusal_needs_a_sentence_and_keeps_what_was_typed(service: Service) -> None:
    person = a_case_for_a_clerk(service)
    case = person.application
    clerk = service.staff("clerk")
    clerk.expect(clerk.send(f"/review/{case}/claim", {}, shown_on=f"/review/{case}"))
    assert "一句完整的话" in decide(clerk, case, outcome="refuse", reason="不行", basis="SAMR-20")
    again = decide(clerk, case, outcome="refuse", reason=REASON, basis="")
    assert REASON in again
    assert "法律依据" in again
    assert "不予登记" in decide(clerk, case, outcome="refuse", reason=REASON, basis="SAMR-20")
    status = person.page(f"/cases/{case}")
    assert REASON in status
    assert "行政复议" in status


def test_a_returned_case_is_corrected_and_submitted_again(service: Service) -> None:
    person = a_case_for_a_clerk(service)
    case = person.application
    clerk = service.staff("clerk")
    clerk.expect(clerk.send(f"/review/{case}/claim", {}, shown_on=f"/review/{case}"))
    decide(clerk, case, **{"outcome": "return", "reason-address": "请补充室号"})
    assert person.wait("returned") == "returned"
    assert "请补充室号" in person.page(f"/cases/{case}")
    answer = person.expect(person.send(f"/cases/{case}/correct", {}, shown_on=f"/cases/{case}"))
    assert "请补充室号" in answer.text
    person.application = answer.url.path.split("/")[2]
    person.answer({"premises": {"street": "320113007", "address": "文苑路 118 号 3 幢 202 室"}})
    person.sign_and_submit()
    assert person.wait("in_review") == "in_review"


def test_an_auditor_exports_a_log_that_proves_itself(service: Service, tmp_path: Path) -> None:
    auditor = service.staff("auditor")
    assert "提交申请" in auditor.page("/audit")
    for words in "一二三四":  # each search is an entry itself
        auditor.page(f"/audit?text={words}")
    asked = {"form": "jsonl", "purpose": "inspection"}
    exported = auditor.expect(auditor.send("/audit/export", asked, shown_on="/audit")).content
    path = tmp_path / "log.zip"
    path.write_bytes(exported)
    assert verify_export(path, service.desk.ledger.verifier.vkey).ok
    with zipfile.ZipFile(path) as files:
        files.extractall(tmp_path / "log")
    lines = (tmp_path / "log" / "entries.jsonl").read_bytes().splitlines(keepends=True)
    edited = [*lines[:1], lines[1].replace(b'"actor":"', b'"actor":"x', 1), *lines[2:]]
    for broken in (lines[:3] + lines[4:], [*lines[:2], lines[3], lines[2], *lines[4:]], edited):
        (tmp_path / "log" / "entries.jsonl").write_bytes(b"".join(broken))
        assert not verify_export(tmp_path / "log").ok
    answer = auditor.send("/audit/check", {}, shown_on="/audit")
    assert "没有被改动" in answer.text


def test_supervisor_and_administrator_see_their_pages(service: Service) -> None:
    a_case_for_a_clerk(service)
    supervisor, admin = service.staff("supervisor"), service.staff("admin")
    assert "在审案件" in supervisor.page("/board")
    page = admin.page("/admin")
    assert "工作日历" in page
    assert "不可用" not in page
    changed = admin.send("/admin/calendar", {"day": "2026-12-01", "is_working": "no", "note": "x"}, shown_on="/admin")
    assert "2026年12月1日" in changed.text
    admin.send("/admin/calendar", {"day": "2026-12-01", "is_working": "yes", "note": "x"}, shown_on="/admin")


def test_a_company_goes_to_a_clerk_and_credit_speaks_of_each_role(service: Service) -> None:
    from tests.builders import company_answers

    person = service.applicant()
    person.start("company")
    name, number = bureau.DEBTOR
    answers = company_answers() | {"supervisors": [{"name": name, "id_number": number}]}
    kept = person.client.put(
        f"/api/v1/applications/{person.application}/answers",
        json=answers,
        headers={"x-csrf-token": person.token("/verify")},
    )
    assert person.expect(kept).json()["problems"] == []
    person.photograph_card(service.card)
    person.choose("decline")
    person.sign_and_submit()
    assert person.wait("in_review") == "in_review"
    page = service.staff("clerk").page(f"/review/{person.application}")
    assert "CR-01" in page
    assert "失信被执行人" in page
    assert name not in said(page).split("自动核查结论")[0]


def test_the_interface_describes_itself_and_answers_problems_as_json(service: Service) -> None:
    client = service.client()
    described = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/items", "/api/v1/applications", "/api/v1/licences/check"} <= set(described["paths"])
    assert {item["code"] for item in client.get("/api/v1/items").json()} > {"sole-trader", "company", "public-venue"}
    refused = client.get("/api/v1/applications")
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:problem:sign_in_required"
    assert client.get("/api/v1/log/head").json()["size"] >= 0
