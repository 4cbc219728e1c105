# SPDX-License-Identifier: Apache-2.0
"""Samples of what the others of a case see: the list of whom to ask, and one person's own part."""

from typing import Any

from tests.web.sample_apply import APPLICATION, FIELDS, TEXTS, some, t
from web.fields import ShownProblem

SHAREHOLDER = t("股东", "shareholder")
INVITATIONS = [
    some(href="/parts/1", title=t("公司设立登记", "A company"), role=SHAREHOLDER, label="样例公司", has_signed=False),
    some(href="/parts/2", title=t("公司设立登记", "A company"), role=SHAREHOLDER, label="样例公司", has_signed=True),
]
UNASKED = {"place": "shareholders.1", "name": "陈其美", "role": SHAREHOLDER, "phone": None}
UNASKED |= {"has_signed": False, "was_signed": False, "is_organisation": False, "representative": ""}
FIRM = {"place": "shareholders.2", "name": "样例控股有限公司", "is_organisation": True, "representative": "吴样例"}
ASKED = [
    some(**UNASKED),
    some(**{**UNASKED, "place": "directors.1", "name": "周样例", "phone": "138****0003", "was_signed": True}),
    some(**{**UNASKED, **FIRM}),
    some(**{**UNASKED, "place": "manager_name", "phone": "138****0004", "has_signed": True, "was_signed": True}),
]
PEOPLE = {"application": APPLICATION, "people": ASKED, "back": "/apply/01JD"}
PART: dict[str, Any] = {
    "part": {"id": "01JP", "role": SHAREHOLDER, "phone": "138****0002"},
    "application": {
        "title": t("有限责任公司设立登记", "Register a limited company"),
        "label": "南京栖云样例科技有限公司",
    },
    "fields": FIELDS[:2],
    "instruments": TEXTS,
    "digest": "ab" * 32,
    "has_signed": False,
    "proof": {
        "proves": True,
        "signs": True,
        "way": None,
        "is_assured": False,
        "is_waiting": False,
        "may_be_bound": False,
    },
    "may_take_back": True,
    "is_open": True,
    "code_sent": False,
    "masked_phone": "138****0002",
    "problems": [],
}
LOOKUP = {
    "application": APPLICATION,
    "number": "91320113MA0000023E",
    "firm": {
        "name": "南京市栖霞区一路平安商贸有限公司（虚构）",
        "source": t("参考信用信息来源 RB-1", "reference RB-1"),
    },
    "answered": True,
    "action": "/apply/01JD/lookup/shareholders-0-number",
    "review": True,
    "back": "/apply/01JD/form/shareholders",
}
WRONG = [ShownProblem("agree", "请读完文书，勾选同意"), ShownProblem("code", "验证码不对，还可以再试 4 次")]
PARTS = [
    ("people", "apply/people.html", "applicant", PEOPLE),
    (
        "people-problem",
        "apply/people.html",
        "applicant",
        {**PEOPLE, "problems": [ShownProblem("phone-shareholders-1", "请输入 11 位手机号码")]},
    ),
    (
        "people-nobody-named",
        "apply/people.html",
        "applicant",
        {**PEOPLE, "problems": [ShownProblem("representative-shareholders-2", "请填写代表该单位签名的人的姓名")]},
    ),
    ("lookup", "apply/lookup.html", "applicant", LOOKUP),
    ("lookup-unknown", "apply/lookup.html", "applicant", {**LOOKUP, "firm": None}),
    ("lookup-silent", "apply/lookup.html", "applicant", {**LOOKUP, "firm": None, "answered": False}),
    ("people-nobody", "apply/people.html", "applicant", {**PEOPLE, "people": []}),
    ("part", "parts/part.html", "applicant", PART),
    ("part-of-the-register", "parts/part.html", "applicant", {**PART, "fields": []}),
    ("part-sign", "parts/part.html", "applicant", {**PART, "code_sent": True, "problems": WRONG}),
    ("part-signed", "parts/part.html", "applicant", {**PART, "has_signed": True}),
    (
        "part-proved",
        "parts/part.html",
        "applicant",
        {
            **PART,
            "proof": {**PART["proof"], "signs": False, "is_assured": True, "may_be_bound": True, "way": SHAREHOLDER},
        },
    ),
    ("part-waiting", "parts/part.html", "applicant", {**PART, "instruments": [], "digest": ""}),
]
