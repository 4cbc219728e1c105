# SPDX-License-Identifier: Apache-2.0
"""Persons (有关人员): whom a form names, and in which roles. Pure.

One person with several roles is asked about once, by number and never by name alone.
"""

from dataclasses import dataclass, field

from catalogue import Item
from credit import Role, Subject
from forms import Values
from kit.numbers import is_of_organisation


@dataclass(slots=True)
class Person:
    """A natural or legal person of the application, with all roles."""

    name: str
    number: str
    roles: list[Role] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def subject(self) -> Subject:
        return Subject.LEGAL if is_of_organisation(self.number) else Subject.NATURAL

    @property
    def label(self) -> str:
        """How a finding calls the person: the roles, never the name or the number."""
        return "、".join(self.labels)


def persons_of(item: Item, values: Values) -> list[Person]:
    """Everybody the form names, once each, in the order of the item's list."""
    persons: dict[str, Person] = {}
    for asked in item.persons:
        rows = values.get(asked.table) or [] if asked.table else [values]
        for index, row in enumerate(rows):
            number = row.get(asked.number)
            if not number:
                continue
            person = persons.setdefault(number, Person(str(row.get(asked.name) or ""), number))
            person.roles.append(Role(asked.role))
            person.labels.append(asked.label.zh + (str(index + 1) if asked.table and len(rows) > 1 else ""))
    return list(persons.values())


def others_than_holder(item: Item, values: Values) -> int:
    """How many natural persons besides the holder are named."""
    holder = values.get(item.holder.number)
    return sum(p.number != holder and p.subject is Subject.NATURAL for p in persons_of(item, values))
