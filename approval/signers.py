# SPDX-License-Identifier: Apache-2.0
"""Signers (签署人): everybody of whom something is asked besides the holder: signing, proving who they are, or both.

I/O: database.

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
from approval.roles import Need, load_needs
from catalogue import Item, LicenceResult, PersonAsked
from forms import Answers, Row, rows_of
from kit.numbers import is_of_organisation
from kit.text import Text

REGISTER = "register."  # what stands before the place of somebody whom the register names
FIRM = Need(signs=True)  # an organisation proves nothing here: whoever acts for it signs
OWNER = Text(zh="登记的出资人（投资人、合伙人、成员、所属企业）", en="registered owner")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who signs, by where the form or the register names them. `number` may not be known yet."""

    place: str
    name: str
    number: str
    role: Text
    need: Need = FIRM

    @property
    def is_organisation(self) -> bool:
        return is_of_organisation(self.number)


def wanted(session: Session, office: Office, application: Application) -> list[Wanted]:
    """Everybody else of whom something is asked (`roles.toml`), once each, by what has been filled in so far."""
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
            found[one.name, one.number] = replace(known, role=role, need=known.need.joined(one.need))
    return list(found.values())


def _named(office: Office, application: Application, item: Item) -> Iterator[Wanted]:
    """Those whom the form names. An organisation that applies acts through the holder; the parent of a branch signs."""
    answers, needs = application.answers, load_needs()
    asked = {field.name for _p, fields in office.catalogue.form_of(item).asked(answers) for field in fields}
    for person in item.persons:
        if (person.table or person.name) not in asked:
            continue
        need = needs.of(person.role)
        if person.role == "entity" and isinstance(item.result, LicenceResult) and item.moved is None:
            need = FIRM
        rows = rows_of(answers.get(person.table)) if person.table else [_words(answers, person)]
        for index, row in enumerate(rows):
            number = (row.get(person.number) or "").strip().upper()
            place = f"{person.table}.{index}" if person.table else person.name
            said = FIRM if need.signs and is_of_organisation(number) else need
            if said.is_any and (said.signs or not is_of_organisation(number)):
                yield Wanted(place, (row.get(person.name) or "").strip(), number, person.label, said)


def _words(answers: Answers, person: PersonAsked) -> Row:
    return {name: word(answers, name) for name in (person.name, person.number)}


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
