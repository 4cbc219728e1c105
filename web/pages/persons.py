# SPDX-License-Identifier: Apache-2.0
"""Persons (核验对象): whose proof a page is about: the holder under /apply/{id}, one of the others under /parts/{id}.

Hides who may see which place of a case. I/O: through the verbs.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from approval import casefile, cases, participants, proving
from approval.application import Application, State
from approval.office import Office
from identity import HOLDER, Account, Evidence, Way
from identity.assuring import route_of
from kit.text import Text
from web.deps import Applicant, Db, DeskDep
from web.pages.onwards import after_proof, next_proof, shown

OTHERS = "/parts/"


@dataclass(frozen=True)
class Person:
    """Who is proved here, and as what: `base` is where their pages stand."""

    application: Application
    place: str
    base: str
    role: Text
    who: str | None  # stands for name and number in the form; None while one is missing

    @property
    def is_holder(self) -> bool:
        return self.place == HOLDER

    @property
    def is_draft(self) -> bool:
        return self.application.state == State.DRAFT

    @property
    def home(self) -> str:
        """Where the person goes on once it is done."""
        return self.base if self.is_draft or not self.is_holder else self.case

    @property
    def case(self) -> str:
        return f"/cases/{self.application.id}"

    def href(self, name: str) -> str:
        return f"{self.base}/{name}"


def person_of(request: Request, id: str, session: Session, desk: DeskDep, applicant: Account) -> Person:
    """Raises NotInvited for one of whom no proof is asked, NotYours for a case of somebody else."""
    if request.url.path.startswith(OTHERS):
        part = participants.own(session, applicant, id)
        return person_at(session, desk.office, session.get_one(Application, part.application_id), part.place)
    return person_at(session, desk.office, cases.own(session, applicant, id), HOLDER)


def person_at(session: Session, office: Office, application: Application, place: str) -> Person:
    """The person in this place of the form. Raises NotInvited if nobody is there."""
    if place == HOLDER:
        named = proving.holder_of(office, application)
        return Person(application, HOLDER, f"/apply/{application.id}", named.role, _who(named))
    part = participants.of_place(session, application.id, place)
    if part is None:
        raise participants.NotInvited()
    named = proving.named_at(session, office, application, place)
    return Person(application, place, f"{OTHERS}{part.id}", named.role, _who(named))


def _who(named: proving.Named) -> str | None:
    return named.who if named.is_whole else None


def _one_person(request: Request, id: str, db: Db, desk: DeskDep, applicant: Applicant) -> Person:
    return person_of(request, id, db, desk, applicant)


OnePerson = Annotated[Person, Depends(_one_person)]


def person_drafting(request: Request, id: str, desk: DeskDep, applicant: Account) -> Person:
    """In a short session of its own: pictures are decoded before the transaction begins. Raises NotADraft."""
    with desk.office.database.reading() as session:
        person = person_of(request, id, session, desk, applicant)
    must_be_drafting(person)
    return person


def must_be_drafting(person: Person) -> None:
    """Raises NotADraft."""
    if not person.is_draft:
        raise cases.NotADraft()


def lock_draft(session: Session, person: Person) -> None:
    """Within the transaction that writes: it may have been submitted while pictures were decoded. Raises NotADraft."""
    if casefile.locked(session, person.application.id).state != State.DRAFT:
        raise cases.NotADraft()


def context_of(desk: DeskDep, person: Person) -> dict[str, Any]:
    return {
        "application": shown(casefile.item_of(desk.office, person.application), person.application),
        "base": person.base,
        "back": person.home,
    }


def onwards(person: Person, evidence: Evidence) -> str:
    """Where the person goes on. Of the others a clerk's eye needs the card as well, on a page of its own."""
    if route_of(evidence) is Way.EYE and not person.is_holder:
        return person.href("identity/picture")
    return person.href(next_proof(evidence))


def after_face(desk: DeskDep, session: Session, person: Person) -> str:
    """Where a comparison leads: the holder to what is still open, the others to their own page."""
    if not person.is_holder:
        return person.base
    return after_proof(desk, session, desk.office.clock(), session.get_one(Application, person.application.id))
