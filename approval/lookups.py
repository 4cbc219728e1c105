# SPDX-License-Identifier: Apache-2.0
"""Lookups (按信用代码查名称): what an organisation is called is filled in by its credit code, with the source shown.

I/O: the bureau, database. Asked outside any transaction, on the wish of whoever fills in the form.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from approval import cases
from approval.application import Application
from approval.casefile import item_of
from approval.office import Office
from catalogue import Item
from credit import Firm
from forms import rows_of
from kit.errors import DomainError
from kit.numbers import is_of_organisation
from kit.text import Text


class NothingToLookUp(DomainError):
    """There is no credit code at this place of the form."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form names an organisation: fields of a page, or columns of one row of a table."""

    name: str
    number: str
    table: str | None = None
    row: int = 0

    @property
    def field(self) -> str:
        """The field that holds both."""
        return self.table or self.name


BUSINESS = Place("business_name", "business_code")
"""The page that every permit and filing shares: the business that applies (forms/declarations/parts/business)."""


def columns_of(item: Item) -> set[str]:
    """The fields and columns whose credit codes give a name."""
    return {BUSINESS.number, *(person.number for person in item.persons)}


def place_at(item: Item, anchor: str) -> Place:
    """The place of a number by its HTML name ("shareholders-0-number"). Raises NothingToLookUp."""
    table, _, rest = anchor.partition("-")
    row, _, column = rest.partition("-")
    for person in item.persons:
        if person.table is None and person.number == anchor:
            return Place(person.name, person.number)
        if rest and person.table == table and person.number == column and row.isdigit():
            return Place(person.name, person.number, table, int(row))
    if anchor == BUSINESS.number:
        return BUSINESS
    raise NothingToLookUp()


def number_at(application: Application, place: Place) -> str:
    """The credit code that was typed. Raises NothingToLookUp."""
    row = _row(application, place)
    number = str(row.get(place.number) or "").strip().upper()
    if not is_of_organisation(number):
        raise NothingToLookUp()
    return number


def _row(application: Application, place: Place) -> dict[str, object]:
    if place.table is None:
        return dict(application.answers)
    rows = rows_of(application.answers.get(place.table))
    return dict(rows[place.row]) if place.row < len(rows) else {}


def ask(office: Office, item: Item, number: str) -> Firm | None:
    """What it is called; None if the bureau does not know. Raises credit.Unanswered."""
    return office.bureau.firm(number, purpose=f"prefill:{item.code}", case="-")


def source_of(firm: Firm) -> Text:
    return Text(zh=f"{firm.source} {firm.reference}", en=f"{firm.source} {firm.reference}")


def fill_in(
    session: Session, office: Office, application: Application, place: Place, firm: Firm, now: datetime
) -> None:
    """Take the name over, marked with its source. Raises NothingToLookUp if the code was changed meanwhile."""
    if number_at(application, place) != firm.number:
        raise NothingToLookUp()
    page = office.catalogue.form_of(item_of(office, application)).page_of(place.field).name
    if place.table is None:
        cases.save_answers(session, office, application, page, {place.name: firm.name}, now)
    else:
        rows = rows_of(application.answers[place.table])
        rows = [{**row, place.name: firm.name} if n == place.row else row for n, row in enumerate(rows)]
        cases.save_answers(session, office, application, page, {place.table: rows}, now)
    marked = {place.field: source_of(firm).model_dump()}
    application.prefilled = {**(application.prefilled or {}), **marked}
