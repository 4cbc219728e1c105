# SPDX-License-Identifier: Apache-2.0
"""Fields (表单控件): a declared question with what was typed and what is wrong, ready to be shown. Pure."""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from forms import TABLES, Answers, Field, Form, Kind, Option, Page, Problem, rows_of
from kit.text import Language, Text

INPUT_MODES = {
    Kind.MONEY: "decimal",
    Kind.PERCENT: "decimal",
    Kind.WHOLE: "numeric",
    Kind.PHONE: "tel",
    Kind.EMAIL: "email",
}
MANY = 12  # options: more are looked for, not read
PER_CENT = Text(zh="%", en="%")


@dataclass(frozen=True, slots=True)
class FieldView:
    """One control. `name` is its HTML name and id; `rows` are those of a table of persons."""

    name: str
    kind: str
    label: Text
    hint: Text | None
    required: bool
    value: str | list[str] | bool
    options: tuple[Option, ...]
    problem: str | None
    unit: Text | None
    max_length: int | None
    autocomplete: str | None
    inputmode: str | None
    files: tuple[dict[str, str], ...] = ()
    rows: list[list["FieldView"]] = field(default_factory=list)
    row_title: Text | None = None
    add_name: str = ""
    can_add: bool = False
    can_remove: bool = False
    closed: str | None = None
    closed_rows: Mapping[int, str] = field(default_factory=dict)
    when: str | None = None  # what the browser still decides: `forms.conditions` as JSON
    asked: bool = True
    looked_up: bool = False  # a credit code by which a name can be filled in
    can_look_up: bool = False  # a credit code by which a name can be filled in
    suggest: str = ""  # the module that offers answers while one is typed
    can_filter: bool = False  # so many options that one looks for a word
    within: str = ""  # the street whose addresses are offered, unless another is chosen on the page

    def remove_name(self, index: int) -> str:
        return f"remove-{self.name}-{index}"


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """One line of the error summary."""

    anchor: str
    message: str
    href: str = ""


def html_name(path: str) -> str:
    """shareholders.0.amount → shareholders-0-amount: the id that a problem points to."""
    return path.replace(".", "-")


def shown_problems(problems: Sequence[Problem], language: Language, href: str = "") -> list[ShownProblem]:
    shown = []
    for problem in problems:
        said = problem.message.said(language)
        basis = f"（{problem.basis.zh}）" if problem.basis and language == "zh" else ""
        if problem.basis and language == "en":
            basis = f" ({problem.basis.en})"
        shown.append(ShownProblem(html_name(problem.path), said + basis, href))
    return shown


def views(
    form: Form,
    page: Page,
    answers: Answers,
    problems: Sequence[Problem],
    language: Language,
    closed: Mapping[str, str] | None = None,
    lookups: Set[str] = frozenset(),
    today: date | None = None,
) -> list[FieldView]:
    """The controls of the questions that are asked, given the answers so far.

    `closed` are those that a correction does not open, fields or rows of tables, in words; `lookups` the fields and
    columns whose credit codes give a name. Options that have ended by `today` are shown only where they are chosen.
    """
    told = {html_name(p.path): p.message.said(language) for p in reversed(problems)}
    kept = closed or {}
    asked = {f.name for f in form.asked_fields(page, answers)}
    shown = []
    for f, left in form.shown(page, answers):
        view = _view(_offered(f, answers.get(f.name), today), f.name, answers.get(f.name), told, lookups)
        rows = {i: kept[f"{f.name}.{i}"] for i in range(len(view.rows)) if f"{f.name}.{i}" in kept}
        view = replace(
            view,
            closed=kept.get(f.name),
            closed_rows=rows,
            can_add=view.can_add and not rows,
            when=json.dumps(left.as_json(), ensure_ascii=False) if left else None,
            asked=f.name in asked,
            suggest="addresses" if f.kind is Kind.ADDRESS else "",
            within=str(answers.get(f.within or "") or ""),
        )
        shown.append(view)
    return shown


def _offered(asked: Field, answer: object, today: date | None) -> Field:
    if today is None or all(option.is_offered(today) for option in asked.options):
        return asked
    chosen = answer if isinstance(answer, list) else [answer]
    kept = tuple(option for option in asked.options if option.is_offered(today) or option.value in chosen)
    return asked.model_copy(update={"options": kept})


def part_views(part: Sequence[tuple[Field, str]], problems: Sequence[Problem], language: Language) -> list[FieldView]:
    """The controls of one person's own part, by the names of their columns."""
    told = {problem.path: problem.message.said(language) for problem in reversed(problems)}
    return [_view(field, field.name, answer, told) for field, answer in part]


def _view(asked: Field, name: str, answer: object, told: dict[str, str], lookups: Set[str] = frozenset()) -> FieldView:
    rows = _rows(asked, answer, told, lookups) if asked.kind in TABLES else []
    return FieldView(
        name=name,
        kind="id_number" if asked.kind in (Kind.PARTY_NUMBER, Kind.CREDIT_CODE) else asked.kind.value,
        label=asked.label,
        hint=asked.hint,
        required=asked.required,
        value=_value(asked, answer),
        options=asked.options,
        problem=told.get(name),
        unit=PER_CENT if asked.kind is Kind.PERCENT else asked.unit,
        max_length=asked.most if asked.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.ADDRESS) else None,
        autocomplete=asked.autocomplete,
        inputmode=INPUT_MODES.get(asked.kind),
        can_look_up=asked.kind in (Kind.PARTY_NUMBER, Kind.CREDIT_CODE) and asked.name in lookups,
        can_filter=asked.kind is Kind.CHOICES and len(asked.options) > MANY,
        files=_files(answer) if asked.kind is Kind.MATERIAL else (),
        rows=rows,
        row_title=asked.row_title,
        add_name=f"add-{name}",
        can_add=len(rows) < (asked.most or 50),
        can_remove=len(rows) > (asked.least or 1),
    )


def _rows(asked: Field, answer: object, told: dict[str, str], lookups: Set[str]) -> list[list[FieldView]]:
    typed = rows_of(answer)
    least = asked.least or 1
    typed += [{} for _ in range(least - len(typed))]
    return [
        [
            _view(column, f"{asked.name}-{index}-{column.name}", row.get(column.name), told, lookups)
            for column in asked.fields
        ]
        for index, row in enumerate(typed)
    ]


def _files(answer: object) -> tuple[dict[str, str], ...]:
    """What was uploaded, with sizes as people read them."""
    return tuple({**row, "shown_size": shown_size(row.get("size", "0"))} for row in rows_of(answer))


def shown_size(size: str) -> str:
    """Bytes as kB or MB: "1.2 MB"."""
    kilobytes = int(size) / 1024 if size.isdigit() else 0.0
    return f"{kilobytes / 1024:.1f} MB" if kilobytes >= 1024 else f"{max(1, round(kilobytes))} kB"


def _value(asked: Field, answer: object) -> str | list[str] | bool:
    if asked.kind is Kind.CHOICES:
        return [str(v) for v in answer] if isinstance(answer, list) else []
    if asked.kind is Kind.TICK:
        return answer == "yes"
    return answer if isinstance(answer, str) else ""
