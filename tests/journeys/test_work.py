# SPDX-License-Identifier: Apache-2.0
"""The pages of people at work, over HTTP: what each may do, what each is told, and what is refused."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update

import notices
from approval import sampling
from approval.application import Application, DecisionRow, State
from identity import Role
from kit.database import Database
from tests.builders import fictitious_id
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import JPEG, a_submitted_case, in_review

STAFF = {
    "zhou": Role.CLERK,
    "wu": Role.CLERK,
    "head": Role.SUPERVISOR,
    "health": Role.EXPERT,
    "fire": Role.EXPERT,
    "admin": Role.ADMINISTRATOR,
    "bao": Role.SECURITY,
}
SENTENCE = "疏散通道宽度不足，不符合公共场所卫生要求"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        made.enrol(STAFF)
        made.fill_pool(50)
        yield made


def reviewed(house: House, phone: str = "13800000001", **more: str) -> str:
    case = in_review(house.office, phone, **more)
    house.use()
    return case


def shown(house: House, who: str, path: str) -> str:
    answer = house.ask(who, "GET", path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def own(house: House, case: str) -> str:
    """Sign the applicant of the case in, as "applicant"."""
    with house.database.reading() as session:
        from identity import Account

        application = session.get_one(Application, case)
        house.people["applicant"] = session.get_one(Account, application.applicant_id)
    house.tokens.pop("applicant", None)
    return "applicant"


def state(house: House, case: str) -> str:
    with house.database.reading() as session:
        return session.get_one(Application, case).state


def version(house: House, case: str) -> str:
    with house.database.reading() as session:
        return str(session.get_one(Application, case).version)


def test_a_colleague_is_told_and_puts_the_memo_away(house: House) -> None:
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    assert house.post("zhou", f"/review/{case}/hand-over", to=house.people["wu"].id, words="请核对").status_code == 303
    page = shown(house, "wu", "/review")
    assert "同事移交给您一件案件" in page
    assert "“请核对”" in page
    memo = re.search(r"/desk/memos/(\d+)", page)
    assert memo is not None
    house.post("zhou", f"/desk/memos/{memo[1]}")  # somebody else's: nothing happens
    assert "同事移交给您" in shown(house, "wu", "/review")
    house.post("wu", f"/desk/memos/{memo[1]}")
    assert "同事移交给您" not in shown(house, "wu", "/review")


def test_an_open_page_keeps_the_claim_and_is_told_when_it_is_lost(house: House) -> None:
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    assert house.post("zhou", f"/review/{case}/heartbeat").status_code == 200
    house.post("wu", f"/review/{case}/take-over", reason="周审查今天请假，期限将至")
    assert house.post("zhou", f"/review/{case}/heartbeat").status_code == 409
    assert house.api("wu", f"{case}/heartbeat").status_code == 200


def test_a_stale_page_says_what_has_changed_and_keeps_what_was_typed(house: House) -> None:
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    page = shown(house, "zhou", f"/review/{case}")
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)
    read = re.search(r'name="version" value="(\d+)"', page)
    assert seen_at is not None
    assert read is not None
    house.now += timedelta(minutes=1)
    reason = "申请人补交的证明需要与法院核实后再定"
    house.post("head", f"/review/{case}/extend", reason=reason)
    answer = house.post(
        "zhou",
        f"/review/{case}/decide",
        outcome="refuse",
        basis="SAMR-20",
        reason=SENTENCE,
        version=read[1],
        seen_at=seen_at[1].replace("&#43;", "+"),
    )
    assert answer.status_code == 409
    assert "延长期限" in answer.text
    assert SENTENCE in answer.text


def test_a_permit_goes_through_acceptance_departments_and_two_people(house: House) -> None:
    case = reviewed(house, item="public-venue")
    house.post("zhou", f"/review/{case}/claim")
    assert house.post("zhou", f"/review/{case}/accept", version=version(house, case)).status_code == 303
    assert "样例宾馆" in shown(house, "health", "/opinions")
    page = shown(house, "health", f"/opinions/{case}")
    assert fictitious_id("19900307", 1) not in page
    assert house.post("health", f"/opinions/{case}").status_code == 422
    refused = house.post("health", f"/opinions/{case}", view="object", words="不行")
    assert refused.status_code == 422
    assert "不行" in refused.text
    assert house.post("health", f"/opinions/{case}", view="object", words=SENTENCE).status_code == 303
    assert house.ask("health", "GET", f"/opinions/{case}").status_code == 409
    assert house.post("fire", f"/opinions/{case}", view="agree").status_code == 303
    house.post("zhou", f"/review/{case}/claim")
    house.post("zhou", f"/review/{case}/decide", outcome="approve", version=version(house, case))
    page = shown(house, "wu", f"/review/{case}")
    assert SENTENCE in page
    assert "已有 1 / 2 人提出意见" in page
    assert "已提出审查意见" in page
    house.post("wu", f"/review/{case}/claim")
    house.post("wu", f"/review/{case}/decide", outcome="approve", version=version(house, case))
    house.follow_all()
    assert state(house, case) == State.REGISTERED
    with house.database.reading() as session:
        kinds = [notice.kind for notice in notices.of_application(session, case)]
    assert sorted(kinds) == ["acceptance", "permitted", "receipt"]


def test_opening_a_document_records_its_service_once_and_only_for_its_own_applicant(house: House) -> None:
    case, other = reviewed(house), reviewed(house, "13800000002")
    house.follow_all()
    with house.database.reading() as session:
        [receipt] = notices.of_application(session, case)
    applicant = own(house, case)
    assert "接收申请材料凭证" in shown(house, applicant, f"/cases/{case}")
    assert house.post(applicant, f"/cases/{other}/papers/{receipt.id}").status_code == 404
    for _ in range(2):
        assert house.post(applicant, f"/cases/{case}/papers/{receipt.id}").status_code == 303
    with house.database.reading() as session:
        import audit

        [again] = notices.of_application(session, case)
        number = session.get_one(Application, case).number or ""
        served = [e for e in audit.of_subject(session, number) if e.event == "notice.handed_over"]
    assert again.handed_over_by == "online"
    assert len(served) == 1


def test_the_applicant_withdraws_and_reads_so(house: House) -> None:
    case = reviewed(house)
    applicant = own(house, case)
    assert house.post(applicant, f"/cases/{case}/withdraw").status_code == 303
    assert "已撤回" in shown(house, applicant, f"/cases/{case}")
    assert house.post(applicant, f"/cases/{case}/withdraw").status_code == 409


def test_a_correction_shows_only_what_it_opens(house: House) -> None:
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    named = {"reason-address": "门牌号缺少单元，请补充完整"}
    house.post("zhou", f"/review/{case}/decide", outcome="return", version=version(house, case), **named)
    applicant = own(house, case)
    answer = house.post(applicant, f"/cases/{case}/correct")
    again = answer.headers["location"]
    page = shown(house, applicant, f"{again}/form/premises")
    assert 'name="address"' in page
    assert "无需修改" in page
    tasks = shown(house, applicant, again)
    assert f'{again}/form/operator"' not in tasks


def test_absences_relatives_and_postings_are_kept_and_bad_input_is_explained(house: House) -> None:
    assert house.post("zhou", "/desk/absence", since="2026-12-03", until="2026-12-01").status_code == 422
    away = {"since": "2026-12-01", "until": "2026-12-03", "deputy": house.people["wu"].id}
    assert house.post("zhou", "/desk/absence", **away).status_code == 303
    assert house.post("zhou", "/desk/kin", relation="spouse", number="320113199003071234").status_code == 422
    number = fictitious_id("19900307", 1)
    assert house.post("zhou", "/desk/kin", relation="spouse", number=number).status_code == 303
    page = shown(house, "zhou", "/desk")
    assert "2026年12月1日" in page
    assert "配偶" in page
    assert number not in page
    case = reviewed(house)
    assert house.post("zhou", f"/review/{case}/claim").status_code == 403
    for place in ("", "/pictures/card"):
        assert house.ask("zhou", "GET", f"/review/{case}{place}").status_code == 403
    account = house.people["wu"].id
    posted = {"items": ["company", "nonsense"], "areas": ["320113001"]}
    assert house.ask("bao", "POST", f"/admin/postings/{account}", data=posted).status_code == 303
    assert "nonsense" not in shown(house, "bao", "/admin/postings")
    assert house.post("wu", f"/review/{case}/claim").status_code == 403


def test_a_sampled_case_is_looked_at_blind_and_the_gate_page_counts_it(house: House) -> None:
    gates = house.office.office.gates.altered(sample_rate=1.0)
    house.use(gates=gates)
    case = a_submitted_case(house.office)
    house.follow_all()
    assert state(house, case) == State.REGISTERED
    assert "2026年11月30日" in shown(house, "wu", "/samples"), "until when the faces are there"
    blind = shown(house, "wu", f"/samples/{case}")
    assert "GATE-00" not in blind
    assert "0.31" not in blind, "not even how far the faces are apart"
    faces = [f"/samples/{case}/faces/{which}?person=holder" for which in ("portrait", "frame")]
    assert all(face in blind for face in faces)
    assert [house.ask("wu", "GET", face).content for face in faces] == [JPEG, JPEG]
    assert house.ask("wu", "GET", f"/samples/{case}/faces/card?person=holder").status_code == 404
    assert house.post("wu", f"/samples/{case}").status_code == 422
    assert house.post("wu", f"/samples/{case}", verdict="not", words="不").status_code == 422
    assert house.post("wu", f"/samples/{case}", verdict="not", words=SENTENCE).status_code == 303
    assert house.post("wu", f"/samples/{case}", verdict="approve").status_code == 409
    assert house.ask("wu", "GET", faces[0]).status_code == 409, "gone with the answer"
    assert "已看 1 件，其中不同意 1 件" in shown(house, "head", "/gates")
    assert "抽查不同意一件自动审批" in shown(house, "head", "/board")
    with house.database.writing() as session:
        sampling.stop(session, session.get_one(Application, case), "sole-trader", "system:drift", house.now)
    assert house.post("head", "/gates/sole-trader/restart", reason="好").status_code == 422
    assert house.post("head", "/gates/sole-trader/restart", reason="已查明为地址库过期并更新").status_code == 303
    assert "运行中" in shown(house, "head", "/gates")


def test_a_revocation_runs_over_its_pages(house: House) -> None:
    case = a_submitted_case(house.office)
    house.follow_all()
    with house.database.reading() as session:
        number = session.get_one(Application, case).number or ""
    asked = {"number": number, "by": "victim", "words": "身份证遗失后被他人冒用办理登记"}
    refused = house.post("head", "/revocations", **asked)
    assert refused.status_code == 422
    assert "先核验本人身份" in refused.text
    opened = house.post("head", "/revocations", identified="yes", **asked).headers["location"]
    assert house.post("head", f"{opened}/revoke", reason=SENTENCE).status_code == 409
    assert house.post("head", f"{opened}/take-up").status_code == 303
    assert house.post("head", f"{opened}/revoke", reason="真").status_code == 422
    assert house.post("head", f"{opened}/revoke", reason=SENTENCE).status_code == 303
    assert "已撤销" in shown(house, "head", "/revocations")
    assert house.ask("zhou", "GET", "/revocations").status_code == 403


@pytest.mark.parametrize("name", ["registration", "permit"])
def test_anybody_may_see_how_a_case_travels(house: House, name: str) -> None:
    drawn = house.ask("nobody", "GET", f"/processes/{name}.svg")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert house.ask("nobody", "GET", f"/processes/{name}.bpmn").status_code == 200
    assert house.ask("nobody", "GET", "/processes/nothing.svg").status_code == 404


def test_a_full_disk_leaves_nothing_half_done_and_says_so(house: House) -> None:
    if not house.database.is_sqlite:
        pytest.skip("a full disk is played on SQLite; on PostgreSQL the transaction rolls back alike")
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    before = version(house, case)
    house.database.engine.raw_connection().execute("VACUUM")

    def full(connection: object, _record: object, _proxy: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    event.listen(house.database.engine, "checkout", full)
    words = {"outcome": "refuse", "basis": "SAMR-20", "reason": SENTENCE * 20, "version": before}
    try:
        answer = house.post("zhou", f"/review/{case}/decide", **words)
    finally:
        event.remove(house.database.engine, "checkout", full)

        def mended(connection: object, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA max_page_count=1000000")  # type: ignore[attr-defined]

        event.listen(house.database.engine, "checkout", mended)
    assert answer.status_code == 503
    assert "您的操作没有生效" in answer.text
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DecisionRow)) == 0
    assert version(house, case) == before
    words["reason"] = SENTENCE
    assert house.post("zhou", f"/review/{case}/decide", **words).status_code == 303


def test_a_locked_database_leaves_nothing_half_done_and_says_so(house: House) -> None:
    case = reviewed(house)
    house.post("zhou", f"/review/{case}/claim")
    before = version(house, case)
    patience = "PRAGMA busy_timeout=300" if house.database.is_sqlite else "SET lock_timeout = '300ms'"

    def impatient(connection: object, _record: object, _proxy: object) -> None:
        connection.cursor().execute(patience)  # type: ignore[attr-defined]

    words = {"outcome": "refuse", "basis": "SAMR-20", "reason": SENTENCE, "version": before}
    somebody_else = Database(house.database.url)
    with somebody_else.writing() as session:
        session.execute(update(Application).where(Application.id == case).values(label_sealed=Application.label_sealed))
        event.listen(house.database.engine, "checkout", impatient)
        try:
            answer = house.post("zhou", f"/review/{case}/decide", **words)
        finally:
            event.remove(house.database.engine, "checkout", impatient)
    somebody_else.close()
    house.database.engine.dispose()
    assert answer.status_code == 503
    assert "您的操作没有生效" in answer.text
    assert version(house, case) == before
    assert house.post("zhou", f"/review/{case}/decide", **words).status_code == 303


def test_what_the_bureau_says_anew_is_kept_by_the_interface_too_and_then_decided_on(house: House) -> None:
    case = reviewed(house)
    house.api("zhou", f"{case}/claim")
    house.office.bureau.is_away = True
    asked = {"version": int(version(house, case)), "outcome": "approve"}
    assert house.api("zhou", f"{case}/decision", **asked).status_code == 409
    assert "CR-15" in shown(house, "zhou", f"/review/{case}")
    assert house.api("zhou", f"{case}/decision", **{**asked, "version": int(version(house, case))}).status_code == 200
