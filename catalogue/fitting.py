# SPDX-License-Identifier: Apache-2.0
"""Fitting (目录校核): whether an item and what it names go together, said with the line that is wrong. Pure."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from catalogue.item import EntryResult, Item, LicenceResult, PermitResult
from forms import Field, Form, Kind
from kit.declared import Location, Refused, fault
from workflows import Process

Wrong = tuple[Location, str]
# What a process must ask before it grants, by what the item says of itself.
ISSUES = "issue_licence"
ENTERS, GUARDED = "enter_register", "in_register"
WATCHED = {"on_site": "site_visited", "hearing": "hearing_held"}
MOVING = {"new_here", "file_here"}


class Inconsistent(Refused):
    """A declaration names something that is not there; the service does not start."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that an item may name. `texts` and `bases` are None where nobody asks about them."""

    forms: Mapping[tuple[str, int], Form]
    processes: Mapping[tuple[str, int], Process]
    themes: Set[str]
    codes: Set[str]
    texts: Set[str] | None = None
    bases: Set[str] | None = None


def fit(file: Path, item: Item, known: Known) -> None:
    """Raises Inconsistent with everything that does not fit, a line each."""
    form, process = known.forms.get(item.form.key), known.processes.get(item.process.key)
    wrong: list[Wrong] = []
    if form is None:
        wrong.append((("form",), f"there is no form {item.form.name} version {item.form.version}"))
    else:
        wrong += _fields(item, form)
    if process is None:
        wrong.append((("process",), f"there is no process {item.process.name} version {item.process.version}"))
    else:
        wrong += _watched(item, process)
    wrong += _names(item, known)
    if wrong:
        raise Inconsistent("\n".join(str(fault(file, where, reason)) for where, reason in wrong))


def _names(item: Item, known: Known) -> Iterator[Wrong]:
    if item.theme not in known.themes:
        yield ("theme",), f"there is no theme {item.theme}"
    setups = (*item.result.setups, *item.result.converts) if isinstance(item.result, EntryResult) else ()
    for key, named in (("needs", item.needs), ("follows", item.follows), ("result", setups)):
        for code in named:
            if code not in known.codes:
                yield (key,), f"there is no item {code}"
    for code in item.instruments:
        if known.texts is not None and code not in known.texts:
            yield ("instruments",), f"there is no text {code}"
    for code in item.refusal_bases:
        if known.bases is not None and code not in known.bases:
            yield ("refusal_bases",), f"nobody knows the provision {code}"


def _fields(item: Item, form: Form) -> Iterator[Wrong]:
    fields = {field.name: field for page in form.pages for field in page.fields}
    single = [("holder", item.holder.name), ("holder", item.holder.number)]
    for person in item.persons:
        if person.table is None:
            single += [("persons", person.name), ("persons", person.number)]
            continue
        table = fields.get(person.table)
        columns = {column.name for column in table.fields} if table else set()
        if not {person.name, person.number} <= columns:
            yield ("persons",), f"{person.table} of form {form.code} has no {person.name}, {person.number}"
    single += [("materials", material.field) for material in item.materials if material.field]
    single += [("result", name) for name in _named_of_result(item)]
    for where, name in single:
        if name not in fields:
            yield (where,), f"form {form.code} has no field {name}"
    yield from _of_result(item, form, fields)


def _named_of_result(item: Item) -> list[str]:
    """The fields of which the result speaks."""
    match item.result:
        case PermitResult() as result:
            named = (result.holder, result.holder_code, *result.scope, result.until)
            return [name for name in named if name]
        case EntryResult() as result:
            return [result.code, result.name]
        case LicenceResult() as result:
            typed = [result.type_field] if result.type_field else []
            return [*typed, *(result.moved.fields if result.moved else ())]
    return []


def _of_result(item: Item, form: Form, fields: Mapping[str, Field]) -> Iterator[Wrong]:
    if isinstance(item.result, PermitResult):
        until = fields.get(item.result.until or "")
        if until is not None and until.kind is not Kind.DATE:
            yield ("result",), f"{until.name} is no date"
    if isinstance(item.result, LicenceResult) and (owned := item.result.owned):
        table = fields.get(owned.table)
        columns = {column.name for column in table.fields} if table else set()
        if not {owned.number, owned.amount} <= columns:
            yield ("result",), f"{owned.table} of form {form.code} has no {owned.number}, {owned.amount}"


def _watched(item: Item, process: Process) -> Iterator[Wrong]:
    for said, guard in WATCHED.items():
        if getattr(item, said) and guard not in process.guards:
            yield (said,), f"the process {process.name} grants without {guard}"
    if item.moved is not None and not process.guards >= MOVING:
        yield ("process",), f"{process.name} takes a business in without {' and '.join(sorted(MOVING))}"
    if isinstance(item.result, EntryResult) and not ({ENTERS} <= process.verbs and GUARDED in process.guards):
        yield ("process",), f"{process.name} makes no entry in the register, or approves without {GUARDED}"
    if (item.result is not None) != (ISSUES in process.verbs):
        yield ("process",), f"{process.name} {'makes a' if item.result is None else 'makes no'} licence or certificate"
