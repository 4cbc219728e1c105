# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of accounts (账号样例): the ways in, second factors, sessions, staff. Pure."""

from typing import Any

from tests.web.sample_apply import NOW, some, t
from web.fields import ShownProblem

DIRECTORIES = [some(code="province", name=t("江苏政务服务账号", "Provincial account"))]
CODE_WRONG = [ShownProblem("code", "验证码不对，还可以再试 4 次")]
USED = "动态口令不对、已用过，或被暂时锁定"
SECOND = {"next": "/review", "has_key": True, "has_device": True}
PROOF = {"action": "/review/01JD/decide", "carried": [("outcome", "approve"), ("reason", "同意")]}
OFFICES = {"district": t("栖霞区政务服务中心", "District Service Centre")}
PEOPLE = [
    some(
        id=name,
        username=name,
        name="李审查",
        role="clerk",
        said_role=t("审查员", "Clerk"),
        office=office,
        active=active,
        is_self=active,
    )
    for name, office, active in (("clerk", "district", False), ("security", "gone", True))
]
STAFFING: dict[str, Any] = {
    "people": PEOPLE,
    "roles": {"clerk": t("审查员", "Clerk")},
    "offices": OFFICES,
    "directories": {"district": t("区统一身份目录", "District directory")},
    "links": [{"id": "1", "for": "李审查", "by": "陈安全"}],
    "typed": {"username": "", "name": ""},
}
ACCOUNT = {
    "sessions": [
        some(id="1", device="Firefox · Linux", since=NOW, seen_at=NOW, here=True),
        some(id="2", device="", since=NOW, seen_at=NOW, here=False),
    ],
    "has_device": True,
    "codes_left": 9,
    "passkeys": [some(id="k", label="办公电脑", added_at=NOW, used_at=NOW)],
}
ENROL = {"secret": "JBSW Y3DP", "address": "otpauth://totp/clerk", "picture": "data:image/svg+xml,x", "next": "/"}
ACCOUNT_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    (
        "signin",
        "signin/phone.html",
        None,
        {
            "phone": "123",
            "next": "/",
            "directories": DIRECTORIES,
            "problems": [ShownProblem("phone", "请填写 11 位手机号码")],
        },
    ),
    ("signin-code", "signin/code.html", None, {"masked_phone": "138****0001", "next": "/", "problems": CODE_WRONG}),
    ("signin-staff", "signin/staff.html", None, {"username": "", "next": "/", "directories": DIRECTORIES}),
    ("second", "signin/second.html", None, SECOND),
    ("second-wrong", "signin/second.html", None, {**SECOND, "problems": [ShownProblem("code", USED)]}),
    ("enrol-factor", "signin/enrol.html", None, ENROL),
    ("enrol-factor-wrong", "signin/enrol.html", None, {**ENROL, "problems": [ShownProblem("code", USED)]}),
    ("recovery-codes", "signin/codes.html", "clerk", {"codes": ["23456789ABCDEFGH"], "onwards": "/review"}),
    ("proof", "signin/proof.html", "clerk", {**PROOF, "has_key": True, "has_device": True}),
    (
        "proof-wrong",
        "signin/proof.html",
        "clerk",
        {**PROOF, "has_key": False, "has_device": True, "problems": [ShownProblem("proof_code", USED)]},
    ),
    ("account", "account/account.html", "clerk", {**ACCOUNT, "is_staff": True}),
    ("account-password", "account/password.html", "clerk", {"username": "clerk"}),
    (
        "account-password-wrong",
        "account/password.html",
        "clerk",
        {"username": "clerk", "problems": [ShownProblem("former", "现在的密码不对，或账号被暂时锁定。")]},
    ),
    ("account-applicant", "account/account.html", "applicant", {**ACCOUNT, "is_staff": False}),
    ("staffing", "admin/accounts.html", "security", {**STAFFING, "is_security": True}),
    (
        "staffing-system",
        "admin/accounts.html",
        "administrator",
        {**STAFFING, "is_security": False, "problems": [ShownProblem("username", "这个用户名已经有人使用")]},
    ),
    ("link", "admin/link.html", "security", {"address": "https://sample/enrol/x", "name": "李审查"}),
    ("enrol", "admin/enrol.html", None, {"token": "x", "username": "clerk"}),
    (
        "enrol-weak",
        "admin/enrol.html",
        None,
        {"token": "x", "username": "clerk", "problems": [ShownProblem("password", "密码须有 12 到 128 个字符")]},
    ),
]
