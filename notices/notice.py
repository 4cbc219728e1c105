# SPDX-License-Identifier: Apache-2.0
"""Notice (文书): the register's row of one document, and the counters of their numbers. No query, no session."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base, Moment
from kit.inherited import SealedWith
from kit.random import new_id


class Notice(Base):
    """Written with what it tells of; made (rendered and sealed) by a worker; handed over once."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("application_id", "kind", "occasion"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    version: Mapped[int]
    application_id: Mapped[str] = mapped_column(String(32), index=True)
    occasion: Mapped[str] = mapped_column(String(40), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(SealedWith("notice", gone={}))
    written_at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    handed_over_at: Mapped[datetime | None] = mapped_column(Moment)
    handed_over_by: Mapped[str | None] = mapped_column(String(20))


class NoticeCounter(Base):
    """The last number of one word in one year; its row is locked while the next is given."""

    __tablename__ = "notice_counter"

    word: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
