# SPDX-License-Identifier: Apache-2.0
"""Concerned business (所涉主体): which registered business an application is about, as it is and as it would become.

I/O: database. A change asks only for what changes; what stays is looked up, never asked for.
"""

from datetime import date

from sqlalchemy.orm import Session

import instruments
import register
from approval.application import Application
from approval.casefile import item_of
from approval.grant import premises_in_words
from approval.office import Office
from approval.registered import TYPE, kind_fits
from catalogue import EntryResult, Item
from forms import Answers, Form, check
from instruments import Business, Facts
from kit.clock import office_day
from register import Entity


def result_of(office: Office, application: Application) -> EntryResult:
    """The entry that is asked for. Raises TypeError for an application that asks for none."""
    result = item_of(office, application).result
    if not isinstance(result, EntryResult):
        raise TypeError(f"{application.item_code} makes no entry in the register")
    return result


def of_application(session: Session, office: Office, application: Application) -> Entity | None:
    """The business that the application is about, if the register has it."""
    code = application.answers.get(result_of(office, application).code)
    return register.find(session, code.strip().upper()) if isinstance(code, str) else None


def fitting(session: Session, office: Office, application: Application) -> Entity | None:
    """That business, if the application asks for an entry and is meant for its kind."""
    result = item_of(office, application).result
    if not isinstance(result, EntryResult):
        return None
    entity = of_application(session, office, application)
    if entity is None or not kind_fits(entity.kind, entity.item_code, result, changes_of(application)):
        return None
    return entity


def changes_of(application: Application) -> list[str]:
    """What is to change, as it was answered."""
    chosen = application.answers.get("changes")
    return [one for one in chosen if isinstance(one, str)] if isinstance(chosen, list) else []


def setup_of(office: Office, entity: Entity) -> Item:
    """The item that registered it."""
    return office.catalogue.item(entity.item_code, entity.item_version)


def setup_after(office: Office, application: Application, entity: Entity) -> Item:
    """The item under which it is registered afterwards: another one if its type changes (合伙企业法第75条)."""
    result = result_of(office, application)
    if entity.item_code not in result.converts or TYPE not in changes_of(application):
        return setup_of(office, entity)
    return office.catalogue.current(result.setups[0], office_day(application.created_at))


def form_after(office: Office, application: Application, entity: Entity) -> Form:
    """The form under which the facts are to be read afterwards."""
    return office.catalogue.form_of(setup_after(office, application, entity))


def form_of(office: Office, entity: Entity) -> Form:
    """The form under which its facts are to be read."""
    return office.catalogue.form_of(setup_of(office, entity))


def changed(office: Office, application: Application, entity: Entity) -> Answers:
    """The facts as they are to be: what was asked and answered, by the names under which it was registered."""
    known = {field.name for page in form_after(office, application, entity).pages for field in page.fields}
    form = office.catalogue.form_of(item_of(office, application))
    asked = {field.name for _page, fields in form.asked(application.answers) for field in fields}
    return {name: answer for name, answer in application.answers.items() if name in asked & known}


def resulting(office: Office, application: Application, entity: Entity) -> Answers:
    """The facts of the business as the application would leave them."""
    is_change = result_of(office, application).act == "change"
    return {**entity.facts, **(changed(office, application, entity) if is_change else {})}


def business_of(office: Office, application: Application, entity: Entity, day: date) -> Business:
    """What texts are written from: the business now, and as it would become, with the text signed as its articles."""
    after = _facts(form_after(office, application, entity), resulting(office, application, entity), day)
    articles = next((code for code in setup_of(office, entity).instruments if code in instruments.ARTICLES), None)
    return Business(_facts(form_of(office, entity), dict(entity.facts), day), after, articles)


def _facts(form: Form, answers: Answers, day: date) -> Facts:
    values = check(form, answers, day).values
    known = {"premises": premises_in_words(form, values)} if {"street", "address"} <= values.keys() else {}
    return Facts(form, values, known)
