# SPDX-License-Identifier: Apache-2.0
"""Disclosures (可撤回的披露): what an entry only commits to, sealed beside the log. I/O: database.

The leaf holds a commitment (`kit.commitments`), this table value and salt. Whoever erases the row erases the person's
words everywhere but in backups, and the log verifies as before (个人信息保护法 第47条).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.commitments import commit
from kit.database import Base
from kit.sealing import Sealed

COMMITTED = "committed"
"""The fact under which an entry holds its commitments: field → 64 hexadecimal digits."""


class Disclosure(Base):
    """Value and salt of one field of one entry."""

    __tablename__ = "log_disclosure"

    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    opening: Mapped[dict[str, Any]] = mapped_column(Sealed("log_disclosure"))


def committed(personal: Mapping[str, str]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Commitments to stand in the entry, and what opens each."""
    told, openings = {}, {}
    for field, value in personal.items():
        told[field], salt = commit(field, value.encode())
        openings[field] = {"salt": salt.hex(), "value": value}
    return told, openings


def keep(session: Session, entry_id: int, subject: str, openings: Mapping[str, dict[str, str]]) -> None:
    for field, opening in openings.items():
        session.add(Disclosure(entry_id=entry_id, field=field, subject=subject, opening=opening))


def erase(session: Session, subject: str) -> int:
    """Forget every word that entries about this subject committed to; gives how many. The log stays as it is."""
    found = list(session.scalars(select(Disclosure.field).where(Disclosure.subject == subject)))
    session.execute(delete(Disclosure).where(Disclosure.subject == subject))
    return len(found)
