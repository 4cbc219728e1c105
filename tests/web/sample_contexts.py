# SPDX-License-Identifier: Apache-2.0
"""Sample contexts (样例): what each page is given, whole and in trouble, for tests that look at pages. Pure."""

from datetime import date
from typing import Any

from tests.web.sample_accounts import ACCOUNT_SAMPLES, CODE_WRONG
from tests.web.sample_apply import (
    ALONE,
    APPLICATION,
    ARTICLES,
    BESIDE_OTHERS,
    CORRECTIONS,
    FIELDS,
    MATERIALS,
    NOW,
    ONE,
    PROBLEMS,
    SECTIONS,
    SHOP,
    TASK_LIST,
    TEXTS,
    some,
    t,
)
from tests.web.sample_bundles import BUNDLE_SAMPLES
from tests.web.sample_cards import CARD_SAMPLES
from tests.web.sample_guide import GUIDE_SAMPLES, PLAN_TILES, THEMES
from tests.web.sample_identity import IDENTITY_SAMPLES
from tests.web.sample_keeping import ADMIN_SAMPLES, CONSENT_TEXT, OPENINGS, RECORDS
from tests.web.sample_log import SEARCH
from tests.web.sample_parts import INVITATIONS, PARTS
from tests.web.sample_review import CASE, CASE_CONFLICT, CASE_UNCLAIMED, ENTRIES, HISTORY_LINE, ROWS
from tests.web.sample_supervision import LATER, SUPERVISION_SAMPLES
from tests.web.sample_work import CLOCK, CONTESTS, FASTER, MEMOS, PAPERS, WAITS_FOR_OTHERS, WORK_SAMPLES
from web.fields import ShownProblem

Sample = tuple[str, str, str | None, dict[str, Any]]
LICENCE = some(
    number="320113000202611230001",
    credit_code="92320113MA0000001X",
    status="in_force",
    sample=True,
    status_text=t("真实，现行有效", "Genuine and in force"),
    issued_at=NOW,
    registrar="南京市栖霞区行政审批局（样例）",
    rows=[
        some(label=t("名称", "Name"), value="南京市栖霞区样例小吃店"),
        some(label=t("经营者", "Operator"), value="王样例"),
    ],
)
REVOKED = some(**{**vars(LICENCE), "status": "revoked", "status_text": t("已被吊销", "Revoked")})
RECEIPT = some(
    number="QX-20261123-000017",
    title=SHOP,
    submitted_at=NOW,
    due_on=date(2026, 11, 26),
    basis=t("市场主体登记管理条例第19条：三个工作日", "Three working days"),
    materials=[t("登记申请书（电子签名）", "Signed application"), t("身份证人像面照片", "Photograph of the card")],
)
STAGES = [
    some(title=t("收到申请", "Received"), state="done", at=NOW, detail=None),
    some(title=t("自动核查", "Automatic checks"), state="done", at=NOW, detail=None),
    some(title=t("人工审查", "Review"), state="now", at=None, detail=t("有一项需要人核对", "One point needs a person")),
    some(title=t("决定与发照", "Decision and licence"), state="todo", at=None, detail=None),
]
FOUND = [
    some(
        message=t("身份证号码与姓名相符", "Number and name agree"),
        basis=t("条例第15条", "Article 15"),
        effect="ALLOW",
        subject="",
        contest=None,
    ),
    some(
        message=t("名称需要人工看一下", "A person looks at the name"),
        basis=t("第17条", "Article 17"),
        effect="MANUAL",
        subject="",
        rule="CR-05",
        contest=7,
        typed="",
    ),
]
STATUS = {
    "case": some(id="01JD", number=RECEIPT.number, title=SHOP, stage=t("人工审查中", "In review"), state="in_review"),
    "stages": STAGES,
    "next_step": t("工作人员正在核对，不需要您做什么。", "A clerk is checking."),
    "due_on": date(2026, 11, 26),
    "findings": FOUND,
    "problem": "",
    "contests": CONTESTS,
    "signed": TEXTS,
    "decision": None,
    "corrections": [],
    "correct_href": None,
    "licence": None,
    "papers": PAPERS,
    "later": LATER,
    "clock": CLOCK,
    "bundle_href": "/together/01JB",
    "log_key": "city.example/log+c2c057ce+AVNc9uWuAMSd0EgEFnfw4w0jexXn10c7p5HRnkuJ9QMl",
    "log_proof_href": "/cases/01JD/log-proof",
    "may_withdraw": True,
    "may_take_back": True,
}
REFUSED = some(
    outcome="refused",
    reason="经营范围涉及禁止个人经营的行业。\n请改为一般经营项目。",
    basis="市场主体登记管理条例第19条",
    decided_at=NOW,
    remedies=t("六十日内可以申请行政复议，六个月内可以提起行政诉讼。", "Review within sixty days."),
)
ISSUED = some(
    number=LICENCE.number,
    title="营业执照",
    name="南京市栖霞区样例小吃店",
    original_href="/o",
    duplicate_href="/d",
    verify_href="/v/x",
)
OFFERS = [
    some(case_id="0", label="南京市栖霞区样例小吃店", source=t("营业执照 QX-2026-000001", "licence QX-2026-000001"))
]
APPLY = {
    "application": APPLICATION,
    "base": "/apply/01JD",
    "back": "/apply/01JD",
    "instruments": TEXTS,
    "digest": "ab" * 32,
}
ACCOUNT = {"username": "clerk", "password": "sample-words", "code": "123456", "href": "/staff/signin"}
QUEUE = {
    "rows": ROWS,
    "counts": some(open=1001, mine=1, overdue=2),
    "show": "open",
    "more_href": "/m",
    "revision": "7",
    "memos": MEMOS,
}
BOARD = {
    "memos": MEMOS,
    "counts": some(open=42, unclaimed=17, overdue=2, incidents=1),
    "people": [some(name="李审查", held=3, decided_today=11)],
    "rows": ROWS,
    "calendar_warning": "2027 年的放假安排尚未发布",
    "incidents": [
        some(id="x", number="QX-20261123-000009", title=SHOP, name="样例面馆", since=NOW, reason="bureau_down")
    ],
}
SAMPLES: list[Sample] = [
    (
        "home",
        "home.html",
        None,
        {"plans": PLAN_TILES, "themes": THEMES, "text": "", "cases": [], "parts": []},
    ),
    (
        "home-cases",
        "home.html",
        "applicant",
        {
            "plans": [],
            "themes": THEMES,
            "text": "",
            "parts": INVITATIONS,
            "cases": [
                some(
                    id="1",
                    number=RECEIPT.number,
                    title=SHOP,
                    stage=t("人工审查中", "In review"),
                    href="/c",
                    updated_at=NOW,
                )
            ],
        },
    ),
    *GUIDE_SAMPLES,
    *BUNDLE_SAMPLES,
    *ACCOUNT_SAMPLES,
    ("tasks", "apply/tasks.html", "applicant", {**TASK_LIST, "offers": OFFERS}),
    ("tasks-newer", "apply/tasks.html", "applicant", {**TASK_LIST, "renewal": "newer"}),
    ("tasks-gone", "apply/tasks.html", "applicant", {**TASK_LIST, "renewal": "gone"}),
    (
        "tasks-correction",
        "apply/tasks.html",
        "applicant",
        {
            **TASK_LIST,
            "application": some(**{**vars(APPLICATION), "correction": True, "corrections": CORRECTIONS}),
        },
    ),
    (
        "question",
        "apply/question.html",
        "applicant",
        {
            **APPLY,
            "question": some(title=t("您做什么生意？", "What is your business?"), hint=None, name="trade"),
            "position": 3,
            "total": 7,
            "fields": ONE,
            "review": False,
            **ALONE,
        },
    ),
    (
        "question-all",
        "apply/question.html",
        "applicant",
        {
            **APPLY,
            "sources": [],
            "question": some(title=t("各种控件", "Every control"), hint=t("样例", "Sample"), name="all"),
            "position": 5,
            "total": 7,
            "fields": FIELDS,
            "review": True,
            **BESIDE_OTHERS,
            "problems": PROBLEMS,
        },
    ),
    *MATERIALS,
    *CARD_SAMPLES,
    ("consent", "apply/consent.html", "applicant", {**APPLY, "text": CONSENT_TEXT, "given": None}),
    ("face", "apply/face.html", "applicant", {**APPLY, "attempts_left": 3}),
    (
        "check",
        "apply/check.html",
        "applicant",
        {**APPLY, "sections": SECTIONS, "ready": True, "faster": FASTER, "unsigned": 2, "again": True},
    ),
    (
        "check-others",
        "apply/check.html",
        "applicant",
        {**APPLY, "sections": SECTIONS, "ready": True, "faster": WAITS_FOR_OTHERS, "unsigned": 2, "again": True},
    ),
    (
        "check-problem",
        "apply/check.html",
        "applicant",
        {
            **APPLY,
            "again": False,
            "sections": SECTIONS,
            "ready": False,
            "faster": None,
            "unsigned": 0,
            "problems": [some(anchor="name", message="请填写字号", href="/apply/01JD/form/name")],
        },
    ),
    (
        "sign",
        "apply/sign.html",
        "applicant",
        {
            **APPLY,
            "statement": t(
                "本人承诺提交的材料真实、合法、有效，复印件与原件一致，并对材料的真实性负责。",
                "I declare that all is true.",
            ),
            "masked_phone": "138****0001",
            "code_sent": False,
        },
    ),
    (
        "sign-problem",
        "apply/sign.html",
        "applicant",
        {
            **APPLY,
            "statement": t("本人承诺提交的材料真实。", "All is true."),
            "masked_phone": "138****0001",
            "code_sent": True,
            "problems": [*CODE_WRONG, ShownProblem("agree", "请先阅读并同意承诺")],
        },
    ),
    *PARTS,
    *IDENTITY_SAMPLES,
    ("instrument", "apply/instrument.html", "applicant", {**APPLY, "instrument": ARTICLES}),
    ("receipt", "apply/receipt.html", "applicant", {"receipt": RECEIPT, "status_href": "/cases/01JD"}),
    ("status", "cases/status.html", "applicant", STATUS),
    (
        "status-licence",
        "cases/status.html",
        "applicant",
        {
            **STATUS,
            "licence": ISSUED,
            "case": some(**{**vars(STATUS["case"]), "state": "registered", "stage": t("已登记", "Registered")}),
        },
    ),
    (
        "status-refused",
        "cases/status.html",
        "applicant",
        {
            **STATUS,
            "decision": REFUSED,
            "correct_href": "/x",
            "corrections": CORRECTIONS,
            "case": some(**{**vars(STATUS["case"]), "state": "refused"}),
        },
    ),
    ("queue", "review/queue.html", "clerk", QUEUE),
    ("queue-empty", "review/queue.html", "clerk", {**QUEUE, "rows": [], "more_href": None}),
    ("case", "review/case.html", "clerk", CASE),
    ("case-unclaimed", "review/case.html", "clerk", CASE_UNCLAIMED),
    ("case-conflict", "review/case.html", "clerk", CASE_CONFLICT),
    (
        "decided",
        "review/decided.html",
        "clerk",
        {
            "case": some(id="1", number=RECEIPT.number, title=SHOP, name="样例小吃店"),
            "outcome": "return",
            "words": t("退回补正", "Return for correction"),
            "next_href": "/review/next",
            "href": "/review/1",
        },
    ),
    ("board", "board/board.html", "supervisor", BOARD),
    *WORK_SAMPLES,
    *SUPERVISION_SAMPLES,
    ("log", "audit/search.html", "auditor", SEARCH),
    (
        "log-case",
        "audit/case.html",
        "auditor",
        {"number": RECEIPT.number, "title": SHOP, "entries": ENTRIES, "records": RECORDS, "openings": OPENINGS},
    ),
    *ADMIN_SAMPLES,
    ("verify", "verify/home.html", None, {"problems": [ShownProblem("file", "请选择一个 PDF 文件")]}),
    ("licence", "verify/licence.html", None, {"found": True, "licence": LICENCE}),
    ("licence-revoked", "verify/licence.html", None, {"found": True, "licence": REVOKED}),
    ("licence-unknown", "verify/licence.html", None, {"found": False, "licence": None}),
    (
        "file-genuine",
        "verify/file.html",
        None,
        {"verdict": "genuine", "sentence": t("文件真实，未被改动", "Genuine"), "reasons": [], "licence": LICENCE},
    ),
    (
        "file-no",
        "verify/file.html",
        None,
        {
            "verdict": "no",
            "sentence": t("不能证明这个文件是真的", "Not proven"),
            "reasons": [HISTORY_LINE],
            "licence": None,
        },
    ),
    (
        "messages",
        "demonstration/messages.html",
        None,
        {"messages": [some(to="138****0001", body="【样例】验证码 246810，五分钟内有效。", at=NOW)]},
    ),
    (
        "accounts",
        "demonstration/accounts.html",
        None,
        {
            "phone": "13800000001",
            "links": [some(label=t("下载样例身份证图片", "Sample card"), href="/s.jpg")],
            "accounts": [some(role=t("审查员", "Clerk"), what=t("审查申请", "Review"), **ACCOUNT)],
        },
    ),
    (
        "error",
        "errors/error.html",
        None,
        {
            "title": "没有这个页面",
            "sentence": "网址可能写错了，或者内容已经移走。",
            "code": "404",
            "way_on": [some(href="/", label="回到首页")],
            "typed": ["疏散通道宽度不足"],
        },
    ),
]


def page_context(role: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """What every page is given, with what this one is given on top."""
    viewer = some(name="李审查", role=role) if role else None
    every = {
        "viewer": viewer,
        "csrf": "sample-token",
        "path": "/",
        "large": False,
        "keeping": "",
        "demonstration": True,
        "notice": None,
    }
    return {**every, "problems": [], **given}
