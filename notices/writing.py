# SPDX-License-Identifier: Apache-2.0
"""Writing (制作文书): a document gets its number and its facts, with what it tells of. I/O: database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit.clock import office_day
from notices.kinds import Kind, declaration
from notices.notice import Notice, NoticeCounter

# Two writers may meet on the first day of a year: one inserts, both go on.
_FIRST = text("INSERT INTO notice_counter (word, year, last) VALUES (:word, :year, 0) ON CONFLICT DO NOTHING")


def write(
    session: Session, kind: Kind, application_id: str, facts: Mapping[str, Any], now: datetime, occasion: str = ""
) -> Notice:
    """The document, once for each occasion: asked again, the same one. Raises FactsMissing.

    Numbers run without a gap for each word and year (栖审登〔2026〕000001号).
    """
    declared = declaration(kind)
    told = declared.checked(facts)
    query = select(Notice).where(
        Notice.application_id == application_id, Notice.kind == kind, Notice.occasion == occasion
    )
    known = session.scalar(query)
    if known is not None:
        return known
    year = office_day(now).year
    session.execute(_FIRST, {"word": declared.word, "year": year})
    counter = session.get_one(NoticeCounter, (declared.word, year), with_for_update=True, populate_existing=True)
    known = session.scalar(query)  # another may have written it while this one waited
    if known is not None:
        return known
    counter.last += 1
    notice = Notice(
        number=f"栖审{declared.word}〔{year}〕{counter.last:06d}号",
        kind=kind,
        version=declared.version,
        application_id=application_id,
        occasion=occasion,
        facts=told,
        written_at=now,
    )
    session.add(notice)
    session.flush()
    return notice


def of_application(session: Session, application_id: str) -> list[Notice]:
    """All of a case, in the order in which they were written."""
    query = select(Notice).where(Notice.application_id == application_id)
    return list(session.scalars(query.order_by(Notice.written_at, Notice.number)))


def pending(session: Session, application_id: str) -> list[Notice]:
    """Those that are not made yet."""
    query = select(Notice).where(Notice.application_id == application_id, Notice.made_at.is_(None))
    return list(session.scalars(query.order_by(Notice.written_at, Notice.number)))


def unmade(session: Session, before: datetime, limit: int = 50) -> list[str]:
    """Cases with a document that was written long ago and never made, the oldest first."""
    query = select(Notice.application_id).where(Notice.made_at.is_(None), Notice.written_at < before)
    return list(dict.fromkeys(session.scalars(query.order_by(Notice.written_at).limit(limit))))


def find(session: Session, notice_id: str) -> Notice | None:
    return session.get(Notice, notice_id)
