# SPDX-License-Identifier: Apache-2.0
"""Published lists (公布的名单): who stands on a list that was taken in from a file, found by number only.

Hides how a number is found without being readable: by a keyed hash; the rest is sealed. One edition of a kind counts at
a time, to its last day; after that the list says nothing. Keeps the port of a bureau. I/O: database.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from credit.bureau import Firm, Unanswered
from credit.effect import Subject
from credit.report import CreditReport, Record
from kit.clock import Clock, office_day
from kit.database import Base, Database, Moment
from kit.sealing import Sealed, fingerprint

KINDS = (
    "dishonest_judgment_debtor",
    "abnormal_operations",
    "severely_dishonest_list",
    "major_tax_violation",
    "consumption_restricted",
)
SOURCE = "公布名单（文件导入）"
EXPIRED = "lists_expired"
ENTRIES = "listed"  # what entries are sealed for, and numbers hashed


class ListedEdition(Base):
    """The edition of a kind of list that counts, to `counts_until` (included)."""

    __tablename__ = "listed_edition"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    edition: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    counts_until: Mapped[date] = mapped_column(Date)
    imported_at: Mapped[datetime] = mapped_column(Moment)


class ListedRow(Base):
    """One row. `entry`: name, body, since, until and the line of the file, as JSON."""

    __tablename__ = "listed_row"

    # Each edition takes new ones: a few hundred large lists would use up 32 bits.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(ForeignKey("listed_edition.kind"))
    key: Mapped[str] = mapped_column(String(64), index=True)
    entry: Mapped[dict[str, Any]] = mapped_column(Sealed(ENTRIES))


def listed_key(number: str) -> str:
    """By which a number is found: 64 hexadecimal digits."""
    return fingerprint(number.upper(), ENTRIES)


def editions(session: Session, day: date | None = None) -> list[ListedEdition]:
    """Those that are there, by kind; with `day` only those that count on it."""
    query = select(ListedEdition).order_by(ListedEdition.kind)
    if day is not None:
        query = query.where(ListedEdition.counts_until >= day)
    return list(session.scalars(query))


class ListSource:
    """Answers from the lists that count today, and says for which kinds it can."""

    def __init__(self, database: Database, now: Clock) -> None:
        self._database, self._now = database, now

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        """See Bureau. Without any list that counts there is no answer; a name that differs goes to a person."""
        now = self._now()
        with self._database.snapshot() as session:  # editions and rows of one moment
            counting = editions(session, office_day(now))
            kinds = tuple(one.kind for one in counting)
            rows = select(ListedRow).where(ListedRow.key == listed_key(number), ListedRow.kind.in_(kinds))
            found = [(row.kind, row.entry) for row in session.scalars(rows)]
            reference = "、".join(f"{one.kind} {one.edition}" for one in counting)
        if not kinds:
            return _silent(subject, EXPIRED, now)
        if any(entry["name"] != name.strip() for _kind, entry in found):
            return _silent(subject, "identity_uncertain", now)
        return CreditReport(subject, "answered", tuple(_records(found)), now, SOURCE, reference, covers=kinds)

    def firm(self, number: str, *, purpose: str, case: str) -> Firm | None:
        """A list names whoever stands on it, not whoever asks. Raises Unanswered."""
        raise Unanswered("not_offered")


def _records(found: Iterable[tuple[str, dict[str, Any]]]) -> Iterable[Record]:
    for kind, entry in found:
        until = date.fromisoformat(entry["until"]) if entry["until"] else None
        yield Record(kind, entry["body"], date.fromisoformat(entry["since"]), until)


def _silent(subject: Subject, reason: str, now: datetime) -> CreditReport:
    return CreditReport(subject, "unavailable", (), now, SOURCE, reason=reason)
