# SPDX-License-Identifier: Apache-2.0
"""Cases (办件): the applicant's verbs, where answers, clock, log and process meet. I/O: database.

Every verb does all of its work in the caller's transaction, or none.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
import licences
from approval.application import Application, State, Transition
from approval.calendar import load_calendar
from approval.deadlines import YearUnpublished, due_on
from approval.grant import label_of
from approval.office import Office
from catalogue import Item
from forms import Answers, Checked, Problem, Values, check
from identity import Account, destroy_evidence, evidence_of, hand_over, write_message
from kit.clock import office_day
from kit.errors import DomainError
from kit.random import readable
from kit.text import Text
from workflows import begin

MOST_DRAFTS = 20
RECEIPT = "【栖霞区不见面审批】您的“{title}”申请已收到，受理编号 {number}。可凭手机验证码登录查看进度。"

PRINTED = ("company_name", "trade_name", "operator_name", "legal_representative_name", "address")
UNPRINTABLE = Text(
    zh="“{characters}”暂时无法印在证照上，请改用其他写法，或致电 12345 由工作人员补字",
    en="“{characters}” cannot be printed yet: write it differently, or call 12345 to have it added",
)


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


def locked(session: Session, application_id: str) -> Application:
    """The row as it is now, nobody else's until the transaction ends. Raises NoResultFound.

    A query and not `get`: that one refuses a row which has changed since this session first read it, and what has
    changed is for the verbs to judge.
    """
    query = select(Application).where(Application.id == application_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def item_of(office: Office, application: Application) -> Item:
    return office.catalogue.item(application.item_code, application.item_version)


def checked(office: Office, application: Application, now: datetime) -> Checked:
    """The whole form as it stands."""
    form = office.catalogue.form_of(item_of(office, application))
    found = check(form, application.answers, office_day(now))
    return Checked(found.values, found.problems + unprintable(found.values))


def unprintable(values: Values) -> tuple[Problem, ...]:
    """Words for the licence that its typeface does not have: said while they are typed, not after the approval."""
    problems = []
    for path in PRINTED:
        missing = licences.missing_characters(str(values.get(path) or ""))
        if missing:
            problems.append(Problem(path, UNPRINTABLE.filled(characters=missing)))
    return tuple(problems)


def save_answers(
    session: Session, office: Office, application: Application, page: str, answers: Answers, now: datetime
) -> None:
    """Keep what was typed, right or wrong. Raises NotADraft."""
    _must_be_draft(application)
    item = item_of(office, application)
    application.answers = {**application.answers, **answers}
    application.visited = sorted({*application.visited, page})
    application.label = label_of(item, checked(office, application, now).values).zh
    application.updated_at = now
    application.signature = None


def discard(session: Session, application: Application) -> None:
    """Throw a draft away with everything in it. Raises NotADraft."""
    _must_be_draft(application)
    evidence = evidence_of(session, application.id)
    destroy_evidence(session, evidence)
    session.delete(application)


def digest_of(application: Application) -> str:
    """SHA-256 over item, version and answers: what a signature signs and a decision decides on."""
    content = [application.item_code, application.item_version, application.answers]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def sign(session: Session, application: Application, method: str, statement: str, now: datetime) -> None:
    """Bind the signer to these answers. The caller has proved the person by `method`. Raises NotADraft."""
    _must_be_draft(application)
    application.signature = {
        "method": method,
        "statement": statement,
        "digest": digest_of(application),
        "at": now.isoformat(),
    }
    application.updated_at = now


def submit(session: Session, office: Office, application: Application, now: datetime) -> Application:
    """Give the application its number and its clock, and start its process.

    Raises NotADraft on a second submit, AnswersIncomplete, SignatureMissing.
    """
    _must_be_draft(application)
    if any(problem.blocks for problem in checked(office, application, now).problems):
        raise AnswersIncomplete()
    if not evidence_of(session, application.id).is_complete:
        raise AnswersIncomplete()
    signature = application.signature or {}
    if signature.get("digest") != digest_of(application):
        raise SignatureMissing()
    item = item_of(office, application)
    application.number = f"{office_day(now):%Y%m%d}-{readable(6)}"
    application.submitted_at = now
    application.due_on = _due(session, item, now)
    move = begin(office.catalogue.process_of(item))
    application.enter(move, now)
    account = session.get_one(Account, application.applicant_id)
    session.flush()
    record(
        session,
        application,
        "application.submitted",
        f"account:{account.id}",
        now,
        {
            "item": item.code,
            "version": item.version,
            "channel": application.channel,
            "answers_digest": digest_of(application),
            "signed_by": signature["method"],
            "due_on": application.due_on.isoformat() if application.due_on else None,
            "follows": application.predecessor_id,
        },
    )
    receipt = RECEIPT.format(title=item.title.zh, number=application.number)
    write_message(session, f"receipt:{application.id}", account.phone or "", receipt, now)
    office.kick(session, application.id, str(application.seq), 0.0)
    return application


def _due(session: Session, item: Item, now: datetime) -> Any:
    try:
        return due_on(office_day(now), item.working_days, load_calendar(session))
    except YearUnpublished:
        return None  # shown first in the queue and to the administrator until the year is published


def correct(session: Session, office: Office, returned: Application, now: datetime) -> Application:
    """The next submission of a returned application: same answers, same item, a clock of its own (细则第18条).

    Raises NothingToCorrect. Called again it gives the draft that is already there.
    """
    if returned.state != State.RETURNED:
        raise NothingToCorrect()
    successor = session.scalar(select(Application).where(Application.predecessor_id == returned.id))
    if successor is not None:
        return successor
    item = office.catalogue.current(returned.item_code, office_day(now))
    successor = _draft(item, returned.applicant_id, now)
    successor.predecessor_id, successor.answers = returned.id, dict(returned.answers)
    successor.label, successor.visited = returned.label, list(returned.visited)
    session.add(successor)
    session.flush()
    hand_over(session, returned.id, successor.id)
    return successor


def record(
    session: Session, application: Application, event: str, actor: str, now: datetime, facts: Mapping[str, Any]
) -> None:
    """Append to the decision log in the same transaction."""
    audit.append(session, event=event, subject=application.number or application.id, actor=actor, facts=facts, now=now)


def record_transition(application: Application, event: Mapping[str, Any], actor: str, now: datetime) -> Transition:
    return Transition(
        application_id=application.id,
        seq=application.seq,
        step=application.step or "",
        event=dict(event),
        actor=actor,
        at=now,
    )


def _must_be_draft(application: Application) -> None:
    if application.state != State.DRAFT:
        raise NotADraft()
