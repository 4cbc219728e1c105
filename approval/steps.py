# SPDX-License-Identifier: Apache-2.0
"""Steps (自动步骤): the verbs that processes name. Each looks, asks or renders, and says what to write.

A step may be carried out twice, after a crash or by two workers: looking changes nothing, and what it returns to be
written is written once, in the transaction that makes the move.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

import audit
import licences
from approval import concerned, entries, following, papers, proofs, sampling, supervised, together
from approval.acts import filing_of
from approval.application import Application
from approval.assured import of_person, of_shown_card
from approval.casefile import checked, item_of, record
from approval.countersigned import of_signatures
from approval.deciding import ClockSuspended, add_findings, keep_decision
from approval.decision import Decision, Outcome
from approval.filings import count_filings, keep_counted
from approval.findings import Found, of_content, of_credit, of_form, of_names
from approval.freezing import must_be_free
from approval.grant import grant
from approval.inquiries import ask_bureau, count_namesakes, keep_inquiries, keep_looked, keep_namesakes, unsigned_of
from approval.leads import of_filings, of_place
from approval.neighbours import count_neighbours, keep_neighbours, place_of
from approval.office import Office
from approval.proving import evidence_facts, others_without_factor, unproven_others
from approval.registered import Looked, of_looked, told_of
from approval.weighing import Inquired, Snapshot, weigh
from catalogue import EntryResult, LicenceResult, PermitResult
from identity import Account, write_message
from kit.clock import office_day
from kit.errors import DomainError

Write = Callable[[Session, Application, datetime], None]
ISSUED = "【栖霞区不见面审批】您的申请 {number} 已获准，请登录下载证照和文书。"


@dataclass(frozen=True, slots=True)
class Carried:
    """What an automatic step came to: its outcome, and what to write with the move."""

    outcome: str
    write: Write | None = None


Verb = Callable[[Office, Application], Carried]


class EvidenceChanged(DomainError):
    """What proves the person is not what was weighed: it is weighed again."""


def _findings(step: str, found: list[Found]) -> Write:
    def write(session: Session, application: Application, now: datetime) -> None:
        add_findings(session, application, step, found, now)

    return write


def check_identity(office: Office, application: Application) -> Carried:
    """The holder's evidence, measured when the applicant gave it, what was read of the card, who has not signed."""
    now = office.clock()
    item, values = item_of(office, application), checked(office, application, now).values
    with office.database.reading() as session:
        evidence = evidence_facts(session, office, application, now)
        others = unproven_others(session, office, application, now)
        unsigned = unsigned_of(session, application.id)
    signed = [said for said in of_signatures(item, unsigned) if isinstance(said, Found)]
    found = [
        *of_person(evidence, others, office.straight_through),
        *of_shown_card(evidence, item, values, office_day(now)),
        *signed,
    ]
    return Carried("checked", _findings("identity", found))


def check_form(office: Office, application: Application) -> Carried:
    """The form once more, on the day it is weighed."""
    result = checked(office, application, office.clock())
    item = item_of(office, application)
    form = office.catalogue.form_of(item)
    found = [*of_form(result.problems, is_permit=item.kind == "permit"), *of_content(form, result.values)]
    return Carried("checked", _findings("form", found))


def check_names(office: Office, application: Application) -> Carried:
    """The name against those of this district (名称规定第17条); others at the address, other filings (线索)."""
    values = checked(office, application, office.clock()).values
    with office.database.reading() as session:
        count = count_namesakes(session, application)
        neighbours = count_neighbours(session, application, values)
        filed = count_filings(session, application, office.clock())
    found = [*of_names(values, count), *of_place(neighbours), *of_filings(filed)]

    def write(session: Session, application: Application, now: datetime) -> None:
        keep_namesakes(session, application, count, now)
        keep_neighbours(session, application, neighbours, now)
        keep_counted(session, application, filed, now)
        add_findings(session, application, "names", found, now)

    return Carried("checked", write)


def check_register(office: Office, application: Application) -> Carried:
    """Whether the business is what the register says: for a permit, that it holds its licence (先照后证)."""
    item = item_of(office, application)
    if isinstance(item.result, EntryResult):
        now = office.clock()
        with office.database.reading() as session:
            known = entries.registered(session, office, application, now)
            problems = entries.problems_after(session, office, application, now)
        return _looked_up(office, application, Looked(entity=known, after=told_of(problems)))
    if not item.needs or not isinstance(item.result, PermitResult) or item.result.holder_code is None:
        return Carried("checked")
    code = checked(office, application, office.clock()).values.get(item.result.holder_code, "")
    with office.database.reading() as session:
        names = tuple(licence.name for licence in licences.of_holder(session, code) if licence.credit_code)
        capital = entries.capital_of(session, code) if item.result.least_capital else None
    return _looked_up(office, application, Looked(licences=names, capital_yuan=capital))


def _looked_up(office: Office, application: Application, looked: Looked) -> Carried:
    """What follows of the register's answer, which is kept for the proof."""
    values = checked(office, application, office.clock()).values
    asked = of_looked(looked, item_of(office, application).result, values)
    found = [said for said in asked if isinstance(said, Found)]

    def write(session: Session, application: Application, now: datetime) -> None:
        keep_looked(session, application, looked, now)
        add_findings(session, application, "register", found, now)

    return Carried("checked", write)


def _of_bureau(office: Office, application: Application, asked: list[Inquired]) -> list[Found]:
    filing = filing_of(item_of(office, application), checked(office, application, office.clock()).values)
    return list(of_credit(finding for inquired in asked for finding in inquired.findings(filing)))


def check_credit(office: Office, application: Application) -> Carried:
    """Every natural and legal person of the form, at submission."""
    asked = ask_bureau(office, application, "submission", office.clock())
    found = _of_bureau(office, application, asked)

    def write(session: Session, application: Application, now: datetime) -> None:
        keep_inquiries(session, application, asked, now)
        add_findings(session, application, "credit", found, now)

    return Carried("checked", write)


def weigh_findings(office: Office, application: Application) -> Carried:
    """Approve what raises no doubt; anything else is for a person. Credit is asked again before approving."""
    item = item_of(office, application)
    with office.database.reading() as session:
        taken = proofs.snapshot(session, office, application, office.clock())
    first = weigh(taken, office.catalogue, office.gates)
    if first.needs_person or application.suspended_on is not None:
        gate = [found for found in first.found if found.rule.startswith("G")]
        return Carried("person", _findings("weigh", gate))
    asked = ask_bureau(office, application, "decision", office.clock())
    fresh = Snapshot.model_validate({**dict(taken), "inquiries": (*taken.inquiries, *asked)})
    second = weigh(fresh, office.catalogue, office.gates)
    found = [*(f for f in second.found if f.rule.startswith("G")), *_of_bureau(office, application, asked)]

    def note(session: Session, application: Application, now: datetime) -> None:
        keep_inquiries(session, application, asked, now)
        add_findings(session, application, "weigh", found, now)

    if second.needs_person:
        return Carried("person", note)

    def approve(session: Session, application: Application, now: datetime) -> None:
        if application.suspended_on is not None:  # stopped while the bureau was asked: weighed again
            raise ClockSuspended()
        must_be_free(application)
        if not _is_as_weighed(session, office, application, fresh, now):
            raise EvidenceChanged()
        note(session, application, now)
        process = office.catalogue.process_of(item)
        machine = f"system:{process.name}@{process.version}"
        decision = Decision(Outcome.APPROVE, machine, now, is_by_machine=True)
        keep_decision(session, office, application, decision, now)
        papers.on_decision(session, office, application, decision, now)
        sampling.draw(session, office, application, now)

    return Carried("approve", approve)


def _is_as_weighed(
    session: Session, office: Office, application: Application, weighed: Snapshot, now: datetime
) -> bool:
    """Whether nobody has taken back a consent, or said that it is somebody else, meanwhile."""
    others = (
        unproven_others(session, office, application, now),
        others_without_factor(session, office, application, now),
    )
    is_same = evidence_facts(session, office, application, now) == weighed.evidence
    return is_same and others == (weighed.others_unproven, weighed.others_without_factor)


def reserve_licence(office: Office, application: Application) -> Carried:
    """Number and code, in one transaction with the move: no gap, no repeat."""
    item = item_of(office, application)
    form = office.catalogue.form_of(item)

    def write(session: Session, application: Application, now: datetime) -> None:
        values = checked(office, application, now).values
        granted = grant(application.id, item, form, values, office.registrar, office_day(now))
        licence = licences.reserve(session, replace(granted, place_key=place_of(values)), now)
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
    """Render and sign outside the transaction; the register row commits before the document is served.

    Raises LogBroken: while the log does not hold, nothing is issued.
    """
    with office.database.reading() as session:
        audit.must_hold(session, office.audit_contact)
        licence = licences.of_application(session, application.id)
        if licence is None:
            raise LookupError("a licence is reserved before it is issued")
        session.expunge(licence)
    documents = office.issuer.produce(licence)

    def write(session: Session, application: Application, now: datetime) -> None:
        audit.must_hold(session, office.audit_contact)
        behind = together.drafts_behind(session, application)
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
        match item_of(office, application).result:
            case LicenceResult():
                entries.open_entity(session, office, application, issued, now)
                papers.on_licence(session, office, application, now)
                following.on_licence(session, office, issued, behind, now)
            case EntryResult():
                entries.enter(session, office, application, now)
            case PermitResult() if issued.holder_code:
                supervised.tell_of_permit(session, office, application, issued.holder_code, now)

    return Carried("issued", write)


def reserve_successor(office: Office, application: Application) -> Carried:
    """The number of the licence that follows a change, if what stands on it changes."""
    result = item_of(office, application).result
    now = office.clock()
    with office.database.reading() as session:
        entity = concerned.of_application(session, office, application)
        if entity is None or not isinstance(result, EntryResult):
            raise LookupError("the business is not in the register")
        _values, fresh = entries.granted(office, application, entity, office_day(now))
        present = licences.in_force(session, entity.credit_code)
        is_needed = entries.needs_licence(result, fresh, present)
    if not is_needed:
        return Carried("nothing")

    def write(session: Session, application: Application, now: datetime) -> None:
        licence = entries.reserve(session, office, application, now)
        facts = {"licence": licence.number, "credit_code": licence.credit_code}
        record(session, application, "licence.reserved", "system:licences", now, facts)

    return Carried("reserved", write)


def enter_register(office: Office, application: Application) -> Carried:
    """The entry of an application that changes no licence."""

    def write(session: Session, application: Application, now: datetime) -> None:
        entries.enter(session, office, application, now)

    return Carried("entered", write)


def make_documents(office: Office, application: Application) -> Carried:
    """Render, sign and store what was written to the applicant; kept with the move."""
    made = papers.make(office, application.id)

    def write(session: Session, application: Application, now: datetime) -> None:
        papers.keep(session, made, now)

    return Carried("made", write)


def notify_applicant(office: Office, application: Application) -> Carried:
    """Tell the applicant; with the decision final, the pictures of faces go."""

    def write(session: Session, application: Application, now: datetime) -> None:
        account = session.get_one(Account, application.applicant_id)
        body = ISSUED.format(number=application.number)
        write_message(session, f"issued:{application.id}", account.phone or "", body, now)
        sampling.close_pictures(session, office, application, now)

    return Carried("sent", write)


VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        check_identity,
        check_form,
        check_names,
        check_register,
        check_credit,
        weigh_findings,
        reserve_licence,
        issue_licence,
        reserve_successor,
        enter_register,
        make_documents,
        notify_applicant,
    )
}
