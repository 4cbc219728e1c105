# SPDX-License-Identifier: Apache-2.0
"""Cases (办件): the applicant's verbs, where answers, clock, log and process meet. I/O: database.

Every verb does all of its work in the caller's transaction, or none.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
import register
from approval import (
    asserting,
    clocks,
    corrections,
    drafting,
    entries,
    filings,
    freezing,
    materials,
    meetings,
    papers,
    participants,
    people,
    proving,
    recording,
    renewing,
    together,
)
from approval.application import Application, State
from approval.casefile import checked, digest_of, item_of, locked, record
from approval.grant import label_of
from approval.inquiries import keep_unsigned, name_key
from approval.neighbours import place_of
from approval.office import Office
from approval.persons import persons_of
from approval.placing import place
from catalogue import EntryResult, Item
from forms import MOST_FILES, NAMES, Answers, Field, Kind, Row, rows_of
from identity import Account, destroy_everybodys_evidence, hand_over, lock_account, write_message
from identity.liveness.session import end_all
from identity.record import forget_records
from identity.vault import let_go
from kit.clock import office_day
from kit.errors import DomainError
from kit.random import readable
from kit.uploads import Kept
from workflows import begin

MOST_DRAFTS = 20
AREA = "street"  # the field of a form by which cases are routed to desks
RECEIPT = "【栖霞区不见面审批】您的“{title}”申请已收到，受理编号 {number}。可凭手机验证码登录查看进度。"


class NotYours(DomainError):
    """The application belongs to somebody else; for the outside it does not exist."""


class NotADraft(DomainError):
    """The application was submitted already; what was submitted stays as it is."""


class AnswersIncomplete(DomainError):
    """There are problems left, or a step is not done; nothing was submitted."""


class SignatureMissing(DomainError):
    """The answers were not signed, or were changed after they were signed."""


class TooManyDrafts(DomainError):
    """More unfinished applications than anybody fills in."""


class NothingToCorrect(DomainError):
    """Only an application that was returned can be corrected, once."""


def start(session: Session, office: Office, applicant: Account, item_code: str, now: datetime) -> Application:
    """A new draft in the version of the item that is offered today. Raises UnknownItem, TooManyDrafts."""
    item = office.catalogue.current(item_code, office_day(now))
    lock_account(session, applicant.id)
    drafts = select(Application.id).where(Application.applicant_id == applicant.id, Application.state == State.DRAFT)
    if len(session.scalars(drafts.limit(MOST_DRAFTS)).all()) >= MOST_DRAFTS:
        raise TooManyDrafts(most=MOST_DRAFTS)
    application = _draft(item, applicant.id, now)
    session.add(application)
    session.flush()
    return application


def _draft(item: Item, applicant_id: str, now: datetime) -> Application:
    return Application(
        item_code=item.code,
        item_version=item.version,
        applicant_id=applicant_id,
        answers={},
        visited=[],
        label=item.title.zh,
        created_at=now,
        updated_at=now,
    )


def of_applicant(session: Session, applicant: Account) -> list[Application]:
    """Own applications, the latest change first."""
    query = select(Application).where(Application.applicant_id == applicant.id)
    return list(session.scalars(query.order_by(Application.updated_at.desc()).limit(50)))


def own(session: Session, applicant: Account, application_id: str) -> Application:
    """The applicant's own application. Raises NotYours also for one that does not exist."""
    application = session.get(Application, application_id)
    if application is None or application.applicant_id != applicant.id:
        raise NotYours()
    return application


def save_answers(
    session: Session, office: Office, application: Application, page: str, answers: Answers, now: datetime
) -> None:
    """Keep what was typed, right or wrong; a correction changes what it was asked to change. Raises NotADraft."""
    _must_be_draft(application)
    item = item_of(office, application)
    answers = _allowed(session, application, answers)
    application.answers = {**application.answers, **answers}
    application.visited = sorted({*application.visited, page})
    application.label = label_of(item, checked(office, application, now).values).zh
    application.updated_at = now
    application.signature = None


def _allowed(session: Session, application: Application, answers: Answers) -> Answers:
    if application.predecessor_id is None:
        return answers
    before = session.get_one(Application, application.predecessor_id).answers
    return corrections.may_change(before, answers, application.open_fields)


def closed_fields(session: Session, application: Application) -> frozenset[str]:
    """What a correction leaves as it was, fields and rows of tables: it is shown, and cannot be changed."""
    if application.predecessor_id is None:
        return frozenset()
    before = session.get_one(Application, application.predecessor_id).answers
    return corrections.closed(before, application.answers, application.open_fields)


def unchanged_fields(session: Session, application: Application) -> frozenset[str]:
    """What a return named and is still as it was: shown, and left to the applicant."""
    if application.predecessor_id is None:
        return frozenset()
    before = session.get_one(Application, application.predecessor_id).answers
    return corrections.unchanged(before, application.answers, application.open_fields)


def add_material(
    session: Session, office: Office, application: Application, name: str, kept: Kept, now: datetime
) -> None:
    """Keep an uploaded file and name it in the answer; the same file twice is there once.

    Raises NoSuchMaterial, TooManyMaterials, NotADraft.
    """
    field, rows = _material_field(session, office, application, name), material_rows(application, name)
    if any(row["sha256"] == kept.sha256 for row in rows):
        return
    if len(rows) >= (field.most or MOST_FILES):
        raise materials.TooManyMaterials(most=field.most or MOST_FILES)
    materials.keep(session, application.id, name, kept, now)
    row = {"sha256": kept.sha256, "name": kept.name, "size": str(len(kept.data))}
    _keep_rows(session, office, application, name, [*rows, row], now)


def remove_material(
    session: Session, office: Office, application: Application, name: str, sha256: str, now: datetime
) -> None:
    """Forget an uploaded file. Raises NoSuchMaterial, NotADraft."""
    _material_field(session, office, application, name)
    materials.forget(session, application.id, name, sha256)
    rows = [row for row in material_rows(application, name) if row["sha256"] != sha256]
    _keep_rows(session, office, application, name, rows, now)


def _material_field(session: Session, office: Office, application: Application, name: str) -> Field:
    """The question that takes files, if it is open."""
    _must_be_draft(application)
    try:
        field = office.catalogue.form_of(item_of(office, application)).field(name)
    except KeyError:
        raise materials.NoSuchMaterial() from None
    if field.kind is not Kind.MATERIAL or name in closed_fields(session, application):
        raise materials.NoSuchMaterial()
    return field


def material_rows(application: Application, name: str) -> list[Row]:
    return rows_of(application.answers.get(name))


def _keep_rows(
    session: Session, office: Office, application: Application, name: str, rows: list[Row], now: datetime
) -> None:
    """As every answer is kept, but uploading is not yet answering the page."""
    visited = list(application.visited)
    page = office.catalogue.form_of(item_of(office, application)).page_of(name).name
    save_answers(session, office, application, page, {name: rows}, now)
    application.visited = visited


def discard(session: Session, application: Application) -> None:
    """Throw a draft away with everything in it. Raises NotADraft, CaseFrozen."""
    _must_be_draft(application)
    freezing.forget_claims(session, application.id)
    meetings.forget_all(session, application.id)
    asserting.forget_all(session, application.id)
    filings.forget_filing(session, application.id)
    end_all(session, application.id)
    forget_records(session, application.id)
    destroy_everybodys_evidence(session, application.id)
    materials.forget_all(session, application.id)
    participants.forget_all(session, application.id)
    together.leave(session, application)
    audit.erase(session, application.number or application.id)
    session.delete(application)
    let_go(session, application.own_key)


def sign(
    session: Session,
    application: Application,
    method: str,
    statement: str,
    now: datetime,
    without: Collection[str] = (),
) -> None:
    """Bind the signer to these answers. The caller has proved the person by `method`. Raises NotADraft.

    `without`: fields that are not signed, because the licence will answer them; the signature names them.
    """
    _must_be_draft(application)
    application.signature = {
        "method": method,
        "statement": statement,
        "digest": digest_of(application, without),
        "at": now.isoformat(),
        **({"without": sorted(without)} if without else {}),
    }
    application.updated_at = now


def submit(session: Session, office: Office, application: Application, now: datetime) -> Application:
    """Give the application its number and its clock, and start its process.

    Raises NotADraft on a second submit, CaseFrozen, VersionWithdrawn, LicenceFirst, AnswersIncomplete,
    SignatureMissing; nothing was written then.
    """
    _must_be_draft(application)
    freezing.must_be_free(application)
    renewing.must_be_in_force(office, application, now)
    item = item_of(office, application)
    together.must_not_wait(session, application, item)
    must_be_complete(session, office, application, now)
    signature = application.signature or {}
    unsigned = signature.get("without", [])
    if signature.get("digest") != digest_of(application, unsigned):
        raise SignatureMissing()
    keep_unsigned(session, application, participants.unsigned(session, office, application, now), now)
    application.number = f"{office_day(now):%Y%m%d}-{readable(6)}"
    application.submitted_at = now
    account = session.get_one(Account, application.applicant_id)
    actor = f"account:{account.id}"
    values = checked(office, application, now).values
    application.area = str(values.get(AREA) or "")
    name = next((values[field] for field in NAMES if values.get(field)), None)
    application.name_key = name_key(str(name)) if name else None
    if isinstance(item.result, EntryResult):
        application.entity_code = values.get(item.result.code)
        entity = register.find(session, application.entity_code or "")
        application.area = application.area or str(entity.facts.get(AREA) or "" if entity else "")
    elif item.moved is not None:
        application.entity_code = values.get(item.moved.code)
    application.place_key = place_of(values)
    application.skill = next(iter(item.skills), "")
    people.involve(session, application.id, [person.number for person in persons_of(item, values)])
    filings.keep_filing(session, office, application, values, now)
    clocks.start_clock(session, office, application, actor, now)
    session.flush()
    kept = drafting.keep(session, office, application, now)
    record(
        session,
        application,
        "application.submitted",
        actor,
        now,
        {
            "item": item.code,
            "version": item.version,
            "channel": application.channel,
            "answers_digest": digest_of(application),
            "signed_by": signature["method"],
            "instruments": kept,
            **({"signed_digest": signature["digest"], "unsigned": unsigned} if unsigned else {}),
            "due_on": application.due_on.isoformat() if application.due_on else None,
            "follows": application.predecessor_id,
        },
    )
    recording.record_everybody(session, office, application, actor, now)
    receipt = RECEIPT.format(title=item.title.zh, number=application.number)
    write_message(session, f"receipt:{application.id}", account.phone or "", receipt, now)
    papers.on_submission(session, office, application, now)
    place(session, office, application, begin(office.catalogue.process_of(item)), actor, now)
    return application


def must_be_complete(
    session: Session, office: Office, application: Application, now: datetime, besides: Collection[str] = ()
) -> None:
    """Answers without a problem, files that are there, a holder who is proved. Raises AnswersIncomplete.

    `besides`: fields that may be missing still.
    """
    blocking = (problem for problem in checked(office, application, now).problems if problem.blocks)
    if any(problem.path not in besides for problem in blocking):
        raise AnswersIncomplete()
    if any(p.blocks for p in entries.problems_after(session, office, application, now, to_applicant=True)):
        raise AnswersIncomplete()
    form = office.catalogue.form_of(item_of(office, application))
    files = [f.name for page in form.pages for f in page.fields if f.kind is Kind.MATERIAL]
    named = [row["sha256"] for name in files for row in material_rows(application, name)]
    if not proving.is_done(session, office, application) or materials.missing(session, application.id, named):
        raise AnswersIncomplete()


def correct(session: Session, office: Office, returned: Application, now: datetime) -> Application:
    """The next submission of a returned application: same answers, same item, a clock of its own (细则第18条).

    Raises NothingToCorrect. Called again it gives the draft that is already there.
    """
    returned = locked(session, returned.id)
    if returned.state != State.RETURNED:
        raise NothingToCorrect()
    successor = session.scalar(select(Application).where(Application.predecessor_id == returned.id))
    if successor is not None:
        return successor
    item = office.catalogue.current(returned.item_code, office_day(now))
    successor = _draft(item, returned.applicant_id, now)
    successor.predecessor_id, successor.answers = returned.id, dict(returned.answers)
    successor.label, successor.visited = returned.label, list(returned.visited)
    named = returned.decision.corrections if returned.decision else []
    is_same_form = item.form == item_of(office, returned).form
    successor.open_fields = corrections.opened(named) if is_same_form else None
    session.add(successor)
    session.flush()
    together.succeed(session, returned, successor)
    hand_over(session, returned.id, successor.id)
    materials.hand_on(session, returned.id, successor.id)
    return successor


def _must_be_draft(application: Application) -> None:
    if application.state != State.DRAFT:
        raise NotADraft()
