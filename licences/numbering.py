# SPDX-License-Identifier: Apache-2.0
"""Numbering (编号赋码): the number of a licence and its unified social credit code. I/O: database.

Codes come from the registrar; the demonstration's are fictitious and look it. Numbers run without a gap in each year.
"""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit.errors import DomainError
from kit.numbers import body_check, credit_code_check
from licences.licence import CreditCode, LicenceCounter, Template

DISTRICT = "320113"
# Two writers may meet on the first day of a year: one inserts, both go on.
_FIRST = text("INSERT INTO licence_counter (year, last) VALUES (:year, 0) ON CONFLICT (year) DO NOTHING")
# The second character of the code: enterprises and their branches, individual businesses, cooperatives (GB 32100-2015).
CODED = {
    Template.COMPANY: "1",
    Template.SOLE_PROPRIETORSHIP: "1",
    Template.PARTNERSHIP: "1",
    Template.BRANCH: "1",
    Template.SOLE_TRADER: "2",
    Template.COOPERATIVE: "3",
}
POOLS = {kind: kind if digit != "1" else Template.COMPANY for kind, digit in CODED.items()}
"""From which pool a kind of licence takes its code: all enterprises share one."""


class PoolEmpty(DomainError):
    """No credit code is left for this kind of licence; the registrar must give more."""


def fictitious_codes(kind: Template, start: int, count: int) -> list[str]:
    """Codes with right check characters in a range of the number space kept for examples: MA + six digits."""
    codes = []
    for serial in range(start, start + count):
        body = f"MA{serial:06d}"
        first17 = f"9{CODED[kind]}{DISTRICT}{body}{body_check(body)}"
        codes.append(first17 + credit_code_check(first17))
    return codes


def fill_pool(session: Session, kind: Template, codes: Iterable[str]) -> int:
    """Enter the codes that are not there yet; gives how many."""
    pool, wanted = POOLS[kind], list(codes)
    known = set(session.scalars(select(CreditCode.code).where(CreditCode.template == pool)))
    new = [CreditCode(code=code, template=pool) for code in wanted if code not in known]
    session.add_all(new)
    return len(new)


def take_code(session: Session, kind: Template) -> CreditCode:
    """A free code, locked for this transaction. Raises PoolEmpty."""
    free = select(CreditCode).where(CreditCode.template == POOLS[kind], CreditCode.licence_id.is_(None))
    code = session.scalar(free.order_by(CreditCode.code).limit(1).with_for_update(skip_locked=True))
    if code is None:
        raise PoolEmpty(kind=kind)
    return code


def counter_of(session: Session, year: int) -> LicenceCounter:
    """The counter of the year, locked until the transaction ends: whoever holds it is the only one to number."""
    counter = session.get(LicenceCounter, year, with_for_update=True, populate_existing=True)
    if counter is None:
        session.execute(_FIRST, {"year": year})
        counter = session.get_one(LicenceCounter, year, with_for_update=True, populate_existing=True)
    return counter


def next_number(counter: LicenceCounter) -> str:
    """The next number of the year: no gap, no repeat."""
    counter.last += 1
    return f"QX-{counter.year}-{counter.last:06d}"
