# SPDX-License-Identifier: Apache-2.0
"""Sample cards (证件样例): the pages on which a card is photographed and checked, whole and in trouble. Pure."""

from typing import Any

from tests.web.sample_apply import APPLICATION, some, t
from web.fields import ShownProblem

APPLY = {"application": APPLICATION, "base": "/apply/01JD", "back": "/apply/01JD"}
KINDS = [("passport", t("护照", "Passport")), ("other", t("其他有效身份证件", "Another document"))]
CARD_SIDES = [
    {
        "picture": "/static/icon.svg",
        "is_portrait": True,
        "fields": [
            some(name="name", label=t("姓名", "Name"), value="王样例", doubtful=True),
            some(name="number", label=t("公民身份号码", "Identity number"), value="999999199003070017", doubtful=False),
        ],
    },
    {
        "picture": "/static/icon.svg",
        "is_portrait": False,
        "fields": [some(name="valid_until", label=t("有效期至", "Valid until"), value="", doubtful=True)],
    },
]
CARD_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    (
        "idcard",
        "apply/idcard.html",
        "applicant",
        {**APPLY, "has": {"photo": False, "emblem": False}, "photo_href": None},
    ),
    (
        "idcard-problem",
        "apply/idcard.html",
        "applicant",
        {
            **APPLY,
            "has": {"photo": True, "emblem": True},
            "photo_href": "/static/icon.svg",
            "problems": [ShownProblem("photo", "照片太模糊，请重拍")],
        },
    ),
    ("card", "apply/card.html", "applicant", {**APPLY, "sides": CARD_SIDES, "expired": False}),
    (
        "card-problem",
        "apply/card.html",
        "applicant",
        {**APPLY, "sides": CARD_SIDES, "expired": True, "problems": [ShownProblem("number", "号码不对")]},
    ),
    ("document", "apply/document.html", "applicant", {**APPLY, "kinds": KINDS, "kind": "passport"}),
    (
        "document-problem",
        "apply/document.html",
        "applicant",
        {
            **APPLY,
            "kinds": KINDS,
            "kind": "",
            "problems": [ShownProblem("kind", "请选择证件种类"), ShownProblem("first", "没有收到照片")],
        },
    ),
]
