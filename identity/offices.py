# SPDX-License-Identifier: Apache-2.0
"""Offices (机构): where staff belong, and of which streets they see the cases. I/O: database, files of the package."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import DISTRICT, Account
from kit.database import Base
from kit.declared import declared
from kit.errors import DomainError
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "offices.toml"


class OfficeUnknown(DomainError):
    """No office of that code is open."""


class OfficeKind(StrEnum):
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    HALL = "hall"
    KIOSK = "kiosk"
    BANK = "bank"


class Office(Base):
    """One office; no areas means the whole district."""

    __tablename__ = "office"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_open: Mapped[bool] = mapped_column(default=True)

    @property
    def name(self) -> Text:
        return Text(zh=self.name_zh, en=self.name_en)


class _Declared(Frozen):
    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}$")
    kind: OfficeKind
    name: Text
    areas: tuple[str, ...] = ()


class _File(Frozen):
    offices: tuple[_Declared, ...] = Field(min_length=1)


def seed_offices(session: Session, file: Path = FILE) -> None:
    """Enter those of the file that are missing; the others stay as they are. Raises kit.declared.Refused."""
    for one in declared(file, _File).offices:
        if session.get(Office, one.code) is None:
            session.add(
                Office(code=one.code, kind=one.kind, name_zh=one.name.zh, name_en=one.name.en, areas=sorted(one.areas))
            )


def offices(session: Session) -> list[Office]:
    """Those that are open."""
    return list(session.scalars(select(Office).where(Office.is_open).order_by(Office.code)))


def place_in_office(session: Session, account: Account, code: str) -> None:
    """The person belongs there from now on. Raises OfficeUnknown."""
    found = session.get(Office, code)
    if found is None or not found.is_open:
        raise OfficeUnknown()
    account.office = code


def jurisdiction(session: Session, account_id: str) -> list[str] | None:
    """The streets whose cases the person's office sees to; None for the whole district.

    Whoever belongs to no office that is open, or to none, sees to nothing.
    """
    account = session.get(Account, account_id)
    if account is None:
        return []
    found = session.get(Office, account.office) if account.office else None
    if found is None:  # the district's own office needs no row
        return None if account.office == DISTRICT else []
    if not found.is_open:
        return []
    return list(found.areas) or None
