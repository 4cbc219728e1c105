# SPDX-License-Identifier: Apache-2.0
"""Entity (经营主体): a business as the register has it now. No query, no session.

Code, name and standing are public by law (企业信息公示暂行条例). What is registered and recorded beside them holds
personal data and is sealed.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base, Moment
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import Sealed


class EntityEnded(DomainError):
    """The business was deregistered; nothing can be entered of it any more."""


class Standing(StrEnum):
    EXISTING = "existing"
    PAUSED = "paused"  # 歇业
    ENDED = "ended"  # 注销


class Entity(Base):
    """One business. `facts` are the answers of its registration, changed by every entry since.

    `item_code` and `item_version` name the item under whose form the facts are to be read; `kind` is the template of
    its licence.
    """

    __tablename__ = "entity"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    item_code: Mapped[str] = mapped_column(String(40))
    item_version: Mapped[int]
    filed_by: Mapped[str] = mapped_column(String(32), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(Sealed("entity"))
    standing: Mapped[str] = mapped_column(String(10), default=Standing.EXISTING)
    established_on: Mapped[date]
    paused_until: Mapped[date | None]
    paused_days: Mapped[int] = mapped_column(default=0)  # of all pauses, to the end of the one that is entered
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def standing_on(self, today: date) -> Standing:
        """A pause that has run out has ended by itself (登记管理条例第30条)."""
        if self.standing == Standing.PAUSED and self.paused_until is not None and today > self.paused_until:
            return Standing.EXISTING
        return Standing(self.standing)


class Entry(Base):
    """One entry: which application, what it did, and which facts it changed, by name and never by content."""

    __tablename__ = "entity_entry"

    application_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(32), index=True)
    act: Mapped[str] = mapped_column(String(20))
    changed: Mapped[list[str]] = mapped_column(JSON, default=list)
    entered_at: Mapped[datetime] = mapped_column(Moment)
