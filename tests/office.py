# SPDX-License-Identifier: Apache-2.0
"""An office for tests: the real verbs, database, catalogue and log; fakes only at the ports to the outside."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from approval import casefile, cases, people
from approval.application import Application
from approval.filings import Filing
from approval.gatebook import load_gates
from approval.guards import GUARDS
from approval.office import Office
from approval.running import Runner
from approval.steps import VERBS
from catalogue import load_catalogue
from credit import CreditReport, Firm, Record, Subject, Unanswered
from identity import (
    BANDS,
    Account,
    Comparison,
    Evidence,
    Role,
    Way,
    applicant_with_phone,
    enrol_staff,
    evidence_of,
    judge,
    keep_portrait,
    record_comparison,
    record_consent,
)
from identity.assuring import assure, who_key
from kit.database import Database
from licences import Copy, Document, Licence
from notices import Made, Notice
from tests.builders import company_answers, public_venue_answers, sole_trader_answers
from tests.conftest import NOON

CATALOGUE = load_catalogue(verbs=set(VERBS), guards=set(GUARDS))
# Nothing is drawn for a second look by chance: the tests of that set their own rate.
GATES = load_gates().altered(sample_rate=0.0)
JPEG = b"\xff\xd8\xff a picture"


class QuietBureau:
    """Knows nobody, unless told; `is_away` makes it silent."""

    def __init__(self) -> None:
        self.is_away = False
        self.records: dict[str, Sequence[Record]] = {}
        self.asked: list[str] = []
        self.firms: dict[str, str] = {}

    def firm(self, number: str, *, purpose: str, case: str) -> Firm | None:
        self.asked.append(purpose)
        if self.is_away:
            raise Unanswered("timeout")
        name = self.firms.get(number)
        return Firm(number, name, "test bureau", "T-2") if name else None

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        self.asked.append(purpose)
        status: Any = "unavailable" if self.is_away else "answered"
        return CreditReport(
            subject=subject,
            status=status,
            records=tuple(self.records.get(number, ())),
            queried_at=NOON,
            source="test bureau",
            reference="" if self.is_away else "T-1",
        )


class PaperIssuer:
    """Makes documents without ink; `is_broken` makes it fail for good."""

    def __init__(self) -> None:
        self.is_broken = False

    def produce(self, licence: Licence) -> tuple[Document, ...]:
        if self.is_broken:
            raise RuntimeError("out of ink")
        return tuple(Document(copy, f"{copy}-{licence.number}".ljust(64, "0"), 1) for copy in Copy)


class PaperMaker:
    """Makes notices without ink."""

    def produce(self, notice: Notice) -> Made:
        return Made(notice.id, notice.id.ljust(64, "0"), 1)


class TestOffice:
    """Kicks are noted, not followed: a test runs the runner itself."""

    __test__ = False

    def __init__(self, database: Database) -> None:
        self.database, self.bureau, self.issuer, self.maker = database, QuietBureau(), PaperIssuer(), PaperMaker()
        self.kicks: list[tuple[str, str]] = []
        self.office = Office(
            database=database,
            catalogue=CATALOGUE,
            gates=GATES,
            bureau=self.bureau,
            issuer=self.issuer,  # type: ignore[arg-type]
            maker=self.maker,  # type: ignore[arg-type]
            clock=lambda: NOON,
            kick=self._kick,
            registrar="南京市栖霞区行政审批局",
            straight_through=True,
        )

    def _kick(self, _session: Session, application_id: str, move: str, _wait_s: float) -> None:
        self.kicks.append((application_id, move))

    def at(self, moment: datetime) -> None:
        """From now on it is `moment`."""
        self.office = replace(self.office, clock=lambda: moment)

    def allow_machine(self, allowed: bool) -> None:
        self.office = replace(self.office, straight_through=allowed)


def an_applicant(session: Session, phone: str = "13800000001") -> Account:
    return applicant_with_phone(session, phone, NOON)


def a_supervisor(session: Session, username: str = "supervisor") -> Account:
    return enrol_staff(session, username, username, Role.SUPERVISOR, "a long password", NOON)


def an_expert(session: Session, department: str) -> Account:
    expert = enrol_staff(session, f"expert-{department}", department, Role.EXPERT, "a long password", NOON)
    people.post(session, expert.id, [], [], department)
    return expert


def in_review(office: TestOffice, phone: str = "13800000001", **more: Any) -> str:
    """A case that a clerk must look at."""
    office.allow_machine(False)
    case = a_submitted_case(office, phone, **more)
    Runner(office.office).carry_on(case)
    return case


def a_clerk(session: Session, username: str) -> Account:
    return enrol_staff(session, username, username, Role.CLERK, "a long password", NOON)


def prove(session: Session, office: Office, application: Application) -> Evidence:
    """As `proved_twice`, for whoever the form names as its holder."""
    holder = casefile.item_of(office, application).holder
    said = (str(application.answers.get(field) or "") for field in (holder.name, holder.number))
    return proved_twice(session, application.id, *said)


ANSWERS = {"sole-trader": sole_trader_answers, "company": company_answers, "public-venue": public_venue_answers}


ROOMS = count(1001)
HOLDER = str(sole_trader_answers()["operator_id"])


def a_submitted_case(
    office: TestOffice, phone: str = "13800000001", *, submit: bool = True, item: str = "sole-trader", **changed: Any
) -> str:
    """A case, filled in, proved by face, signed and submitted. Gives its id.

    Each has a room of its own: many at one address are for a clerk, whatever else a test is about.
    """
    with office.database.writing() as session:
        applicant = an_applicant(session, phone)
        application: Application = cases.start(session, office.office, applicant, item, NOON)
        form = office.office.catalogue.form_of(casefile.item_of(office.office, application))
        answers = {
            **(ANSWERS[item]() if item in ANSWERS else sole_trader_answers()),
            "responsible_id": HOLDER,
            "address": f"文苑路 118 号 3 幢 {next(ROOMS)} 室",
            **changed,
        }
        for page in form.pages:
            part = {field.name: answers[field.name] for field in page.fields if field.name in answers}
            cases.save_answers(session, office.office, application, page.name, part, NOON)
        prove(session, office.office, application)
        if submit:
            cases.sign(session, application, "phone-code", "statement-1", NOON)
            cases.submit(session, office.office, application, NOON)
            alone(session, application.id)
        return application.id


def proved_twice(session: Session, application_id: str, name: str, number: str) -> Evidence:
    """A living face on a card that was read, and a partner's word: all that the machine asks for."""
    evidence = evidence_of(session, application_id)
    keep_portrait(session, evidence, JPEG, JPEG, 228, NOON)
    read = {"name": name, "number": number, "valid_until": "2039-03-12"}
    fields = {field: {"value": value, "confidence": 0.99, "doubtful": False} for field, value in read.items()}
    evidence.card_read = {"fields": fields, "faults": [], "engine": "test engine", "other": False}
    record_consent(session, evidence, "agree", NOON)
    near = Comparison(0.31, 3, 228, f"test {BANDS.matcher}")
    record_comparison(session, evidence, near, judge(near, BANDS), JPEG, NOON)
    evidence.liveness = "pass"
    assure(evidence, Way.PARTNER, "partner:test", who_key(name, number), NOON, {"partner": "test"})
    return evidence


def alone(session: Session, application_id: str) -> None:
    """One fictitious person files all cases of a test; where that is not what it is about, they count as several."""
    filing = session.get_one(Filing, application_id)
    filing.person_key = application_id
