# SPDX-License-Identifier: Apache-2.0
"""Library (标准地址库): addresses that the district vouches for, found by one way of writing them. I/O: database.

The library proves nothing by itself: an address that it lacks may be new, and one that it has says nothing of title.
"""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from addresses.writing import normalise, normalise_typed
from kit.database import Base, Moment

MOST_TEXT = 80  # characters, as many as the forms take
MOST_KEY = 160
MOST_SUGGESTED = 20
LEAST_TYPED = 2  # characters: one names no road


class StandardAddress(Base):
    """One address. `street` is the nine-digit code; `key` what `normalise` makes of `text`, once in each street."""

    __tablename__ = "standard_address"
    __table_args__ = (UniqueConstraint("street", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str] = mapped_column(String(12))
    community: Mapped[str] = mapped_column(String(40), default="")
    grid: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(String(MOST_TEXT))
    key: Mapped[str] = mapped_column(String(MOST_KEY))
    source: Mapped[str] = mapped_column(String(120))
    imported_at: Mapped[datetime] = mapped_column(Moment)


def find(session: Session, street: str, text: str) -> StandardAddress | None:
    """The address that `text` is one way of writing; None if the library does not have it."""
    key = normalise(text)
    wanted = select(StandardAddress).where(StandardAddress.street == street, StandardAddress.key == key)
    return session.scalar(wanted) if key else None


def has_any(session: Session, street: str) -> bool:
    """Whether anything was imported for the street: of one that was not, the library knows nothing."""
    return session.scalar(select(StandardAddress.id).where(StandardAddress.street == street).limit(1)) is not None


def suggest(session: Session, street: str, typed: str, limit: int) -> list[StandardAddress]:
    """At most `limit` addresses of the street: those that begin with what was typed, then those that contain it.

    The street's own part of the index is walked. [] for fewer than `LEAST_TYPED` characters.
    """
    key = normalise_typed(typed)
    if not LEAST_TYPED <= len(key) <= MOST_KEY:
        return []
    known = StandardAddress.key
    is_later = case((known.startswith(key, autoescape=True), 0), else_=1)
    wanted = (
        select(StandardAddress)
        .where(StandardAddress.street == street, known.contains(key, autoescape=True))
        .order_by(is_later, func.length(known), known)
    )
    return list(session.scalars(wanted.limit(min(limit, MOST_SUGGESTED))))
