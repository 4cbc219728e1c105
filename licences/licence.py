# SPDX-License-Identifier: Apache-2.0
"""Licence (证照): the register's row, its documents, and the codes it may be given. No query, no session.

What stands on a licence is public by law (企业信息公示暂行条例), so these columns are plain.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.database import Base, Moment
from kit.random import new_id


class Template(StrEnum):
    COMPANY = "company"  # 有限责任公司
    SOLE_PROPRIETORSHIP = "sole_proprietorship"  # 个人独资企业
    PARTNERSHIP = "partnership"  # 合伙企业
    COOPERATIVE = "cooperative"  # 农民专业合作社
    BRANCH = "branch"  # 分支机构
    SOLE_TRADER = "sole_trader"  # 个体工商户
    PERMIT = "permit"  # 许可证：有统一社会信用代码的单位另行取得


class Copy(StrEnum):
    ORIGINAL = "original"  # 正本
    DUPLICATE = "duplicate"  # 副本


class Status(StrEnum):
    RESERVED = "reserved"  # numbered, not yet made
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"  # the business pauses (歇业)
    REPLACED = "replaced"  # a newer one of the same business is in force
    CANCELLED = "cancelled"  # the business was deregistered
    REVOKED = "revoked"


class Licence(Base):
    """One licence or permit for one approved application. `verification_id` is the address in its QR code.

    `credit_code` is the code that came with a business licence and stays with the business: a licence that follows a
    change bears it again, and only one of them is in force. A permit names the code of its holder, `holder_code`, if
    there is one. `valid_to` is the last day; None means without limit.
    """

    __tablename__ = "licence"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), index=True)
    holder_code: Mapped[str] = mapped_column(String(18), default="", index=True)
    application_id: Mapped[str] = mapped_column(String(32), unique=True)
    verification_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_id)
    item_code: Mapped[str] = mapped_column(String(40))
    template: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60), default="营业执照")
    name: Mapped[str] = mapped_column(String(120))
    holder: Mapped[str] = mapped_column(String(80))
    entity_type: Mapped[str] = mapped_column(String(60))
    form_of_organisation: Mapped[str] = mapped_column(String(20))
    capital: Mapped[str] = mapped_column(String(60))
    premises: Mapped[str] = mapped_column(String(200))
    place_key: Mapped[str | None] = mapped_column(String(64), index=True)  # what equal addresses have in common
    scope: Mapped[str] = mapped_column(Text)
    registrar: Mapped[str] = mapped_column(String(80))
    established_on: Mapped[date]
    valid_to: Mapped[date | None]
    suspended_until: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(12), default=Status.RESERVED)
    reserved_at: Mapped[datetime] = mapped_column(Moment)
    issued_at: Mapped[datetime | None] = mapped_column(Moment)

    documents: Mapped[list["LicenceDocument"]] = relationship(order_by="LicenceDocument.copy")

    def status_on(self, today: date) -> Status:
        """A business that pauses trades again by itself after the last day of its pause (登记管理条例第30条)."""
        is_over = self.suspended_until is not None and today > self.suspended_until
        return Status.IN_FORCE if self.status == Status.SUSPENDED and is_over else Status(self.status)

    def has_run_out(self, today: date) -> bool:
        """Whether its last day is over; nothing in the register changes on that day."""
        return self.valid_to is not None and today > self.valid_to


class LicenceDocument(Base):
    """One signed file of a licence, by the SHA-256 under which the store keeps it."""

    __tablename__ = "licence_document"

    licence_id: Mapped[str] = mapped_column(ForeignKey("licence.id"), primary_key=True)
    copy: Mapped[str] = mapped_column(String(10), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]


class LicenceCounter(Base):
    """The last number given in a year; its row is locked while the next is given."""

    __tablename__ = "licence_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CreditCode(Base):
    """A unified social credit code received from the registrar, free until a licence takes it."""

    __tablename__ = "credit_code"

    code: Mapped[str] = mapped_column(String(18), primary_key=True)
    template: Mapped[str] = mapped_column(String(20), index=True)
    licence_id: Mapped[str | None] = mapped_column(ForeignKey("licence.id"), unique=True)
