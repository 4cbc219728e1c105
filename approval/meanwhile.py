# SPDX-License-Identifier: Apache-2.0
"""Meanwhile (同时填写): what another person of the case wrote on a page since it was shown. I/O: database.

A page carries a mark of each answer as it was shown. Whoever saves an older page is told what the other wrote, keeps
what was typed, and chooses; nobody's work is lost in silence.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from approval.application import Application
from approval.casefile import locked
from forms import TABLES, Answers, Field, Kind, Page, in_words, rows_of
from kit.text import Language, Text

MARK_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of which two persons wrote different things, in words."""

    label: Text
    theirs: str
    mine: str


def marks(page: Page, answers: Answers) -> str:
    """What a page carries hidden of the answers that it shows: a short hash each, so that nothing can be read off."""
    asked = [field for field in page.fields if field.kind is not Kind.MATERIAL]
    return " ".join(f"{field.name}={mark(answers.get(field.name))}" for field in asked)


def mark(answer: object) -> str:
    """An empty answer is one that was not given, whatever shape it has."""
    text = json.dumps(answer or "", ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_DIGITS]


def note(application: Application, name: str) -> None:
    """Remember that the present answer was written by another than the applicant."""
    application.others_wrote = {**(application.others_wrote or {}), name: mark(application.answers.get(name))}


def written(
    session: Session, application: Application, page: Page, shown: str, typed: Answers, language: Language
) -> list[Told]:
    """What another person answered since the page was shown, where it is not what is typed now; the case is locked.

    Who goes back to an older page of their own is not asked; what a program sends without marks is taken as it is.
    """
    then = dict(pair.split("=", 1) for pair in shown.split() if "=" in pair)
    case = locked(session, application.id)
    answers, by_others = case.answers, case.others_wrote or {}
    found: list[Told] = []
    for field in page.fields:
        stored, mine = answers.get(field.name), typed.get(field.name)
        if by_others.get(field.name) != mark(stored):
            continue
        if field.name in typed and then.get(field.name, mark(stored)) != mark(stored) != mark(mine):
            found += _differences(field, stored, mine, language)
    return found


def _differences(field: Field, theirs: object, mine: object, language: Language) -> Iterator[Told]:
    if field.kind not in TABLES:
        yield Told(field.label, in_words(field, theirs, language, False), in_words(field, mine, language, False))
        return
    their_rows, my_rows = rows_of(theirs), rows_of(mine)
    title = field.row_title or field.label
    for index in range(max(len(their_rows), len(my_rows))):
        both = [rows[index] if index < len(rows) else {} for rows in (their_rows, my_rows)]
        for column in field.fields:
            said = [in_words(column, row.get(column.name), language, False) for row in both]
            if said[0] != said[1]:
                label = Text(
                    zh=f"{title.zh} {index + 1} · {column.label.zh}", en=f"{title.en} {index + 1} · {column.label.en}"
                )
                yield Told(label, *said)
