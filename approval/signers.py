# SPDX-License-Identifier: Apache-2.0
"""Signers (签署人): everybody who signs an application besides the holder. I/O: database.

Those whom the form names in their posts, and those who own the business that is changed or ended, as the register has
them (公司法第46、59、66条；合伙企业法第31条；登记管理条例第33条). An organisation signs through its representative.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

import instruments
from approval import concerned, drafting
from approval.application import Application
from approval.casefile import item_of
from approval.office import Office
from catalogue import Item, LicenceResult
from forms import Answers, rows_of
from kit.numbers import is_of_organisation
from kit.text import Text

REGISTER = "register."  # what stands before the place of somebody whom the register names
NOT_ASKED = ("contact", "agent")
OWNER = Text(zh="登记的出资人（投资人、合伙人、成员、所属企业）", en="registered owner")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who signs, by where the form or the register names them. `number` may not be known yet."""

    place: str
    name: str
    number: str
    role: Text

    @property
    def is_organisation(self) -> bool:
        return is_of_organisation(self.number)


def wanted(session: Session, office: Office, application: Application) -> list[Wanted]:
    """Everybody else who signs, once each, by what has been filled in so far."""
    item, answers = item_of(office, application), application.answers
    holder = (word(answers, item.holder.name), word(answers, item.holder.number).upper())
    found: dict[tuple[str, str], Wanted] = {}
    for one in (*_named(office, application, item), *_owners(session, office, application)):
        is_holder = one.name == holder[0] and one.number in ("", holder[1])
        if not one.name or is_holder:
            continue
        known = found.setdefault((one.name, one.number), one)
        if one.role.zh not in known.role.zh:
            role = Text(zh=f"{known.role.zh}、{one.role.zh}", en=f"{known.role.en}, {one.role.en}")
            found[one.name, one.number] = replace(known, role=role)
    return list(found.values())


def _named(office: Office, application: Application, item: Item) -> Iterator[Wanted]:
    """Those whom the form names. An organisation that applies acts through the holder; the parent of a branch signs."""
    answers = application.answers
    asked = {field.name for _p, fields in office.catalogue.form_of(item).asked(answers) for field in fields}
    left_out = NOT_ASKED if isinstance(item.result, LicenceResult) else (*NOT_ASKED, "entity")
    for person in item.persons:
        if person.role in left_out or (person.table or person.name) not in asked:
            continue
        if person.table is None:
            number = word(answers, person.number).upper()
            yield Wanted(person.name, word(answers, person.name), number, person.label)
            continue
        for index, row in enumerate(rows_of(answers.get(person.table))):
            number = (row.get(person.number) or "").strip().upper()
            yield Wanted(f"{person.table}.{index}", (row.get(person.name) or "").strip(), number, person.label)


def _owners(session: Session, office: Office, application: Application) -> Iterator[Wanted]:
    """Those who own the registered business, if a text is theirs to sign."""
    entity = concerned.fitting(session, office, application)
    if entity is None or not set(drafting.needed(office, application)) & set(instruments.RULES.owners.sign):
        return
    for owner in instruments.owners_of(entity.facts):
        yield Wanted(f"{REGISTER}{owner.place}", owner.name, owner.number.upper(), OWNER)


def word(answers: Answers, name: str) -> str:
    answer = answers.get(name)
    return answer.strip() if isinstance(answer, str) else ""
