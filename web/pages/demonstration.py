# SPDX-License-Identifier: Apache-2.0
"""Demonstration (演示): accounts and sent messages, on a page. Not there unless the service is a demonstration."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from identity import Role, current_code, demonstration_password, demonstration_secret, latest_messages
from kit.text import Text
from web.deps import Anybody, Db, Now
from web.respond import page
from web.wording import ROLES

router = APIRouter(prefix="/demonstration")
STAFF: dict[str, tuple[Role, str, Text, str]] = {
    "clerk": (Role.CLERK, "周审查", Text(zh="审查案件并作决定", en="Reviews and decides"), "/review"),
    "clerk2": (Role.CLERK, "吴审查", Text(zh="另一位审查员", en="A second clerk"), "/review"),
    "health": (
        Role.EXPERT,
        "钱卫健",
        Text(zh="卫生健康委员会的意见", en="Opinion of the Health Commission"),
        "/opinions",
    ),
    "market": (
        Role.EXPERT,
        "李市监",
        Text(zh="市场监督管理局的监管收件箱", en="Inbox of market supervision"),
        "/notifications",
    ),
    "fire": (Role.EXPERT, "孙消防", Text(zh="消防救援大队的意见", en="Opinion of Fire and Rescue"), "/opinions"),
    "supervisor": (Role.SUPERVISOR, "郑负责", Text(zh="看板、放回与重办", en="Board, release, resume"), "/board"),
    "auditor": (
        Role.AUDITOR,
        "王审计",
        Text(zh="检索、导出和核查日志", en="Searches, exports and checks the log"),
        "/audit",
    ),
    "admin": (
        Role.ADMINISTRATOR,
        "冯管理",
        Text(zh="工作日历、账号、健康状况", en="Calendar, accounts, health"),
        "/admin",
    ),
    "security": (
        Role.SECURITY,
        "陈安全",
        Text(zh="角色、岗位范围、开通链接、会话", en="Roles, postings, links, sessions"),
        "/admin/accounts",
    ),
}
PHONE = "13800000001"


@router.get("")
def accounts(request: Request, now: Now, _viewer: Anybody) -> Response:
    shown = [
        {
            "role": ROLES[role],
            "username": username,
            "password": demonstration_password(username),
            "code": current_code(demonstration_secret(username), now),
            "what": what,
            "href": href,
        }
        for username, (role, _name, what, href) in STAFF.items()
    ]
    links = [
        {"label": Text(zh="样例身份证照片", en="Sample identity card"), "href": "/demonstration/card.jpg"},
        {"label": Text(zh="已发送的短信", en="Sent messages"), "href": "/demonstration/messages"},
    ]
    return page(request, "demonstration/accounts.html", accounts=shown, phone=PHONE, links=links)


@router.get("/messages")
def messages(request: Request, db: Db, _viewer: Anybody) -> Response:
    shown = [{"to": m.masked_phone, "body": m.body, "at": m.written_at} for m in latest_messages(db)]
    return page(request, "demonstration/messages.html", messages=shown)


@router.get("/card.jpg")
def sample_card(request: Request, _viewer: Anybody) -> Response:
    """The fictitious card of the demonstration, to be photographed or uploaded."""
    path = request.app.state.desk.settings.data_dir / "demonstration" / "card.jpg"
    return Response(path.read_bytes(), media_type="image/jpeg") if path.exists() else Response(status_code=404)
