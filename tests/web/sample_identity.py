# SPDX-License-Identifier: Apache-2.0
"""Samples of proving who one is: the ways, an appointment, pictures, a partner; the officers' pages. Pure."""

from typing import Any

from tests.web.sample_apply import APPLICATION, NOW, SHOP, some, t
from tests.web.sample_keeping import CONSENT_TEXT
from web.fields import ShownProblem

WINDOW, CALL = t("到窗口核验", "At a window"), t("视频通话核验", "By video call")
HOLDER = t("经营者", "operator")


def way(code: str, is_chosen: bool = False) -> object:
    needs, takes = t("身份证", "Your identity card"), t("约 3 分钟", "About three minutes")
    return some(code=code, title=t(f"方式 {code}", f"Way {code}"), needs=needs, takes=takes, is_chosen=is_chosen)


WAYS = {
    "application": APPLICATION,
    "base": "/apply/01JD",
    "back": "/apply/01JD",
    "offered": [way("window", True), way("video"), way("eye"), way("partner"), way("face")],
    "partners": [some(code="sample-bank", name=t("样例银行", "Sample Bank"))],
    "assured": None,
    "is_whole": True,
    "consent": CONSENT_TEXT,
    "next_href": "/apply/01JD/identity/meeting",
}
MEETING = {
    "application": APPLICATION,
    "base": "/apply/01JD",
    "back": "/apply/01JD",
    "meeting": some(way="window", code="1234 5678", until=NOW, slot_at=None, ahead=0),
    "slots": [],
}
QUEUED = {
    **MEETING,
    "meeting": some(way="video", code="1234 5678", until=NOW, slot_at=None, ahead=2),
    "slots": [some(value=NOW.isoformat(), at=NOW)],
}
PICTURE = {
    "application": APPLICATION,
    "base": "/parts/01JP",
    "back": "/parts/01JP/identity",
    "home": "/parts/01JP",
    "is_holder": False,
    "kept": {"card": True, "own": False},
}
POINTS = [some(code="face", words=t("证件照片与本人一致", "The photograph is the person"), is_ticked=True)]
OFFICE = {
    "meeting": some(id="01JM", way="window", title=WINDOW),
    "case": some(title=SHOP, label="样例小吃店"),
    "person": some(name="王样例", number="999999********0012", role=HOLDER, who="ab" * 32),
    "points": POINTS,
    "typed": some(same="no", note="", ticked=["face"]),
}
CLAIM = some(role=HOLDER, at=NOW, outcome=None, reason=None, is_proven=True)
SETTLED = some(role=HOLDER, at=NOW, outcome="lifted", reason="本人当面确认系误操作", is_proven=False)
CLAIMS = {
    "case": some(id="01JD", number="20261123-ABCDEF", title=SHOP, state="in_review", frozen_at=NOW),
    "claims": [CLAIM, SETTLED],
    "is_open": True,
}
UNFROZEN = {"id": "01JD", "number": "20261123-ABCDEF", "title": SHOP, "state": "in_review", "frozen_at": None}
CALLS = [
    some(id="1", title=SHOP, asked_at=NOW, slot_at=None, is_due=True, is_mine=False, is_taken=False),
    some(id="2", title=SHOP, asked_at=NOW, slot_at=NOW, is_due=False, is_mine=False, is_taken=False),
    some(id="3", title=SHOP, asked_at=NOW, slot_at=None, is_due=True, is_mine=False, is_taken=True),
    some(id="4", title=SHOP, asked_at=NOW, slot_at=None, is_due=True, is_mine=True, is_taken=False),
]
FAILED = t("不符合", "Failed")
PROVERS = [
    some(
        place="holder",
        role=HOLDER,
        way=WINDOW,
        is_assured=True,
        is_unsure=False,
        at=NOW,
        by_partner=False,
        signed_at=NOW,
        phone=None,
        note="",
        signals=[
            some(
                said=t("左转时鼻部视差（立体）", "Depth"),
                value=0.11,
                threshold=0.19,
                outcome=FAILED,
                mood="bad",
                version="1",
            ),
            some(
                said=t("虚拟摄像头", "Virtual camera"),
                value=None,
                threshold=0.0,
                outcome=FAILED,
                mood="warn",
                version="1",
            ),
        ],
        may_compare=False,
        card_href=None,
        own_href=None,
    ),
    some(
        place="shareholders.1",
        role=t("股东", "shareholder"),
        way=CALL,
        is_assured=False,
        is_unsure=True,
        at=None,
        by_partner=False,
        signed_at=None,
        phone="138****0002",
        note="画面不清，无法确认",
        signals=[],
        may_compare=True,
        card_href="/review/01JD/pictures/card?person=shareholders.1",
        own_href="/review/01JD/pictures/frame?person=shareholders.1",
    ),
]
PARTNER = {"application": APPLICATION, "partner": t("样例银行", "Sample Bank"), "there": "http://127.0.0.1:9/login"}
NO_CODE = [ShownProblem("code", "没有这个核验码")]
IDENTITY_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("ways", "apply/ways.html", "applicant", WAYS),
    ("ways-problem", "apply/ways.html", "applicant", {**WAYS, "problems": [ShownProblem("ways", "对方没有答复")]}),
    ("ways-assured", "apply/ways.html", "applicant", {**WAYS, "assured": WINDOW, "next_href": None}),
    ("ways-unnamed", "apply/ways.html", "applicant", {**WAYS, "is_whole": False, "next_href": None}),
    ("meeting-window", "apply/meeting.html", "applicant", MEETING),
    ("meeting-video", "apply/meeting.html", "applicant", QUEUED),
    (
        "meeting-video-taken",
        "apply/meeting.html",
        "applicant",
        {**QUEUED, "problems": [ShownProblem("slot", "这个时段已约满")]},
    ),
    ("own-picture", "apply/picture.html", "applicant", PICTURE),
    (
        "own-picture-problem",
        "apply/picture.html",
        "applicant",
        {**PICTURE, "problems": [ShownProblem("own", "照片里没有人脸")]},
    ),
    ("partner", "apply/partner.html", "applicant", {**PARTNER, "back": "/apply/01JD/identity"}),
    ("link", "parts/link.html", None, {"token": "abc", "title": SHOP, "masked_phone": "138****0002"}),
    ("not-me", "parts/notme.html", "applicant", {"claims": []}),
    ("not-me-claimed", "parts/notme.html", "applicant", {"claims": [some(code="123 456 789", at=NOW)]}),
    ("claim", "identity/claim.html", "clerk", {"claim": some(id="01JC", at=NOW), "points": POINTS}),
    (
        "claim-problem",
        "identity/claim.html",
        "clerk",
        {
            "claim": some(id="01JC", at=NOW),
            "points": POINTS,
            "problems": [ShownProblem("number", "号码不一致"), ShownProblem("ticked", "请逐项核对")],
        },
    ),
    ("claims-unproven", "identity/claims.html", "clerk", {**CLAIMS, "case": some(**UNFROZEN)}),
    (
        "not-me-problem",
        "parts/notme.html",
        "applicant",
        {"claims": [], "problems": [ShownProblem("number", "号码不对")]},
    ),
    ("identity-window", "identity/window.html", "clerk", {}),
    ("identity-window-problem", "identity/window.html", "clerk", {"problems": NO_CODE}),
    ("identity-video", "identity/video.html", "clerk", {"rows": CALLS}),
    ("identity-video-empty", "identity/video.html", "clerk", {"rows": []}),
    ("identity-meeting", "identity/meeting.html", "clerk", OFFICE),
    (
        "identity-meeting-problem",
        "identity/meeting.html",
        "clerk",
        {**OFFICE, "problems": [ShownProblem("ticked", "逐项核对"), ShownProblem("note", "写明原因")]},
    ),
    (
        "identity-frozen",
        "identity/frozen.html",
        "clerk",
        {"rows": [some(id=name, number="", title=SHOP, since=since) for name, since in (("1", NOW), ("2", None))]},
    ),
    ("identity-frozen-empty", "identity/frozen.html", "clerk", {"rows": []}),
    ("identity-claims", "identity/claims.html", "clerk", CLAIMS),
    (
        "identity-claims-problem",
        "identity/claims.html",
        "clerk",
        {**CLAIMS, "problems": [ShownProblem("reason", "请写理由")]},
    ),
]
