# SPDX-License-Identifier: Apache-2.0
"""Sharing (共用答案): what forms that are filled in together ask of the same thing, so that it is asked once. No I/O.

Two fields mean the same by the meanings of `prefilling`. The code and the name on a licence that is still to come are
not asked at all: the register fills them in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from approval.application import Application
from approval.prefilling import COPIED, MEANINGS
from catalogue import Item
from forms import Answer, Answers, Field, Form, Kind, Page, Problem, check_page
from kit.text import Text

FROM_LICENCE = frozenset({"business_code", "business_name"})
"""Fields that are answered by the business licence as soon as there is one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One of the forms that are filled in together."""

    application: Application
    item: Item
    form: Form

    @property
    def later(self) -> tuple[str, ...]:
        """The questions of this form that the licence answers."""
        return tuple(sorted(f.name for page in self.form.pages for f in page.fields if f.name in FROM_LICENCE))


Carried = dict[str, tuple[Answer, Text]]
"""By field: the answer, and the title of the item whose form gave it."""


def carried(target: Form, sources: Iterable[tuple[Draft, Answers]], today: date) -> Carried:
    """What the right answers of other forms answer in this one; of two that mean the same the first counts."""
    found: Carried = {}
    for source, answers in sources:
        right = _right(source.form, answers, today)
        for field in (field for page in target.pages for field in page.fields if field.name not in found):
            other = _same(field, right)
            if other is not None and _fits(field, answers[other.name]):
                found[field.name] = answers[other.name], source.item.title
    return found


def _right(form: Form, answers: Answers, today: date) -> dict[str, Field]:
    """The fields that are asked and answered without a problem."""
    right: dict[str, Field] = {}
    for page, fields in form.asked(answers):
        wrong = {problem.path.split(".")[0] for problem in check_page(form, page, answers, today).problems}
        right |= {field.name: field for field in fields if answers.get(field.name) and field.name not in wrong}
    return right


def _same(field: Field, known: dict[str, Field]) -> Field | None:
    """The first of these fields that means the same and is of the same kind."""
    if field.name not in COPIED:
        return None
    names = (field.name, *MEANINGS.get(field.name, ()))
    return next((known[n] for n in names if n in known and known[n].kind is field.kind), None)


def _fits(field: Field, answer: object) -> bool:
    if field.kind is Kind.CHOICE:
        return answer in {option.value for option in field.options}
    return isinstance(answer, str)


def share(drafts: Sequence[Draft], before: Mapping[str, Answers], today: date) -> None:
    """Carry from each form into those after it what has changed since `before` (answers by application).

    Never back into the lead, which comes first: whoever changes an answer in a follow-on means that one only.
    """
    for index, draft in enumerate(drafts):
        earlier = drafts[:index]
        old = carried(draft.form, ((one, before.get(one.application.id, {})) for one in earlier), today)
        new = carried(draft.form, ((one, one.application.answers) for one in earlier), today)
        take_over(draft, old if draft.application.id in before else {}, new)
        visited = {*draft.application.visited, *(settled(draft, today) if index else ())}
        if visited != set(draft.application.visited):
            draft.application.visited = sorted(visited)


def take_over(draft: Draft, before: Carried, after: Carried) -> None:
    """Follow what is carried from `before` to `after`; what was changed here by hand waits for the next change."""
    application = draft.application
    answers, named = dict(application.answers), dict(application.prefilled or {})
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if new is not None and (old is None or old[0] != new[0]):
            answers[name], named[name] = new[0], new[1].model_dump()
        elif old is not None and new is None and answers.get(name) == old[0]:
            del answers[name]
            named.pop(name, None)
    if answers != application.answers:
        application.answers, application.prefilled, application.signature = answers, named, None


def left_to_ask(draft: Draft, earlier: Sequence[Draft], today: date) -> list[Page]:
    """The pages that this form still has of its own; what an earlier form asks, or will ask, is left to that one."""
    coming = _coming(earlier)
    pages = []
    for page, fields in draft.form.asked(draft.application.answers):
        wrong = _wrong(check_page(draft.form, page, draft.application.answers, today).problems)
        if any(_is_asked(field, draft, wrong, coming) for field in fields):
            pages.append(page)
    return pages


def _coming(earlier: Iterable[Draft]) -> dict[str, Field]:
    """What the forms before this one ask and nobody has answered yet."""
    coming: dict[str, Field] = {}
    for draft in earlier:
        for page, fields in draft.form.asked(draft.application.answers):
            if page.name not in draft.application.visited:
                coming |= {field.name: field for field in fields}
    return coming


def _is_asked(field: Field, draft: Draft, wrong: set[str], coming: dict[str, Field]) -> bool:
    if field.name in FROM_LICENCE or _is_left_open(field, draft):
        return False
    if field.name in (draft.application.prefilled or {}):
        return field.name in wrong
    return _same(field, coming) is None


def _is_left_open(field: Field, draft: Draft) -> bool:
    """Need not be answered, and was not where it was asked first."""
    return field.name in COPIED and not field.required and not draft.application.answers.get(field.name)


def settled(draft: Draft, today: date) -> list[str]:
    """The pages of which every question is answered from elsewhere, or by the licence: nobody need look at them."""
    known = FROM_LICENCE | (draft.application.prefilled or {}).keys()
    names = []
    for page, fields in draft.form.asked(draft.application.answers):
        wrong = _wrong(check_page(draft.form, page, draft.application.answers, today).problems) - FROM_LICENCE
        if fields and not wrong and all(field.name in known or _is_left_open(field, draft) for field in fields):
            names.append(page.name)
    return names


def _wrong(problems: Iterable[Problem]) -> set[str]:
    return {problem.path.split(".")[0] for problem in problems if problem.blocks}
