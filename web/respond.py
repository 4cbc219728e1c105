# SPDX-License-Identifier: Apache-2.0
"""Respond (应答): a template with what every page needs: language, viewer, token, notice. I/O: none."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from identity import Account
from kit.text import Language
from web.deps import csrf_token
from web.render import render

LANGUAGE_COOKIE = "approval_language"
LARGE_COOKIE = "approval_large"
NOTICE_COOKIE = "approval_notice"
YEAR = 365 * 24 * 3600
NOTICES = {
    "saved": ("已保存", "Saved"),
    "card-settled": ("证件已读清，与填报一致", "The card was read and agrees with the form"),
    "session-ended": ("已退出那台设备", "That device is signed out"),
    "signed-out": ("您已退出", "You are signed out"),
    "discarded": ("草稿已删除", "The draft is deleted"),
    "released": ("已放回队列", "Back in the queue"),
    "none-open": ("队列中没有待办案件", "Nothing waits in the queue"),
    "returned": ("已退回补正，并通知申请人", "Returned; the applicant is told"),
    "refused": ("已作出不予决定，并通知申请人", "Refused; the applicant is told"),
    "approved": ("已批准，正在制证", "Approved; the licence is being made"),
    "handed-over": ("已移交，并提醒对方", "Handed over; your colleague is told"),
    "taken-over": ("已接手，并提醒原办理人", "Taken over; the former holder is told"),
    "accepted": ("已受理，并通知申请人", "Accepted; the applicant is told"),
    "voted": ("您的审查意见已提交，等待另一位审查员", "Your opinion is cast; another clerk decides too"),
    "suspended": ("已中止计时，并书面告知申请人", "The clock is stopped; the applicant is told in writing"),
    "file-came": ("登记档案已登记收到，恢复计时并书面告知申请人", "The file is recorded; the clock runs again"),
    "vouched": ("已由合作方确认您的身份", "Your identity is confirmed"),
    "met": ("核验结果已记录", "The result is recorded"),
    "not-me": (
        "已收到。相关申请已暂停办理，工作人员会尽快核实",
        "Noted: whatever it concerns is stopped until a clerk has looked",
    ),
    "not-me-told": ("已转告工作人员", "Clerks are told"),
    "uploaded": ("已上传", "Uploaded"),
    "invited": ("邀请短信已发出", "The invitation is sent"),
    "notification-received": ("已签收", "Received"),
    "notification-claimed": ("已由本部门认领", "Claimed for your department"),
    "result-recorded": ("检查结果已登记", "The result is on record"),
    "permits-promised": ("已承诺，请在取得许可后再经营相应项目", "Promised: trade once you have the permits"),
    "part-signed": ("已签名", "Signed"),
    "looked-up": ("名称已按信用数据库填入，请核对", "The name is filled in from the bureau: please check"),
    "renewed": ("已换用新版表单，填过的内容都在，请逐页核对", "The new form is in use; what you typed is kept"),
    "password-changed": ("密码已修改，其他设备已退出", "The password is changed, other devices are signed out"),
    "removed": ("已删除", "Removed"),
    "prefilled": ("已带入以前的资料，请逐页核对", "Taken over; look at each page"),
    "visited": ("已记入现场核查记录", "The visit is on record"),
    "gone-on": ("已恢复计时，并书面告知申请人", "The clock runs again; the applicant is told in writing"),
    "extended": ("已延长期限，并书面告知申请人", "Extended; the applicant is told in writing"),
    "unmasked": ("已显示完整号码 30 分钟，并已记入日志", "Numbers are shown for 30 minutes; it is in the log"),
    "served": ("已记录送达，送达回证已存入案卷", "The service is entered; its proof is in the case"),
    "reopened": ("已重新立案办理", "Opened again"),
    "consent-withdrawn": (
        "已撤回，画面和比对结果已删除，改由工作人员核验",
        "Withdrawn: pictures and results are deleted, a clerk checks instead",
    ),
    "contested": ("异议已提交，办理时限照常计算", "Your contest is noted; the time limit keeps running"),
    "contest-answered": ("已答复申请人的异议", "The contest is answered"),
    "withdrawn": ("您的申请已撤回", "Your application is withdrawn"),
    "opinion": ("意见已提交", "The opinion is given"),
    "sampled": ("抽查意见已记录", "Your look is recorded"),
    "gate": ("自动审批状态已更改", "The state of automatic approval is changed"),
    "desk": ("已保存", "Saved"),
    "resumed": ("已重新办理", "Sent on again"),
    "together-added": ("已加入，一起填写", "Added"),
    "together-out": ("已取出，草稿还在“我的申请”里", "Taken out; the draft is among your applications"),
    "together-submitted": ("已签名提交", "Signed and submitted"),
    "calendar": ("日历已更新", "The calendar is changed"),
}


class ShownViewer:
    """Who is signed in, as pages name them."""

    def __init__(self, account: Account) -> None:
        self.name, self.role = account.shown_name, account.role


def language_of(request: Request) -> Language:
    """The query, else the cookie, else what the browser prefers, else Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    preferred = request.headers.get("accept-language", "zh").split(",")[0].lower()
    return "en" if preferred.startswith("en") else "zh"


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """The template in the viewer's language. Switches of language and size are remembered."""
    language = language_of(request)
    asked_large = request.query_params.get("large")
    large = asked_large == "1" if asked_large in ("0", "1") else request.cookies.get(LARGE_COOKIE) == "1"
    viewer: Account | None = getattr(request.state, "viewer", None)
    noticed = NOTICES.get(request.cookies.get(NOTICE_COOKIE, ""))
    notice = None if noticed is None else noticed[language == "en"]
    desk = request.app.state.desk
    shown = {
        "language": language,
        "viewer": ShownViewer(viewer) if viewer else None,
        "csrf": csrf_token(request),
        "path": request.url.path,
        "large": large,
        "keeping": _keeping(request),
        "demonstration": desk.settings.demonstration,
        "notice": notice,
        "problems": [],
    }
    response = HTMLResponse(render(template, **{**shown, **context}), status)
    secure = desk.settings.is_https
    if "lang" in request.query_params:
        response.set_cookie(LANGUAGE_COOKIE, language, YEAR, httponly=True, samesite="lax", secure=secure)
    if asked_large in ("0", "1"):
        response.set_cookie(LARGE_COOKIE, asked_large, YEAR, httponly=True, samesite="lax", secure=secure)
    if notice:
        response.delete_cookie(NOTICE_COOKIE)
    return response


def _keeping(request: Request) -> str:
    """What else the address asks for, so that switching the language or the size keeps the place."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "large")]
    return urlencode(kept) + "&" if kept else ""


def go(path: str, notice: str | None = None) -> RedirectResponse:
    """See other page, with a one-time word there."""
    response = RedirectResponse(path, 303)
    if notice:
        response.set_cookie(NOTICE_COOKIE, notice, 60, httponly=True, samesite="lax")
    return response
