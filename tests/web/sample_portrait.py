# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of the portrait (画像样例): a business with everything, and one with nothing. Pure."""

from datetime import date
from typing import Any

from portrait import Facts, Shared, drawn, load_risk_table, risk_of
from tests.web.sample_apply import NOW, some, t

TABLE, NAME = load_risk_table(), "栖霞区样例小吃店"
OTHERS = tuple((f"92320113MA000000{n:02d}", f"样例商贸{n}号") for n in range(12))
SHARED = [
    Shared(TABLE.leads[0], OTHERS, 40),
    Shared(TABLE.leads[1], OTHERS[:2], 2),
    Shared(TABLE.leads[2], OTHERS[:1], 1),
]
LICENCE = {
    "title": "营业执照",
    "number": "QX-2026-000001",
    "status": t("真实，现行有效", "Genuine and in force"),
    "issued_at": NOW,
    "valid_to": None,
    "href": "/v/abc",
}
FULL: dict[str, Any] = {
    "entity": some(name=NAME, credit_code="92320113MA00000007", established_on=date(2026, 10, 1)),
    "standing": "paused",
    "premises": "南京市栖霞区样例路 1 号",
    "scope": "许可项目：餐饮服务（小吃）",
    "entity_type": "个体工商户",
    "risk": risk_of(Facts(1, 2, 1, 1, 1), TABLE),
    "risk_mood": "bad",
    "licences": [LICENCE],
    "permits": [{**LICENCE, "title": "食品经营许可证", "valid_to": date(2031, 10, 1)}],
    "entries": [{"act": t("设立登记", "Registered"), "at": NOW, "number": "QX-1"}],
    "findings": [
        {"message": t("被列入经营异常名录", "Listed as abnormal"), "basis": t("信息公示条例", "Regulation")}
        | {"rule": "CR-02", "found_at": NOW}
    ],
    "contests": [some(id="1")],
    "later": [{"name": t("食品经营许可", "Food permit"), "is_missing": True}],
    "promised_at": NOW,
    "results": [
        {"on": date(2026, 11, 30), "found": t("发现问题", "Problem"), "mood": "warn", "words": "未公示"}
        | {"department": t("区市场监督管理局", "Market regulation")}
    ],
    "shared": SHARED,
    "circles": [[("91320113MA00000011", "甲公司"), ("91320113MA00000022", "乙公司")]],
    "drawing": drawn(NAME, SHARED),
    "case_href": "/review/01JD",
}
EMPTY = FULL | {
    **{key: [] for key in ("licences", "permits", "entries", "findings", "contests", "later", "results")},
    "shared": [],
    "circles": [],
    "promised_at": None,
    "standing": "ended",
    "premises": "",
    "scope": "",
    "risk": risk_of(Facts(), TABLE),
    "risk_mood": "good",
    "drawing": drawn(NAME, []),
}
PORTRAIT_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("portrait", "portrait/one.html", "clerk", FULL),
    ("empty-portrait", "portrait/one.html", "supervisor", EMPTY),
]
