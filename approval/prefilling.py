# SPDX-License-Identifier: Apache-2.0
"""Prefilling (自动带入): what the applicant told us before, or the register knows, is not asked for again.

I/O: database. Offered and never imposed: somebody who files for many people chooses whose data it is. What was taken
over stays marked with its source until its page has been looked at (政务服务规定第7条：能共享的不得重复要求提供).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import licences
import register
from approval.application import Application, State
from approval.cards import HOMES
from approval.casefile import checked, item_of
from approval.cases import NotADraft, NotYours, closed_fields, own
from approval.grant import label_of
from approval.office import Office
from approval.registered import TYPE, kind_fits
from catalogue import EntryResult
from forms import TABLES, Answer, Answers, Field, Form, Kind, rows_of
from identity import Account
from kit.text import Text
from licences import Licence
from register import Entity

MOST = 5
ENTITY = "entity:"  # what stands before the id of a business, where an offer is one of the register
# Which earlier answers mean the same as a field of this name; the field itself comes first.
MEANINGS: dict[str, tuple[str, ...]] = {
    "business_name": ("company_name", "trade_name"),
    "responsible_name": ("operator_name", "legal_representative_name"),
    "responsible_id": ("operator_id", "legal_representative_id"),
    "operator_name": ("responsible_name",),
    "operator_id": ("responsible_id",),
}
SHARED = frozenset(
    {
        "street",
        "community",
        "address",
        "contact_phone",
        "contact_email",
        "operator_address",
        "business_code",
        "employees",
    }
)
COPIED = frozenset(MEANINGS) | SHARED
CARD = Text(zh="身份证", en="identity card")


@dataclass(frozen=True, slots=True)
class Offer:
    """An earlier case of the applicant whose answers fit into this form."""

    case_id: str
    label: str
    source: Text


def offers(session: Session, office: Office, applicant: Account, application: Application) -> list[Offer]:
    """What may be taken over, the latest first; nothing once the applicant has begun or when correcting."""
    is_begun = application.visited or _taken_over(application) or application.bundle_id is not None
    if application.predecessor_id is not None or is_begun:
        return []
    result = item_of(office, application).result
    if isinstance(result, EntryResult):
        return [
            Offer(ENTITY + entity.id, entity.name or entity.credit_code, _registered(entity))
            for entity in register.of_account(session, applicant.id)
            if kind_fits(entity.kind, entity.item_code, result, (TYPE,))
        ]
    form = office.catalogue.form_of(item_of(office, application))
    query = (
        select(Application)
        .where(Application.applicant_id == applicant.id, Application.state == State.REGISTERED)
        .order_by(Application.ended_at.desc())
        .limit(4 * MOST)
    )
    found = []
    for earlier in session.scalars(query):
        licence = licences.of_application(session, earlier.id)
        if dict(_copied(form, earlier, licence)):
            found.append(Offer(earlier.id, earlier.label, _source(earlier, licence)))
    return found[:MOST]


def take_over(
    session: Session, office: Office, application: Application, applicant: Account, case_id: str, now: datetime
) -> None:
    """Fill in what the earlier case, or the register about the business, answers. Raises NotYours, NotADraft."""
    is_own_draft = application.state == State.DRAFT and application.predecessor_id is None
    if not is_own_draft or application.visited or application.bundle_id is not None:
        raise NotADraft()
    if case_id.startswith(ENTITY):
        entity = session.get(Entity, case_id.removeprefix(ENTITY))
        if entity is None or entity.filed_by != applicant.id:
            raise NotYours()
        _fill(office, application, dict(_known(office, application, entity)), _registered(entity), now)
        return
    earlier = own(session, applicant, case_id)
    if earlier.state != State.REGISTERED:
        raise NotYours()
    item = item_of(office, application)
    licence = licences.of_application(session, earlier.id)
    copied: Answers = dict(_copied(office.catalogue.form_of(item), earlier, licence))
    _fill(office, application, copied, _source(earlier, licence), now)


def _fill(office: Office, application: Application, copied: Answers, source: Text, now: datetime) -> None:
    application.answers = {**application.answers, **copied}
    application.prefilled = {**(application.prefilled or {}), **{name: source.model_dump() for name in copied}}
    application.label = label_of(item_of(office, application), checked(office, application, now).values).zh
    application.updated_at = now


def _taken_over(application: Application) -> bool:
    """Whether anything was taken over from an earlier case; from the card everybody takes a little."""
    return any(source != CARD.model_dump() for source in (application.prefilled or {}).values())


def from_card(session: Session, office: Office, application: Application, said: dict[str, str], now: datetime) -> None:
    """Fill in what the card says of the holder, where nothing was answered yet. Raises NotADraft."""
    if application.state != State.DRAFT:
        raise NotADraft()
    item = item_of(office, application)
    asked = {field.name for page in office.catalogue.form_of(item).pages for field in page.fields}
    meant = {item.holder.name: "name", item.holder.number: "number"} | dict.fromkeys(HOMES, "address")
    closed = closed_fields(session, application)
    copied: Answers = {
        field: said[name]
        for field, name in meant.items()
        if field in asked and field not in closed and said.get(name) and not application.answers.get(field)
    }
    if copied:
        _fill(office, application, copied, CARD, now)
        application.signature = None


def _known(office: Office, application: Application, entity: Entity) -> Iterator[tuple[str, Answer]]:
    """What is registered of the business now, as far as the form asks for it: only what differs is typed anew."""
    holder = office.catalogue.item(entity.item_code, entity.item_version).holder
    person = str(entity.facts.get(holder.name) or "")
    facts: Answers = {
        **entity.facts,
        "business_code": entity.credit_code,
        "business_name": entity.name or person,
        "business_kind": entity.kind,
        "responsible_name": person,
        "responsible_id": str(entity.facts.get(holder.number) or ""),
    }
    for page in office.catalogue.form_of(item_of(office, application)).pages:
        for field in page.fields:
            answer = facts.get(field.name)
            if answer and _fits(field, answer):
                yield field.name, answer


def _registered(entity: Entity) -> Text:
    return Text(zh=f"登记簿 {entity.credit_code}", en=f"register {entity.credit_code}")


def _copied(form: Form, earlier: Application, licence: Licence | None) -> Iterator[tuple[str, Answer]]:
    known: Answers = dict(earlier.answers)
    if licence is not None:
        known["business_code"] = licence.credit_code or licence.holder_code
        known["business_name"] = licence.name or str(known.get("business_name") or "")
    for page in form.pages:
        for field in page.fields:
            if field.name in COPIED:
                answers = (known.get(name) for name in (field.name, *MEANINGS.get(field.name, ())))
                answer = next((a for a in answers if a), None)
                if answer is not None and _fits(field, answer):
                    yield field.name, answer


def _fits(field: Field, answer: Answer) -> bool:
    if field.kind is Kind.CHOICE:
        return answer in {option.value for option in field.options}
    if field.kind is Kind.CHOICES:
        return isinstance(answer, list) and set(answer) <= {option.value for option in field.options}
    if field.kind in TABLES:
        return bool(rows_of(answer))
    return isinstance(answer, str) and field.kind is not Kind.MATERIAL


def _source(earlier: Application, licence: Licence | None) -> Text:
    if licence is not None:
        return Text(zh=f"{licence.title} {licence.number}", en=f"licence {licence.number}")
    return Text(zh=f"申请 {earlier.number}", en=f"application {earlier.number}")
