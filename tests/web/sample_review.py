# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of the desk (审查样例): queue rows, one case in three states, lines of the log. Pure."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from kit.text import Text
from tests.web.sample_apply import NOW, SHOP, some, t
from tests.web.sample_identity import PROVERS
from tests.web.sample_keeping import RECORDS
from tests.web.sample_work import JOINT, PANELS, STOPPED

HISTORY_LINE = t("文件的数字签名缺失或已被改动", "The signature is missing or broken")


def queue_row(index: int, urgency: str, days_left: int | None, holder: str | None = None) -> SimpleNamespace:
    return some(
        id=str(index),
        number=f"QX-20261123-0000{index:02d}",
        title=SHOP,
        name=f"南京市栖霞区样例小吃店（{index}）",
        submitted_at=NOW,
        due_on=date(2026, 11, 26) if days_left is not None else None,
        days_left=days_left,
        urgency=urgency,
        findings=6,
        serious=index % 3,
        holder=holder,
        assigned="赵审查" if index == 6 else None,
        may_be_bulk=index in (4, 6),
        version=3,
        mine=holder == "李审查",
        href=f"/review/{index}",
    )


ROWS = [
    queue_row(1, "overdue", -1),
    queue_row(2, "red", 0, "李审查"),
    queue_row(3, "amber", 1, "赵审查"),
    queue_row(4, "calm", 3),
    queue_row(5, "unknown", None),
    queue_row(6, "calm", 3),
]


def found(rule: str, effect: str, message: Text, basis: Text) -> SimpleNamespace:
    return some(rule=rule, effect=effect, stage=SHOP, message=message, basis=basis, confidence="V", at=NOW, subject="")


FINDINGS = [
    found(
        "cr-05",
        "REFUSE_ROLE",
        t("被列入严重违法失信名单，期限未满", "On the list of serious offenders"),
        t("条例第12条", "Art. 12"),
    ),
    found(
        "name-01", "MANUAL", t("名称与已登记的近似，请人工判断", "The name resembles another"), t("第17条", "Art. 17")
    ),
    found("cr-13", "ALLOW_NOTICE", t("有一条轻微行政处罚，不影响登记", "A minor penalty"), t("第30条", "Art. 30")),
    found("face-01", "ALLOW", t("现场画面与证件头像一致", "The pictures agree"), t("第15条", "Art. 15")),
]


def row(path: str, label: Text, value: str, personal: bool = False) -> SimpleNamespace:
    return some(path=path, label=label, value=value, personal=personal)


SECTIONS = [
    some(
        title=t("经营者", "Operator"),
        href="",
        page="operator",
        rows=[
            row("operator_name", t("姓名", "Name"), "王样例", True),
            row("operator_id", t("身份证号码", "Identity number"), "320113199001010012", True),
            row("address", t("住址", "Home address"), "江苏省南京市栖霞区仙林街道样例路 1 号 3 幢 2 单元 101 室", True),
        ],
    ),
    some(
        title=t("字号与经营", "Name and trade"),
        href="",
        page="name",
        rows=[
            row("name", t("名称", "Name"), "南京市栖霞区样例小吃店（个体工商户）"),
            row("scope", t("经营范围", "Scope"), "餐饮服务；食品销售；外卖递送服务"),
            row("note", t("备注", "Remarks"), ""),
        ],
    ),
]
EVIDENCE = {
    "way": "face",
    "emblem_href": "/static/icon.svg",
    "portrait_href": "/static/icon.svg",
    "own_href": "/static/icon.svg",
    "frame_href": "/static/icon.svg",
    "card_href": "/static/icon.svg",
    "distance": 0.312,
    "accept": 0.38,
    "person": 0.6,
    "model": "dlib-20.0.1/face_recognition-1.3.0",
    "portrait_width": 148,
    "frames_used": 5,
    "reasons": [],
    "band": t("一致", "They agree"),
    "deleted": False,
    "is_kept": True,
    "checked_at": NOW,
}
HISTORY = [
    some(at=NOW, who="", what=t("提交申请", "Submitted"), machine=False),
    some(at=NOW, who="", what=t("自动核查完成", "Checked"), machine=True),
    some(at=NOW, who="李审查", what=t("领取", "Claimed"), machine=False),
]
REASONS = [some(value="art-19", label=t("条例第19条：不符合法律、行政法规规定", "Article 19"))]
BLANK = some(outcome="", reason="", basis="", fields={})
READ_ROW = {"read": "王样例", "said": None, "form": "王样例", "agrees": True, "doubtful": False}
READ_CARD = {
    "document": None,
    "faults": [t("反光", "glare")],
    "rows": [
        some(**{**READ_ROW, "label": t("姓名", "Name")}),
        some(**{**READ_ROW, "label": t("住址", "Address"), "agrees": False, "said": "样例路 2 号"}),
        some(**{**READ_ROW, "label": t("民族", "Ethnicity"), "read": "", "agrees": None, "doubtful": True}),
    ],
}
CASE: dict[str, Any] = {
    "portrait_href": "/entities/92320113MA00000007",
    "records": RECORDS,
    "case": some(
        id="01JD",
        number="QX-20261123-000017",
        title=SHOP,
        state="in_review",
        stage=t("人工审查中", "In review"),
        version=4,
        channel=t("网上", "Online"),
        submitted_at=NOW,
        due_on=date(2026, 11, 26),
        days_left=1,
        urgency="amber",
        applicant="南京市栖霞区样例小吃店",
        assigned=None,
    ),
    **PANELS,
    "holder": "李审查",
    "mine": True,
    "claim_until": NOW,
    "evidence": some(**EVIDENCE),
    "card": READ_CARD,
    "findings": FINDINGS,
    "provers": PROVERS,
    "frozen_at": NOW,
    "sections": SECTIONS,
    "history": HISTORY,
    "reasons": REASONS,
    "typed": BLANK,
    "conflict": None,
    "kept": {},
    "joint": JOINT,
    "opened": some(may=True, until=None),
}
PASSPORT = {"document": t("护照", "Passport"), "faults": [], "rows": []}
BY_PERSON = {"way": "person", "portrait_href": None, "own_href": None, "frame_href": None, "distance": None}
CASE_UNCLAIMED = {
    **CASE,
    "holder": None,
    "mine": False,
    "opened": some(may=False, until=None),
    "claim_until": None,
    "evidence": some(**{**EVIDENCE, **BY_PERSON}),
    "card": PASSPORT,
    "clock": STOPPED,
    "colleagues": [],
    "votes": [],
    "opinions": [],
    "papers": [],
}
CASE_CONFLICT = {
    **CASE,
    "kept": {"extend": {"reason": "情形复杂，需要会商"}},
    "opened": some(may=True, until=NOW),
    "conflict": "在您填写期间，这件申请有了变化。您写的内容都在，请核对后再次提交。",
    "problems": [some(anchor="reason", message="请写明理由", href="")],
    "typed": some(outcome="refuse", reason="名称近似", basis="art-19", fields={"address": "补充单元"}),
    "evidence": some(
        **{
            **EVIDENCE,
            "distance": 0.47,
            "reasons": [t("光线不足", "Too dark")],
            "band": t("由人判断", "A person decides"),
        }
    ),
}
ENTRIES = [
    some(
        index=None if i == 0 else 128 - i,
        at=NOW,
        event="decided",
        what=t("作出决定：退回补正", "Decided: returned"),
        subject="QX-20261123-000017",
        subject_href="/audit/cases/QX-20261123-000017",
        actor="clerk" if i % 2 else "system",
        hash="3c" * 32,
        machine=i % 2 == 0,
        facts=[some(name="outcome", value="return"), some(name="rule", value="name-01")],
    )
    for i in range(4)
]
