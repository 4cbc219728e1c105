# SPDX-License-Identifier: Apache-2.0
"""Serving (送达): a document handed over by post or at the window, entered by staff, with a proof of service.

Online service is the applicant opening the document (`papers.serve`). Whichever way comes first is the service; the
proof (送达回证) is a document of the case like any other. I/O: database.
"""

import re
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

import notices
from approval import papers, people
from approval.casefile import locked
from approval.office import Office
from identity import Account
from kit.clock import office_day
from kit.errors import DomainError
from notices import Kind, Notice

Way = Literal["post", "window"]
TRACKING = re.compile(r"[A-Z0-9]{8,20}")


class NoSuchPaper(DomainError):
    """The case has no such document, or it needs no service."""


class AlreadyServed(DomainError):
    """The document reached the person before: the first time counts."""


class NotMadeYet(DomainError):
    """The document is written but not sealed yet."""


class TrackingRequired(DomainError):
    """Service by post is proved by the number of the item."""


class RecipientRequired(DomainError):
    """At the window it is said who took the document."""


class ServiceDateWrong(DomainError):
    """Nothing is served before it is written, or in the future."""


def serve(
    session: Session,
    office: Office,
    application_id: str,
    notice_id: str,
    way: Way,
    on: date | None,
    detail: str,
    officer: Account,
    now: datetime,
) -> Notice:
    """Enter the service and write its proof. `detail`: the number of the postal item, or who took the document.

    Raises NoSuchPaper, NotMadeYet, AlreadyServed, TrackingRequired, RecipientRequired, ServiceDateWrong,
    ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    people.must_keep_to(session, application, officer.id)
    notice = notices.find(session, notice_id)
    if notice is None or notice.application_id != application.id or notice.kind == Kind.SERVICE:
        raise NoSuchPaper()
    if notice.sha256 is None:
        raise NotMadeYet()
    if notice.handed_over_at is not None:
        raise AlreadyServed()
    said = detail.strip()
    if way == "post" and not TRACKING.fullmatch(said.upper()):
        raise TrackingRequired()
    if way == "window" and len(said) < 2:
        raise RecipientRequired()
    if on is None or not office_day(notice.written_at) <= on <= office_day(now):
        raise ServiceDateWrong(since=office_day(notice.written_at).isoformat())
    papers.serve(session, application, notice, way, now, f"account:{officer.id}", on)
    title = notices.declaration(Kind(notice.kind)).title.zh
    facts = {
        "document": f"{title}（{notice.number}）",
        "way": f"邮寄送达，邮件号 {said.upper()}" if way == "post" else "窗口直接送达",
        "served": papers.in_words(on),
        "signed_by": "以邮件回执为准" if way == "post" else said,
    }
    return papers.write(session, office, application, Kind.SERVICE, facts, now, notice.id)
