# SPDX-License-Identifier: Apache-2.0
"""Memos (提醒): what a member of staff must be told about a case. I/O: database.

A memo is to one person, or to everybody of a role; the same thing about the same case is told once.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from identity import Account, Role
from kit.database import Base, Moment
from kit.inherited import SealedWith


class Memo(Base):
    """`key` tells one occasion from another; `words` is what a colleague added."""

    __tablename__ = "memo"
    __table_args__ = (UniqueConstraint("application_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    to_account: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    to_role: Mapped[str | None] = mapped_column(String(20), index=True)
    written_by: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(SealedWith("memo", gone=""))
    written_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


def tell(
    session: Session,
    application: Application,
    kind: str,
    by: str,
    now: datetime,
    *,
    to: str | None = None,
    role: Role | None = None,
    words: str = "",
    occasion: str = "",
) -> bool:
    """Write it down unless it was. `occasion` tells it from an earlier one. Gives whether it is new."""
    key = f"{kind}:{to or role}:{occasion or application.seq}"
    query = select(Memo.id).where(Memo.application_id == application.id, Memo.key == key)
    if session.scalar(query) is not None:
        return False
    memo = Memo(
        application_id=application.id,
        key=key,
        kind=kind,
        to_account=to,
        to_role=role,
        written_by=by,
        words=words,
        written_at=now,
    )
    try:
        with session.begin_nested():
            session.add(memo)
    except IntegrityError:  # another has just written it
        return False
    return True


def unseen(session: Session, person: Account, limit: int = 20) -> list[Memo]:
    """What the person, or everybody of their role, has not put away yet; the latest first."""
    mine = or_(Memo.to_account == person.id, Memo.to_role == person.role)
    query = select(Memo).where(mine, Memo.seen_at.is_(None)).order_by(Memo.id.desc()).limit(limit)
    return list(session.scalars(query))


def put_away(session: Session, memo_id: int, person: Account, now: datetime) -> None:
    """Seen: it leaves the list. Somebody else's memo is left as it is."""
    memo = session.get(Memo, memo_id)
    if memo is not None and (memo.to_account == person.id or memo.to_role == person.role) and memo.seen_at is None:
        memo.seen_at = now
