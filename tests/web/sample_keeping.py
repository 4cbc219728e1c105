# SPDX-License-Identifier: Apache-2.0
"""What pages are given of what is kept of people. Pure."""

from datetime import date
from typing import Any

from identity import load_consents, load_retention
from identity.retention import What
from tests.web.sample_apply import NOW, some, t

CONSENT_TEXT = load_consents().current("face")
RECORDS = [
    some(
        person="holder",
        occasion=t("提交时", "At submission"),
        digest="9f" * 32,
        at=NOW,
        commitments=4,
        signals=7,
        is_whole=True,
        is_linkable=True,
    ),
    some(
        person="shareholders.1",
        occasion=t("核验通过时", "When assured"),
        digest="1a" * 32,
        at=NOW,
        commitments=3,
        signals=0,
        is_whole=False,
        is_linkable=False,
    ),
]
_RULE = load_retention().rule(What.DRAFTS)
KEPT = some(
    persons=80123,
    alarm="warn",
    file=100000,
    basis=load_retention().persons.basis,
    remaining={"pictures_of_cases": 1},
    destroyed={"drafts": 2},
    proved_at=NOW,
    is_late=False,
    rules="retention-2",
    periods=[some(what=t("草稿", "Drafts"), period=t("60 天", "60 days"), basis=_RULE.basis, confidence="D")],
)
KEPT_WELL = some(**{**vars(KEPT), "alarm": None, "remaining": {}, "is_late": True, "proved_at": None})
ADMIN = {
    "warning": "2027 年放假安排尚未录入",
    "kept": KEPT,
    "years": [some(year=2026, published=True, days=31), some(year=2027, published=False, days=0)],
    "year": 2026,
    "days": [
        some(day=date(2026, 10, 1), is_working=False, note="国庆节"),
        some(day=date(2026, 10, 10), is_working=True, note="调休"),
    ],
    "accounts": [some(username="clerk", name="李审查", role=t("审查员", "Clerk"), active=True)],
    "health": [
        some(name=t("数据库", "Database"), ok=True, detail="0.4 ms"),
        some(name=t("征信", "Bureau"), ok=False, detail="refused"),
    ],
}
LOOKS: dict[str, Any] = {
    "case": some(id="01JD", number="QX-20261123-000017", title=t("个体工商户设立登记", "Registration")),
    "office": "南京市栖霞区行政审批局",
    "rows": [
        some(
            at=NOW, role=t("审查员", "Clerk"), what=t("显示完整号码", "Numbers shown"), fields=[t("手机号码", "phone")]
        ),
        some(at=NOW, role=t("负责人", "Supervisor"), what=t("查阅案件", "Case looked at"), fields=[]),
    ],
}
TAKEN: dict[str, Any] = {
    "office": "南京市栖霞区行政审批局",
    "made_at": "2026-11-23T04:00:00+00:00",
    "account": {"phone": "13800000001", "since": "2026-11-20T04:00:00+00:00"},
    "applications": [
        {
            "item": "个体工商户设立登记",
            "number": "QX-20261123-000017",
            "stage": "已登记",
            "begun_at": "2026-11-20",
            "submitted_at": "2026-11-23",
            "answers_in_words": [{"question": "姓名", "answer": "王样例"}],
            "findings": [{"message": {"zh": "号码与姓名相符"}, "basis": {"zh": "条例第15条"}}],
            "decision": {"outcome": "approve", "at": "2026-11-23", "reason": ""},
            "consents": [
                {
                    "person": "holder",
                    "purpose": "face",
                    "version": "face-1",
                    "given_at": "2026-11-20",
                    "withdrawn_at": "2026-11-21",
                }
            ],
            "looks": [{"at": "2026-11-23", "role": "clerk", "event": "case.looked", "fields": ["number"]}],
        }
    ],
    "invitations": [{"role": "股东", "name": "王样例", "invited_at": "2026-11-20", "signed_at": "2026-11-21"}],
}
MINE: dict[str, Any] = {
    "cases": [
        some(
            title=t("个体工商户设立登记", "Registration"),
            number="QX-20261123-000017",
            href="/cases/01JD",
            looks_href="/cases/01JD/looks",
            consents=[some(purpose="face", given_at=NOW, withdrawn_at=NOW)],
        )
    ],
    "masked_phone": "138****0001",
    "code_sent": False,
}
WRONG_CODE = some(anchor="code", message="验证码不对", href="")
OPENINGS = [some(at=NOW, who="李审查", fields=[t("手机号码", "phone")], reason="核对签名笔迹")]
ADMIN_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("my-data", "me/data.html", "applicant", MINE),
    ("my-data-code", "me/data.html", "applicant", {**MINE, "code_sent": True, "cases": [], "problems": [WRONG_CODE]}),
    ("my-data-taken", "me/export.html", "applicant", {"told": TAKEN}),
    ("looks", "cases/looks.html", "applicant", LOOKS),
    ("looks-none", "cases/looks.html", "applicant", {**LOOKS, "rows": []}),
    ("admin", "admin/admin.html", "administrator", ADMIN),
    ("admin-proved", "admin/admin.html", "administrator", {**ADMIN, "kept": KEPT_WELL}),
]
