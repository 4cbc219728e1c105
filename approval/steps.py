# SPDX-License-Identifier: Apache-2.0
"""Steps (自动步骤): the verbs that processes name. Each looks, asks or renders, and says what to write.

A step may be carried out twice, after a crash or by two workers: looking changes nothing, and what it returns to be
written is written once, in the transaction that makes the move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import licences
from approval.application import Application
from approval.cases import checked, item_of, record
from approval.decision import Decision, Outcome
from approval.findings import Found, of_content, of_credit, of_form, of_gate, of_identity
from approval.grant import grant
from approval.office import Office
from approval.persons import ask_bureau, others_than_holder
from approval.reviewing import add_findings, keep_decision, serious
from identity import Account, delete_pictures, evidence_of, write_message
from kit.clock import office_day

Write = Callable[[Session, Application, datetime], None]
ISSUED = "【栖霞区不见面审批】您的申请 {number} 已准予登记，请登录下载营业执照。"


@dataclass(frozen=True, slots=True)
class Carried:
    """What an automatic step came to: its outcome, and what to write with the move."""

    outcome: str
    write: Write | None = None


Verb = Callable[[Office, Application], Carried]


def _findings(step: str, found: list[Found]) -> Write:
    def write(session: Session, application: Application, now: datetime) -> None:
        add_findings(session, application, step, found, now)

    return write


def check_identity(office: Office, application: Application) -> Carried:
    """The holder's evidence, already measured when the applicant gave it."""
    item = item_of(office, application)
    values = checked(office, application, office.clock()).values
    with office.database.reading() as session:
        evidence = evidence_of(session, application.id)
        found = list(of_identity(evidence, others_than_holder(item, values), office.straight_through))
    return Carried("checked", _findings("identity", found))


def check_form(office: Office, application: Application) -> Carried:
    """The form once more, on the day it is weighed."""
    result = checked(office, application, office.clock())
    form = office.catalogue.form_of(item_of(office, application))
    found = [*of_form(result.problems), *of_content(form, result.values)]
    return Carried("checked", _findings("form", found))


def check_credit(office: Office, application: Application) -> Carried:
    """Every natural and legal person of the form, at submission."""
    found = list(of_credit(ask_bureau(office, application, "submission", office.clock())))
    return Carried("checked", _findings("credit", found))


def weigh_findings(office: Office, application: Application) -> Carried:
    """Approve what raises no doubt; anything else is for a person. Credit is asked again before approving."""
    item = item_of(office, application)
    found = list(of_gate(item, office.straight_through))
    if not found and not serious(application.findings):
        found = list(of_credit(ask_bureau(office, application, "decision", office.clock())))
    if any(f.needs_person for f in found) or serious(application.findings):
        return Carried("person", _findings("weigh", found))

    def approve(session: Session, application: Application, now: datetime) -> None:
        add_findings(session, application, "weigh", found, now)
        process = office.catalogue.process_of(item)
        machine = f"system:{process.name}@{process.version}"
        keep_decision(session, application, Decision(Outcome.APPROVE, machine, now, is_by_machine=True))

    return Carried("approve", approve)


def reserve_licence(office: Office, application: Application) -> Carried:
    """Number and code, in one transaction with the move: no gap, no repeat."""
    item = item_of(office, application)
    form = office.catalogue.form_of(item)

    def write(session: Session, application: Application, now: datetime) -> None:
        values = checked(office, application, now).values
        granted = grant(application.id, item, form, values, office.registrar, office_day(now))
        licence = licences.reserve(session, granted, now)
        record(
            session,
            application,
            "licence.reserved",
            "system:licences",
            now,
            {
                "licence": licence.number,
                "credit_code": licence.credit_code,
            },
        )

    return Carried("reserved", write)


def issue_licence(office: Office, application: Application) -> Carried:
    """Render and sign outside the transaction; the register row commits before the document is served."""
    with office.database.reading() as session:
        licence = licences.of_application(session, application.id)
        if licence is None:
            raise LookupError("a licence is reserved before it is issued")
        session.expunge(licence)
    documents = office.issuer.produce(licence)

    def write(session: Session, application: Application, now: datetime) -> None:
        issued = licences.put_in_force(session, licence.id, documents, now)
        record(
            session,
            application,
            "licence.issued",
            "system:licences",
            now,
            {
                "licence": issued.number,
                "credit_code": issued.credit_code,
                "documents": {str(document.copy): document.sha256 for document in documents},
            },
        )

    return Carried("issued", write)


def notify_applicant(_office: Office, application: Application) -> Carried:
    """Tell the applicant; with the decision final, the pictures of faces go."""

    def write(session: Session, application: Application, now: datetime) -> None:
        account = session.get_one(Account, application.applicant_id)
        body = ISSUED.format(number=application.number)
        write_message(session, f"issued:{application.id}", account.phone or "", body, now)
        delete_pictures(session, application.id, now)
        record(session, application, "pictures.deleted", "system:retention", now, {})

    return Carried("sent", write)


VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        check_identity,
        check_form,
        check_credit,
        weigh_findings,
        reserve_licence,
        issue_licence,
        notify_applicant,
    )
}
