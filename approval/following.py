# SPDX-License-Identifier: Apache-2.0
"""Following (后续提交): a bundle is agreed to item by item, signed once, and each item submitted in its turn.

I/O: database. The registration is decided first, the others beside one another once the licence is there
(行政许可法第42条第二款 联合办理: see `jointly`); refusing one undoes none of the others.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from approval import cases, together
from approval.application import Application, State
from approval.bundles import allowed_missing, drafts_of, same_holder
from approval.casefile import checked, digest_of, item_of, locked, record
from approval.cases import NotADraft
from approval.grant import label_of
from approval.office import Office
from approval.sharing import FROM_LICENCE, Draft
from approval.together import Bundle
from forms import Answers
from identity import Account, copy_evidence, write_message
from kit.errors import DomainError
from licences import Licence

TO_COMPLETE = "【栖霞区不见面审批】营业执照已颁发。“{title}”还需要您登录补充或者签名后提交。"


class LeadNotConsented(DomainError):
    """The registration itself was not agreed to: nothing else could follow."""


def consent(session: Session, office: Office, bundle: Bundle, agreed: Collection[str], now: datetime) -> None:
    """Keep for which of the drafts (by application) the applicant has agreed that they are applied for.

    Raises NotADraft, LeadNotConsented.
    """
    if not together.is_gathering(session, bundle):
        raise NotADraft()
    if bundle.lead_id not in agreed:
        raise LeadNotConsented()
    for draft in drafts_of(session, office, bundle):
        draft.application.consent_at = now if draft.application.id in agreed else None


def agreed_to(session: Session, office: Office, bundle: Bundle) -> list[Draft]:
    """What was agreed to and is not submitted yet."""
    return [draft for draft in drafts_of(session, office, bundle) if draft.application.consent_at is not None]


def sign_and_submit(
    session: Session, office: Office, bundle: Bundle, method: str, statement: str, now: datetime
) -> Application:
    """One signature over everything that was agreed to; the registration is submitted, and what can go beside it.

    Each application gets a record of its own with the digest of its own answers. The digest leaves out the name and
    the code of a business that does not exist yet (`without` in the record): the register fills them in when the
    licence is there, as a logged addition, and the digest of what the person signed can be recomputed at any time.
    Nothing is submitted if anything that was agreed to is not complete. Raises NotADraft, LeadNotConsented,
    AnswersIncomplete.
    """
    lead = locked(session, bundle.lead_id)
    if not together.is_gathering(session, bundle):
        raise NotADraft()
    together.drafts_behind(session, lead)  # locked before anything is logged
    drafts = agreed_to(session, office, bundle)
    if lead.id not in {draft.application.id for draft in drafts}:
        raise LeadNotConsented()
    actor = f"account:{bundle.applicant_id}"
    for draft in drafts:
        application, later = draft.application, allowed_missing(session, bundle, draft)
        if application is not lead and same_holder(office, lead, application, now):
            copy_evidence(session, lead.id, application.id, now)
        cases.must_be_complete(session, office, application, now, later)
        cases.sign(session, application, method, statement, now, later)
        facts = {"bundle": bundle.id, "item": application.item_code, "statement": statement}
        record(session, application, "application.consented", actor, now, facts)
    session.flush()
    for draft in drafts:
        if not together.needs_licence(session, bundle, draft.application, draft.item):
            cases.submit(session, office, draft.application, now)
            continue
        signature = draft.application.signature or {}
        waiting = {"bundle": bundle.id, "lead": lead.number, "signed_digest": signature["digest"]}
        record(session, draft.application, "bundle.waiting", actor, now, waiting)
    return lead


def on_licence(
    session: Session, office: Office, licence: Licence, behind: Sequence[Application], now: datetime
) -> None:
    """The licence is in force: its drafts get its name and code, and those that were signed for are submitted.

    In the transaction that puts it in force, by the machine, once: a draft that is no draft any more is passed over.
    What cannot be submitted (it was changed after signing, a day in it has passed) stays, and its applicant is told;
    `cases.submit` refuses before it writes anything, so that the licence and the others are untouched.
    """
    for application in behind:
        bundle, item = together.bundle_of(session, application), item_of(office, application)
        if bundle is None or application.state != State.DRAFT:
            continue
        if not together.needs_licence(session, bundle, application, item):
            continue
        _fill_in(session, office, application, licence, now)
        try:
            if application.consent_at is None:
                raise cases.SignatureMissing()
            cases.submit(session, office, application, now)
        except DomainError as refused:
            application.signature = None
            facts = {"why": refused.code, "item": item.code}
            record(session, application, "bundle.left", "system:bundles", now, facts)
            phone = session.get_one(Account, application.applicant_id).phone or ""
            write_message(session, f"left:{application.id}", phone, TO_COMPLETE.format(title=item.title.zh), now)


def _fill_in(session: Session, office: Office, application: Application, licence: Licence, now: datetime) -> None:
    """The official addition: what the register says of the business, over whatever was carried before."""
    item = item_of(office, application)
    form = office.catalogue.form_of(item)
    known: Answers = {"business_code": licence.credit_code or "", "business_name": licence.name or licence.holder}
    names = {field.name for page in form.pages for field in page.fields} & FROM_LICENCE
    added = {name: known[name] for name in sorted(names)}
    source = {"zh": f"{licence.title} {licence.number}", "en": f"licence {licence.number}"}
    application.answers = {**application.answers, **added}
    application.prefilled = {**(application.prefilled or {}), **dict.fromkeys(added, source)}
    application.label = label_of(item, checked(office, application, now).values).zh
    application.updated_at = now
    facts = {"licence": licence.number, "fields": sorted(added), "answers_digest": digest_of(application)}
    record(session, application, "bundle.completed", "system:bundles", now, facts)
