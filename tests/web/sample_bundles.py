# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of a bundle (一件事样例): choosing, questions, agreeing, signing, progress. Pure."""

from datetime import date
from typing import Any

from tests.web.sample_apply import NOW, SECTIONS, SHOP, TASKS, some, t
from web.fields import ShownProblem

BUNDLE = {"id": "01JB"}
LEAD = some(
    code="sole-trader",
    kind="registration",
    title=SHOP,
    summary=t("一个人或一家人开店", "For one person or family"),
    office=t("南京市栖霞区行政审批局", "District office"),
    deadline=t("法定 3 个工作日内办结", "Within 3 working days"),
    is_deadline_unsure=False,
    minutes=8,
    asked=[],
    waits=False,
    unsigned=1,
    on_site=False,
)
SEAL = some(**{**vars(LEAD), "code": "seal-engraving", "kind": "filing", "title": t("公章刻制备案", "Filing of seals")})
FOOD = some(
    **{
        **vars(LEAD),
        "code": "food-service",
        "kind": "permit",
        "title": t("食品经营许可", "Food permit"),
        "is_deadline_unsure": True,
        "asked": [t("设备布局和操作流程图", "Layout"), t("检测报告", "Test report")],
        "waits": True,
        "unsigned": 0,
        "on_site": True,
    }
)
CHOOSE = {
    "registrations": [
        {"code": "sole-trader", "title": SHOP, "chosen": True},
        {"code": "company", "title": t("有限责任公司设立登记", "A limited company"), "chosen": False},
    ],
    "lead": LEAD,
    "groups": [
        {"title": t("开业要办的手续", "What a new business sees to"), "items": [SEAL]},
        {"title": t("需要的许可", "Permits"), "items": [FOOD]},
    ],
    "can_begin": True,
    "joint": {"days": 45, "more": 15},
}
LAST = TASKS[-1]
TASK_PAGE = {
    "may_take_back": "1",
    "bundle": BUNDLE,
    "groups": [
        {"id": "1", "title": SHOP, "tasks": TASKS[:-1], "is_lead": True},
        {"id": "2", "title": FOOD.title, "tasks": TASKS[:1], "is_lead": False},
        {"id": "3", "title": SEAL.title, "tasks": [], "is_lead": False},
    ],
    "last": LAST,
    "listed": TASKS,
    "more": [SEAL],
}
OTHERS = [SECTIONS[1], some(**{**vars(SECTIONS[0]), "href": None})]
CHECK = {
    "bundle": BUNDLE,
    "items": [
        some(**vars(LEAD), id="1", is_lead=True, own=SECTIONS, others=[]),
        some(**vars(FOOD), id="2", is_lead=False, own=SECTIONS[:1], others=OTHERS),
    ],
    "ready": True,
    "back": "/together/01JB",
}
SIGN = {
    "bundle": BUNDLE,
    "items": [
        {
            "title": SHOP,
            "waits": False,
            "texts": [some(title="个体工商户设立登记申请书", href="/apply/1/read/application")],
        },
        {"title": FOOD.title, "waits": True, "texts": []},
    ],
    "digest": "ab" * 32,
    "statement": t("本人自愿就下列每一件事项分别提出申请。", "I apply for each of these."),
    "masked_phone": "138****0001",
    "code_sent": False,
    "back": "/together/01JB/check",
}
ROW = some(
    id="1",
    title=SHOP,
    office=LEAD.office,
    number="20261123-ABCDEF",
    standing="",
    stage=t("自动核查中", "Being checked"),
    mood="brand",
    due_on=date(2026, 11, 26),
    promised_on=date(2026, 11, 24),
    days=3,
    decided=None,
    decided_at=None,
    href="/cases/1",
    may_leave=False,
)
WAITING = some(**vars(ROW))
WAITING.id, WAITING.title, WAITING.stage, WAITING.standing = "2", FOOD.title, t("等执照", "Waiting"), "waiting"
WAITING.number = WAITING.due_on = WAITING.promised_on = WAITING.href = None
WAITING.may_leave, WAITING.days = True, 10
GRANTED = some(
    **{**vars(ROW), "stage": t("已登记", "Registered"), "mood": "good", "due_on": None},
)
GRANTED.decided, GRANTED.decided_at = t("准予", "Granted"), NOW
JOINT = {"days": 45, "more": 15, "due_on": None, "is_told": True}
PROGRESS = {
    "bundle": BUNDLE,
    "rows": [ROW, WAITING],
    "lead": {"state": "checking", "href": "/cases/1", "has_licence": False},
    "waiting": 1,
    "held": 0,
    "is_moving": True,
    "joint": JOINT,
}


def lead(state: str, has_licence: bool = False) -> dict[str, Any]:
    return {"state": state, "href": "/cases/1", "has_licence": has_licence}


WRONG = [ShownProblem("code", "验证码不对，还可以再试 4 次"), ShownProblem("agree", "请先阅读并同意承诺")]
BUNDLE_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("together", "bundles/choose.html", "applicant", CHOOSE),
    ("together-stranger", "bundles/choose.html", None, {**CHOOSE, "can_begin": False}),
    ("together-tasks", "bundles/tasks.html", "applicant", TASK_PAGE),
    ("together-check", "bundles/check.html", "applicant", CHECK),
    (
        "together-check-problem",
        "bundles/check.html",
        "applicant",
        {
            **CHECK,
            "ready": False,
            "problems": [
                ShownProblem("agree-1", "请勾选同意申请营业执照"),
                ShownProblem("form", "请完成：食品安全", "/apply/2/form/safety"),
            ],
        },
    ),
    ("together-sign", "bundles/sign.html", "applicant", SIGN),
    ("together-sign-problem", "bundles/sign.html", "applicant", {**SIGN, "code_sent": True, "problems": WRONG}),
    ("together-progress", "bundles/progress.html", "applicant", PROGRESS),
    (
        "together-licensed",
        "bundles/progress.html",
        "applicant",
        {
            **PROGRESS,
            "rows": [GRANTED, ROW],
            "lead": lead("registered", True),
            "waiting": 0,
            "is_moving": False,
            "joint": {**JOINT, "due_on": date(2027, 1, 26)},
        },
    ),
    ("together-held", "bundles/progress.html", "applicant", {**PROGRESS, "lead": lead("refused"), "held": 1}),
    ("together-returned", "bundles/progress.html", "applicant", {**PROGRESS, "lead": lead("returned")}),
]
