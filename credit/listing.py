# SPDX-License-Identifier: Apache-2.0
"""Listing (导入公布名单): one file of a published list takes the place of the edition before it, whole or not at all.

Hides that a file is read, checked, hashed, sealed and sorted before the database is touched, whatever its form (CSV or
XLSX). One faulty row and the file is refused with a report row by row; the edition before stays in force.
I/O: files, database.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from credit.entries import COLUMNS, Complaint, Entry, columns_of, entry_of
from credit.lines import Row, csv_rows
from credit.published import KINDS, ListedEdition, ListedRow
from credit.spool import Spool, pour
from credit.workbook import STARTS, xlsx_rows
from kit.clock import office_day
from kit.database import one_at_a_time
from kit.declared import Refused
from kit.errors import DomainError
from kit.text import Text

COUNTS_FOR = timedelta(days=31)
MOST_FAULTS = 10_000  # then nobody reads on


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the file by its number from 1, the column ("" for the whole row), what is wrong and what to do.

    Never what stands in it.
    """

    line: int
    column: str
    reason: Text
    remedy: Text


class ListRefused(DomainError):
    """The file has faulty rows: nothing of it was taken, and the edition before stays in force."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(count=len(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import; `replaced` names the edition that went."""

    rows: int
    replaced: str
    counts_until: date


def import_list(
    session: Session, file: Path, kind: str, edition: str, now: datetime, until: date | None = None
) -> Taken:
    """Take the file in as the edition that counts, in the caller's transaction, to `until` (included).

    Everything slow comes before the first statement: give it a session that has made none yet. Raises ListRefused with
    the faulty rows (10,000 at most), after which the transaction must be rolled back; kit.declared.Refused for a file
    that is no such list at all.
    """
    last = until or office_day(now) + COUNTS_FOR
    if kind not in KINDS:
        raise Refused(f"{kind}: no list is called so; there are {', '.join(KINDS)}")
    if not 0 < len(edition) <= 40 or last < office_day(now):
        raise Refused(f"{file.name}: an edition has a name of up to 40 characters and counts today at least")
    with closing(Spool()) as spool:
        digest = _spooled(file, spool, office_day(now))
        rows = spool.sorted()
        one_at_a_time(session, f"listed:{kind}")
        before = session.get(ListedEdition, kind)
        if before is not None and before.edition == edition and before.sha256 != digest:
            raise Refused(f"{file.name}: edition {edition} of {kind} was another file: give this one a name of its own")
        taken = Taken(spool.count, before.edition if before else "", last)
        made = ListedEdition(kind=kind, edition=edition, sha256=digest, rows=spool.count, counts_until=last)
        made.imported_at = now
        session.execute(delete(ListedRow).where(ListedRow.kind == kind))
        session.merge(made)
        session.flush()
        pour(session, kind, rows)
        return taken


def _spooled(file: Path, spool: Spool, today: date) -> str:
    """Fill the spool; gives the digest of the file. Raises ListRefused, Refused."""
    faults: list[Fault] = []
    try:
        with file.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
            whole.seek(0)
            rows = xlsx_rows(file) if whole.read(4) in STARTS else csv_rows(file)
        spool.fill(_sound(file.name, rows, today, faults))
    except OSError as error:
        raise Refused(f"{file.name}: {error.strerror}") from error
    for line, complaint in spool.conflicts():
        _note(faults, line, complaint)
    if faults:
        raise _refusal(faults)
    if not spool.count:
        raise Refused(f"{file.name}: no row at all; an empty list would clear everybody 文件没有数据行")
    return digest


def _sound(name: str, rows: Iterator[Row], today: date, faults: list[Fault]) -> Iterator[tuple[str, Entry]]:
    """Rows that can be taken; what is wrong with the others goes to `faults`. Raises ListRefused, Refused."""
    line, heading = next(rows, (0, []))
    columns = None if isinstance(heading, Complaint) else columns_of(heading)
    if columns is None:
        raise Refused(f"{name}:{line}: the first row names the columns {','.join(COLUMNS)} 首行应为列名")
    for line, cells in rows:
        read = cells if isinstance(cells, Complaint) else entry_of(line, cells, columns, today)
        if isinstance(read, Complaint):
            _note(faults, line, read)
        else:
            yield read


def _note(faults: list[Fault], line: int, complaint: Complaint) -> None:
    faults.append(Fault(line, complaint.column, complaint.reason, complaint.remedy))
    if len(faults) == MOST_FAULTS:
        raise _refusal(faults)


def _refusal(faults: list[Fault]) -> ListRefused:
    return ListRefused(tuple(sorted(faults, key=lambda fault: fault.line)))
