# SPDX-License-Identifier: Apache-2.0
"""Bundles (开办一件事): a registration and what follows it, filled in, proved and signed once, decided one by one.

I/O: database. Here it is put together and filled in: each question once, whichever of the forms ask it. Every
follow-on is its applicant's own choice. What becomes of it is told in `following`. Every move is logged.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from approval import cases, together
from approval.application import Application, State
from approval.casefile import checked, item_of, locked, record
from approval.cases import NotADraft, NotYours
from approval.grant import label_of
from approval.office import Office
from approval.sharing import Draft, left_to_ask, settled, share
from approval.together import Bundle
from catalogue import Item, LicenceResult
from forms import Answers, Page
from identity import Account, evidence_of
from kit.clock import office_day
from kit.errors import DomainError


class NotARegistration(DomainError):
    """A bundle begins with an item that leads to a business licence."""


class DoesNotGoTogether(DomainError):
    """The item is not one that follows this registration, or is there already."""


def registrations(office: Office, today: date) -> list[Item]:
    """What a bundle can begin with: registrations that lead to a licence and that something follows."""
    offered = office.catalogue.offered(today)
    found = [item for item in offered if item.kind == "registration" and isinstance(item.result, LicenceResult)]
    return [item for item in found if follow_ons(office, item, today)]


def follow_ons(office: Office, registration: Item, today: date) -> list[Item]:
    """What may be applied for with it: filings, then permits."""
    found = [item for item in office.catalogue.offered(today) if item.goes_with(registration)]
    return sorted(found, key=lambda item: item.kind == "permit")


def start(
    session: Session,
    office: Office,
    applicant: Account,
    registration_code: str,
    item_codes: Sequence[str],
    now: datetime,
) -> Bundle:
    """A draft for the registration and one for each follow-on.

    Raises UnknownItem, NotARegistration, DoesNotGoTogether, TooManyDrafts.
    """
    registration = office.catalogue.current(registration_code, office_day(now))
    if registration not in registrations(office, office_day(now)):
        raise NotARegistration(item=registration_code)
    lead = cases.start(session, office, applicant, registration_code, now)
    bundle = Bundle(applicant_id=applicant.id, lead_id=lead.id, created_at=now)
    session.add(bundle)
    session.flush()
    lead.bundle_id = bundle.id
    session.flush()
    facts = {"bundle": bundle.id, "items": list(dict.fromkeys(item_codes))}
    record(session, lead, "bundle.started", f"account:{applicant.id}", now, facts)
    for code in dict.fromkeys(item_codes):
        add(session, office, bundle, applicant, code, now)
    return bundle


def own(session: Session, applicant: Account, bundle_id: str) -> Bundle:
    """The applicant's own bundle. Raises NotYours also for one that does not exist."""
    bundle = session.get(Bundle, bundle_id)
    if bundle is None or bundle.applicant_id != applicant.id:
        raise NotYours()
    return bundle


def add(
    session: Session, office: Office, bundle: Bundle, applicant: Account, item_code: str, now: datetime
) -> Application:
    """One more follow-on, with what the other forms answer already. Raises as `start`, and NotADraft."""
    lead = locked(session, bundle.lead_id)
    if not together.is_gathering(session, bundle):
        raise NotADraft()
    item = office.catalogue.current(item_code, office_day(now))
    there = {one.item_code for one in together.members(session, bundle)}
    if not item.goes_with(item_of(office, lead)) or item.code in there:
        raise DoesNotGoTogether(item=item_code)
    application = cases.start(session, office, applicant, item_code, now)
    application.bundle_id = bundle.id
    session.flush()
    drafts = drafts_of(session, office, bundle)
    before = {one.application.id: one.application.answers for one in drafts if one.application is not application}
    share(drafts, before, office_day(now))
    session.flush()
    facts = {"bundle": bundle.id, "item": item.code}
    record(session, application, "bundle.added", f"account:{applicant.id}", now, facts)
    return application


def take_out(session: Session, application: Application, now: datetime) -> None:
    """The follow-on is no part of it any more: consent withdrawn, kept as a draft of its own.

    Raises NotADraft, DoesNotGoTogether for the registration, without which there is no bundle.
    """
    bundle = together.bundle_of(session, application)
    if bundle is not None:  # first the lead, as whoever decides on it does
        locked(session, bundle.lead_id)
    application = locked(session, application.id)
    if application.state != State.DRAFT:
        raise NotADraft()
    if bundle is None or bundle.lead_id == application.id:
        raise DoesNotGoTogether(item=application.item_code)
    together.leave(session, application)
    application.signature, application.updated_at = None, now
    facts = {"bundle": bundle.id, "item": application.item_code}
    record(session, application, "bundle.taken_out", f"account:{application.applicant_id}", now, facts)


def discard(session: Session, bundle: Bundle) -> None:
    """Throw all of it away while nothing was submitted. Raises NotADraft."""
    if not together.is_gathering(session, bundle):
        raise NotADraft()
    for application in reversed(together.members(session, bundle)):
        cases.discard(session, application)


def drafts_of(session: Session, office: Office, bundle: Bundle) -> list[Draft]:
    """The forms that are still filled in, the registration's first."""
    found = [one for one in together.members(session, bundle) if one.state == State.DRAFT]
    items = [(one, item_of(office, one)) for one in found]
    return [Draft(one, item, office.catalogue.form_of(item)) for one, item in items]


def save_answers(
    session: Session, office: Office, application: Application, page: str, answers: Answers, now: datetime
) -> None:
    """As `cases.save_answers`; in a bundle, whatever means the same in the forms after this one follows."""
    bundle = together.bundle_of(session, application)
    if bundle is None or not together.is_gathering(session, bundle):
        cases.save_answers(session, office, application, page, answers, now)
        return
    drafts = drafts_of(session, office, bundle)
    before = {one.application.id: one.application.answers for one in drafts}
    cases.save_answers(session, office, application, page, answers, now)
    was = before[application.id]
    by_hand = {name for name, answer in application.answers.items() if was.get(name) != answer}
    if application.prefilled and by_hand & application.prefilled.keys():
        application.prefilled = {name: said for name, said in application.prefilled.items() if name not in by_hand}
    share(drafts, before, office_day(now))
    for one in drafts:
        one.application.consent_at = None  # agreed to other answers than these
        if one.application.answers != before[one.application.id]:
            values = checked(office, one.application, now).values
            one.application.label, one.application.updated_at = label_of(one.item, values).zh, now


def pages_of(session: Session, office: Office, application: Application, now: datetime) -> list[Page]:
    """The pages that this form asks for: in a bundle, only what no form before it asks."""
    bundle = together.bundle_of(session, application)
    if bundle is not None and together.is_gathering(session, bundle):
        drafts = drafts_of(session, office, bundle)
        for index, draft in enumerate(drafts):
            if draft.application is application:
                return left_to_ask(draft, drafts[:index], office_day(now))
    return office.catalogue.form_of(item_of(office, application)).asked_pages(application.answers)


def allowed_missing(session: Session, bundle: Bundle, draft: Draft) -> tuple[str, ...]:
    """The fields that the licence will answer; none where the item does not wait for it."""
    return draft.later if together.needs_licence(session, bundle, draft.application, draft.item) else ()


def open_pages(session: Session, office: Office, bundle: Bundle, draft: Draft, now: datetime) -> set[str]:
    """The pages of this form that are not done: not looked at, or with a problem that is the applicant's to solve."""
    besides = allowed_missing(session, bundle, draft)
    problems = [p for p in checked(office, draft.application, now).problems if p.blocks and p.path not in besides]
    wrong = {draft.form.page_of(problem.path).name for problem in problems}
    seen = {*draft.application.visited, *settled(draft, office_day(now))}
    asked = {page.name for page in draft.form.asked_pages(draft.application.answers)}
    return wrong | (asked - seen)


def same_holder(office: Office, lead: Application, application: Application, now: datetime) -> bool:
    """Whether both are proved by the same person: by identity number, never by name."""
    holders = []
    for one in (lead, application):
        values = checked(office, one, now).values
        holders.append(values.get(item_of(office, one).holder.number))
    return holders[0] is not None and holders[0] == holders[1]


def is_proved(session: Session, office: Office, bundle: Bundle, application: Application, now: datetime) -> bool:
    """Whether the holder of this draft is proved, by itself or by the proof of the registration's holder."""
    if evidence_of(session, application.id).is_complete:
        return True
    lead = together.lead_of(session, bundle)
    return same_holder(office, lead, application, now) and evidence_of(session, lead.id).is_complete
