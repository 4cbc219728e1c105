# SPDX-License-Identifier: Apache-2.0
"""Messages (短信): what is to be sent to a phone, written in the transaction that causes it. I/O: database.

`identity.outbox` sends them through a gateway; the demonstration shows them on a page instead.
"""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.numbers import masked_phone
from kit.sealing import Sealed


class Message(Base):
    """One text message. `key` makes a message that a repeated run writes again the same message."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    phone: Mapped[str] = mapped_column(Sealed("message"))
    body: Mapped[str] = mapped_column(Sealed("message"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    next_try_at: Mapped[datetime] = mapped_column(Moment, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    failure: Mapped[str | None] = mapped_column(String(20))

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone)


def write_message(session: Session, key: str, phone: str, body: str, now: datetime) -> None:
    """Write once for `key`."""
    if session.scalar(select(Message.id).where(Message.key == key)) is None:
        session.add(Message(key=key, phone=phone, body=body, written_at=now, next_try_at=now))


def latest_messages(session: Session, limit: int = 50) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id.desc()).limit(limit)))
