# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of work (办件样例): clock, papers, memos, opinions, samples, gates. Pure."""

from datetime import date
from typing import Any

from approval.agreement import Agreement
from approval.gatebook import load_gates
from approval.unconnected import load_unconnected
from tests.web.sample_apply import NOW, SHOP, some, t
from web.fields import ShownProblem

CLOCK = some(
    due_on=date(2026, 11, 26),
    promised_on=date(2026, 11, 24),
    suspended_on=None,
    allowed=3,
    used=2,
    days_left=1,
    grounds=[("litigation", t("诉讼、仲裁", "Lawsuit"), "实施细则第19条")],
    extension=3,
    is_open=True,
    timer_on=date(2026, 11, 25),
    may_act=True,
)
JOINT = some(
    due_on=date(2027, 1, 28),
    suspended_on=None,
    days_left=4,
    allowed=45,
    extension=15,
    may_extend=True,
    cases=[some(number="QX-2", title=t("食品经营许可", "Food"), href="/review/2")],
)
STOPPED = some(**{**vars(CLOCK), "suspended_on": date(2026, 11, 24), "due_on": None})
PAPERS = [
    some(
        id="a",
        number="栖审收〔2026〕000001号",
        title=t("接收申请材料凭证", "Receipt"),
        written_at=NOW,
        is_made=True,
        handed_over_at=NOW,
        to_serve=False,
    ),
    some(
        id="b",
        number="栖审延〔2026〕000001号",
        title=t("延长办理期限告知书", "Extension"),
        written_at=NOW,
        is_made=False,
        handed_over_at=None,
        to_serve=True,
    ),
]
MEMOS = [
    some(id=1, said=t("同事移交给您一件案件", "Handed over"), words="请尽快", at=NOW, number="QX-1", href="/review/1")
]
STEP = some(
    title=t("人工审查", "Review by a clerk"),
    process="registration",
    outcomes=[("approve", t("准予", "Approve")), ("return", t("退回补正", "Return")), ("refuse", t("不予", "Refuse"))],
    persons=2,
    cast=1,
    has_cast=False,
)
OPINIONS = [
    some(
        department=t("消防", "Fire"),
        view=t("不同意", "Object"),
        mood="bad",
        words="疏散宽度不足",
        due_on=None,
        given_at=NOW,
    ),
    some(
        department=t("卫健", "Health"),
        view=None,
        mood="",
        words="",
        due_on=date(2026, 11, 30),
        given_at=None,
    ),
]
VOTES = [some(who="李审查", outcome=t("准予", "approved"), reason="符合条件", at=NOW)]
VISITS = {
    "typed": {"on": "2026-11-25", "second": "2", "conforms": "no", "words": "没有看到冷藏设备"},
    "wanted": True,
    "is_open": True,
    "hearing": True,
    "seen": [
        some(on=date(2026, 11, 24), who="李审查、吴审查", conforms=False, words="操作间没有单独的清洗水池"),
        some(on=date(2026, 11, 25), who="李审查、吴审查", conforms=True, words="清洗水池已经补装"),
    ],
    "officers": [some(id="2", name="吴审查")],
}
CONTESTS = [
    some(
        id=str(number),
        rule="CR-05",
        source="样例信用信息来源 RB-1",
        message=t("虚假登记被撤销的直接责任人记录", "Record of a revoked registration")
        if outcome != "lifted"
        else None,
        words="该登记并非本人办理",
        at=NOW,
        outcome=outcome,
        reason="来源已复核" if outcome else None,
        answered_at=NOW if outcome else None,
    )
    for number, outcome in enumerate((None, "stands", "lifted"))
]
PANELS = {
    "seen_at": "2026-11-23T12:00:00+08:00",
    "changed_since": [t("中止计时", "Clock stopped")],
    "step": STEP,
    "suggested": {"name": some(words="名称与已登记的近似", clause="第17条")},
    "changed": {"address": "旧住址"},
    "opinions": OPINIONS,
    "votes": VOTES,
    "signers": [
        some(role=t("股东", "Shareholder"), phone="138****0002", signed_at=NOW),
        some(role=t("监事", "Supervisor"), phone="138****0003", signed_at=None),
    ],
    "signed": [some(title="南京栖云样例科技有限公司章程", href="/review/1/signed/company-articles")],
    "files": [
        some(
            label=t("布局图", "Layout"),
            name="布局图.jpg",
            href="/review/1/files/ab",
            size="182 kB",
            digest="ab12cd34ef56",
        )
    ],
    "contests": CONTESTS,
    "moving": {
        "asked_on": date(2026, 11, 23),
        "until": date(2027, 2, 23),
        "came": False,
        "registrar": "南京市鼓楼区样例登记机关",
    },
    "visits": VISITS,
    "clock": CLOCK,
    "colleagues": [{"id": "2", "name": "吴审查"}],
    "papers": PAPERS,
}
ASKED = some(id="1", number="QX-20261123-000017", name="样例旅馆", title=SHOP)
DESK = {
    "memos": MEMOS,
    "items": [SHOP],
    "areas": ["320113007"],
    "department": "fire",
    "absences": [some(since=date(2026, 12, 1), until=date(2026, 12, 3), deputy="吴审查")],
    "represented": ["赵审查"],
    "deputies": [some(id="2", name="吴审查")],
    "kin": [t("配偶", "Spouse")],
    "relations": {"spouse": t("配偶", "Spouse")},
    "typed": {},
}
LISTED = {
    "rows": [
        some(
            href="/x",
            number="QX-1",
            name="样例旅馆",
            title=SHOP,
            due_on=date(2026, 11, 20),
            faces_until=NOW,
            is_late=True,
            asked_at=NOW,
            submitted_at=NOW,
        )
    ],
    "department": "fire",
}
GATES = {
    "allowed": False,
    "gates": [
        some(
            code=gate.name,
            title=SHOP,
            version=gate.version,
            mode=gate.mode if gate.valid_to is None else "off",
            rules=gate.rules,
            is_open=gate.mode != "live" or gate.valid_to is not None,
            agreed=Agreement(40, 1, 12, 7),
            apart=Agreement(52, 1, 0, 7),
            unconnected=load_unconnected().facts,
            looks=20,
            wrong=3,
            sample_rate=0.05,
        )
        for gate in load_gates().gates
    ],
}
BULK = {
    "results": [some(id="1", number="QX-1", problem=None), some(id="2", number="QX-2", problem="页面已过期")],
}
FASTER = {
    "edits": [{"words": t("不使用名称先行办理", "Register without a name"), "href": "/x"}],
    "assumed": [t("现场人像与证件一致", "The face matches")],
    "ways": [],
}
WAITS_FOR_OTHERS = {"edits": [], "assumed": [], "ways": [t("请他们再核验一次", "Ask them once more")]}
ANSWERED = [some(title=t("场所", "Venue"), rows=[some(label=t("类别", "Kind"), value="住宿场所", path="venue_kind")])]
REVOCATION = some(
    id="1",
    words="身份被冒用",
    stage="investigated",
    filed_at=NOW,
    by_victim=True,
    take_up_by=NOW.date(),
    finish_by=NOW.date(),
    is_extended=False,
    announced_until=None,
    decided_at=None,
    reason="",
)
REVOCATIONS = {
    "rows": [
        some(
            href="/x",
            number="QX-1",
            name="样例小吃店",
            stage=t("待受理", "Filed"),
            is_final=False,
            by=NOW.date(),
            is_late=True,
            filed_at=NOW,
        )
    ],
    "typed": {},
    "problems": [ShownProblem("number", "没有这个受理编号")],
}
ONE_REVOCATION = {
    "opened": REVOCATION,
    "case": ASKED,
    "stage": t("调查中", "Under investigation"),
    "is_late": True,
    "is_announced": False,
    "may_revoke": True,
    "typed": "太短",
    "problems": [ShownProblem("revoke", "请写完整的一句话")],
}
POSTINGS = {
    "people": [
        {
            "id": "1",
            "name": "吴审查",
            "role": t("审查员", "Clerk"),
            "is_expert": False,
            "items": ["x"],
            "areas": [],
            "department": None,
            "skills": ["premises"],
        },
        {
            "id": "2",
            "name": "钱卫健",
            "role": t("部门", "Expert"),
            "is_expert": True,
            "items": [],
            "areas": [],
            "department": "health",
            "skills": [],
        },
    ],
    "items": {"x": SHOP},
    "areas": {"320113007": t("仙林街道", "Xianlin")},
    "departments": {"health": t("卫健", "Health")},
    "skills": {"premises": t("场所现场核查", "Looking at premises")},
}
FACES = [
    some(role=t(role, role), portrait_href="/samples/01JD/faces/portrait", frame_href="/samples/01JD/faces/frame")
    for role in ("经营者", "股东")
]
WORK_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("postings", "admin/postings.html", "administrator", POSTINGS),
    ("revocations", "revocations/list.html", "supervisor", REVOCATIONS),
    ("revocation", "revocations/case.html", "supervisor", ONE_REVOCATION),
    ("bulk", "review/bulk.html", "clerk", BULK),
    ("desk", "review/desk.html", "clerk", {**DESK, "problems": [ShownProblem("since", "请填写起止日期")]}),
    ("opinions", "opinions/list.html", "expert", LISTED),
    (
        "opinion",
        "opinions/case.html",
        "expert",
        {
            "case": ASKED,
            "due_on": NOW.date(),
            "sections": ANSWERED,
            "views": [("object", t("不同意", "Object"))],
            "typed": {},
            "problems": [ShownProblem("words", "请写明理由")],
        },
    ),
    ("samples", "samples/list.html", "clerk", LISTED),
    (
        "sample",
        "samples/case.html",
        "clerk",
        {"case": ASKED, "submitted_at": NOW, "sections": ANSWERED, "typed": {}, "faces": FACES, "kept_days": 7},
    ),
    ("gates", "samples/gates.html", "supervisor", GATES),
]
