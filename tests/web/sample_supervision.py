# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of supervision (监管样例): inbox, one notification, the permits that follow. Pure."""

from datetime import date
from typing import Any

from tests.web.sample_apply import NOW, SHOP, t
from tests.web.sample_portrait import PORTRAIT_SAMPLES
from web.fields import ShownProblem

ROW: dict[str, Any] = {
    "href": "/notifications/7",
    "name": SHOP,
    "credit_code": "92320113MA00000007",
    "act": t("设立登记", "Registered"),
    "permits": [t("食品经营许可", "Food permit"), t("公共场所卫生许可", "Hygiene permit")],
    "made_at": NOW,
    "is_new": True,
    "is_late": False,
}
LIST = {
    "department": t("区卫生健康委员会", "District Health Commission"),
    "inbox": [ROW, {**ROW, "permits": [], "is_new": False}],
    "pool": [{**ROW, "is_late": True}],
    "pool_days": 3,
}
ONE = {
    "one": ROW | {"base": "/notifications/7", "in_pool": False, "number": "QX-1"},
    "received_at": None,
    "premises": "南京市栖霞区样例路 1 号",
    "established_on": date(2026, 11, 23),
    "scope": [
        {"label": t("住宿服务", "Lodging"), "is_told": True},
        {"label": t("服装零售", "Clothes"), "is_told": False},
    ],
    "results": [
        {"on": date(2026, 11, 30), "found": t("发现问题，责令改正", "Problem"), "mood": "warn"}
        | {"words": "从业人员健康证明未公示", "department": t("区卫生健康委员会", "Health")},
    ],
    "choices": [("passed", t("未发现问题", "Nothing found")), ("problem", t("发现问题，责令改正", "Problem"))],
    "typed": {"found": "problem", "on": "2026-11-30", "words": "未公示"},
    "problems": [ShownProblem("words", "请写明情况")],
    "department": "health",
}
LATER = {
    "rows": [
        {
            "name": t("食品经营许可", "Food permit"),
            "department": t("区市场监督管理局", "Market regulation"),
            "basis": t("食品安全法第35条", "Food Safety Law art. 35"),
            "phrases": [t("餐饮服务（小吃）", "Food service")],
            "href": "/items/food-service",
        },
        {
            "name": t("涉及许可的其他项目", "Other items that need a permit"),
            "department": None,
            "basis": None,
            "phrases": [t("住宿服务", "Lodging")],
            "href": None,
        },
    ],
    "promised_at": None,
    "promise_href": "/cases/01JD/promise",
}
SUPERVISION_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    *PORTRAIT_SAMPLES,
    ("notifications", "supervision/list.html", "expert", LIST),
    ("no-notifications", "supervision/list.html", "expert", {**LIST, "inbox": [], "pool": [], "department": None}),
    ("notification", "supervision/one.html", "expert", ONE),
    (
        "notification-in-pool",
        "supervision/one.html",
        "expert",
        {**ONE, "one": {**ROW, "base": "/notifications/7", "in_pool": True, "number": "QX-1"}, "problems": []},
    ),
]
