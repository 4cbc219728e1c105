# SPDX-License-Identifier: Apache-2.0
"""Vault (影像封存): pictures of people, sealed, for as long as a decision needs them and no longer. I/O: database."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.random import new_id
from kit.sealing import seal, unseal

PURPOSE = "picture"


class SealedPicture(Base):
    """One JPEG, unreadable without the master key."""

    __tablename__ = "sealed_picture"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Moment)


def keep_picture(session: Session, jpeg: bytes, now: datetime) -> str:
    """Seal the picture; the answer is its name in the vault."""
    picture = SealedPicture(sealed=seal(jpeg, PURPOSE), kept_at=now)
    session.add(picture)
    session.flush()
    return picture.id


def view_picture(session: Session, name: str | None) -> bytes | None:
    """The JPEG, or None once it is destroyed."""
    picture = session.get(SealedPicture, name) if name else None
    return unseal(picture.sealed, PURPOSE) if picture else None


def destroy_picture(session: Session, name: str | None) -> None:
    picture = session.get(SealedPicture, name) if name else None
    if picture:
        session.delete(picture)
