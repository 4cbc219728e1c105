# SPDX-License-Identifier: Apache-2.0
"""Viewers (可见范围): who sees what of people, read from viewers.toml. Pure; only `load_viewers` reads a file, once."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field as Limit

from forms import Answers, Form, Kind, rows_of
from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "viewers.toml"
Shown = Literal["full", "masked", "faces", "none"]


class Personal(Frozen):
    """One kind of thing about people: the answers that hold it, and how each viewer sees it."""

    kinds: tuple[Kind, ...]
    said: Text
    owner: Shown
    seen: Shown
    held: Shown
    opened: Shown
    department: Shown
    sample: Shown
    auditor: Shown


class Viewers(Frozen):
    """The declaration."""

    version: int = Limit(ge=1)
    field: dict[str, Personal]

    @property
    def maskable(self) -> dict[str, Personal]:
        """What a reason opens: masked to whoever holds the case, whole afterwards."""
        return {name: one for name, one in self.field.items() if one.held == "masked" and one.opened == "full"}


@lru_cache
def load_viewers() -> Viewers:
    """Raises Refused, with file and line."""
    return declared(FILE, Viewers)


def asked_of_people(form: Form, answers: Answers) -> list[str]:
    """Of what can be opened, what these answers hold."""
    kinds: set[Kind] = set()
    for page in form.asked_pages(answers):
        for field in form.asked_fields(page, answers):
            if not answers.get(field.name):
                continue
            kinds.add(field.kind)
            rows = rows_of(answers.get(field.name)) if field.fields else []
            kinds |= {column.kind for column in field.fields for row in rows if row.get(column.name)}
    return [name for name, one in load_viewers().maskable.items() if kinds & set(one.kinds)]
