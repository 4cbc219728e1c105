# SPDX-License-Identifier: Apache-2.0
"""Looking (查阅): which cases a member of staff may see at all. Hides postings and relatives. I/O: database.

A desk sees the items and areas of its posting, and nobody sees a case of their own or of relatives they declared. A
draft is nobody's but the applicant's: for staff it does not exist.
"""

from sqlalchemy.orm import Session

from approval import people
from approval.application import Application, State
from approval.cases import NotYours
from identity import Account


def case_for(session: Session, application_id: str, person: Account) -> Application:
    """The case, if this person may see it. Raises NotYours, ConflictOfInterest, NotAuthorised."""
    application = session.get(Application, application_id)
    if application is None or application.state == State.DRAFT:
        raise NotYours()
    must_be_seen_by(session, application, person)
    return application


def must_be_seen_by(session: Session, application: Application, person: Account) -> None:
    """Of a draft, which some officers meet without its answers, only relatives keep off: it has no area yet.

    Raises ConflictOfInterest, NotAuthorised.
    """
    people.keep_off(session, application.id, person.id)
    if application.state != State.DRAFT:
        people.must_be_in_reach(session, application, person.id)
