# SPDX-License-Identifier: Apache-2.0
"""Renewing (换用新版): a draft begun under a version of the form that is no longer in force. I/O: database.

What is submitted is submitted under the version of its day; what was typed stays typed wherever the new form asks for
it, and its pages are looked at once more.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from approval.application import Application, State
from approval.casefile import item_of, record
from approval.office import Office
from catalogue import Item, UnknownItem
from kit.clock import office_day
from kit.errors import DomainError


class VersionWithdrawn(DomainError):
    """The form has a newer version, or the item is not offered any more; nothing was submitted."""


def newer(office: Office, application: Application, now: datetime) -> Item | None:
    """The version that replaces the draft's, if its own is over. Raises VersionWithdrawn if nothing does."""
    if application.state != State.DRAFT or item_of(office, application).is_offered(office_day(now)):
        return None
    try:
        return office.catalogue.current(application.item_code, office_day(now))
    except UnknownItem:
        raise VersionWithdrawn() from None


def must_be_in_force(office: Office, application: Application, now: datetime) -> None:
    """Raises VersionWithdrawn."""
    if newer(office, application, now) is not None:
        raise VersionWithdrawn()


def renew(session: Session, office: Office, application: Application, now: datetime) -> None:
    """Go on under the version in force; every answer is kept. Raises VersionWithdrawn if the item is gone."""
    item = newer(office, application, now)
    if item is None:
        return
    facts = {"from": application.item_version, "to": item.version}
    application.item_version = item.version
    application.visited, application.signature, application.updated_at = [], None, now
    session.flush()
    record(session, application, "application.renewed", f"account:{application.applicant_id}", now, facts)
