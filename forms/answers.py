# SPDX-License-Identifier: Apache-2.0
"""Answers (填报内容): what was typed, checked against its form; every problem at once, by field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forms.form import TABLES, Answers, Field, Form, Kind, Page, Row, rows_of
from forms.kinds import Misread, read
from forms.problem import Problem, Values, Weight
from forms.rules import apply_rule
from kit.text import Text

MISSING = Text(zh="请填写“{label}”", en="Enter “{label}”")
MISSING_CHOICE = Text(zh="请选择“{label}”", en="Choose “{label}”")
MISSING_FILE = Text(zh="请上传“{label}”", en="Upload “{label}”")
MISSING_OF = {
    Kind.CHOICE: MISSING_CHOICE,
    Kind.CHOICES: MISSING_CHOICE,
    Kind.TICK: MISSING_CHOICE,
    Kind.MATERIAL: MISSING_FILE,
}
TOO_EARLY = Text(zh="日期不能早于 {day}", en="The day cannot be before {day}")
TOO_LATE = Text(zh="日期不能晚于今天", en="The day cannot lie in the future")
TOO_FEW = Text(zh="“{label}”至少需要 {least} 位", en="“{label}” needs at least {least}")
TOO_MANY = Text(zh="“{label}”最多 {most} 位", en="“{label}” allows at most {most}")
TOO_FEW_ROWS = Text(zh="“{label}”至少需要 {least} 行", en="“{label}” needs at least {least} rows")
TOO_MANY_ROWS = Text(zh="“{label}”最多 {most} 行", en="“{label}” allows at most {most} rows")


COMES_TO_MORE = Text(
    zh="“{label}”合计 {total}，超过 {most}，请核对各行",
    en="“{label}” comes to {total}, more than {most}: check the rows",
)
COMES_TO = Text(
    zh="“{label}”合计 {total}，应为 {most}，请核对各行", en="“{label}” comes to {total} and not {most}: check the rows"
)
TWICE = Text(zh="同一人填写了两次，请核对", en="The same person is listed twice: please check")


@dataclass(frozen=True, slots=True)
class Checked:
    """The values that could be read, and every problem found."""

    values: Values
    problems: tuple[Problem, ...]


def check(form: Form, answers: Answers, today: date) -> Checked:
    """Read the whole form, then apply its rules to what could be read."""
    values: Values = {}
    problems: list[Problem] = []
    for page in form.asked_pages(answers):
        part = check_page(form, page, answers, today)
        values |= part.values
        problems += part.problems
    for rule in form.rules:
        problems += apply_rule(rule, values, today)
    return Checked(values, tuple(problems))


def check_page(form: Form, page: Page, answers: Answers, today: date) -> Checked:
    """Read one page: what the applicant is told at once, before going on."""
    values: Values = {}
    problems: list[Problem] = []
    for field in form.asked_fields(page, answers):
        if field.kind in TABLES:
            rows, found = _check_table(field, answers.get(field.name), today)
            values[field.name] = rows
            problems += found
        else:
            _check_one(field, field.name, answers.get(field.name), today, values, problems)
    return Checked(values, tuple(problems))


def _check_one(field: Field, path: str, typed: object, today: date, values: Values, problems: list[Problem]) -> None:
    if not isinstance(typed, str | list) or not (typed.strip() if isinstance(typed, str) else typed):
        if field.required:
            problems.append(Problem(path, _labelled(MISSING_OF.get(field.kind, MISSING), field)))
        return
    try:
        values[field.name] = read(field, typed, today)
    except Misread as misread:
        problems.append(Problem(path, misread.said))
        if misread.kept is not None:
            values[field.name] = misread.kept
        return
    first = today if field.not_before == "today" else values.get(field.not_before or "")
    if first is not None and values[field.name] < first:
        problems.append(Problem(path, TOO_EARLY.filled(day=first.isoformat())))
    elif field.not_after == "today" and values[field.name] > today:
        problems.append(Problem(path, TOO_LATE))


def _check_table(field: Field, typed: object, today: date) -> tuple[list[Values], list[Problem]]:
    rows = rows_of(typed)
    problems: list[Problem] = []
    if len(rows) < (field.least or 1):
        problems.append(
            Problem(
                field.name,
                _labelled(TOO_FEW if field.kind is Kind.PEOPLE else TOO_FEW_ROWS, field, least=field.least or 1),
            )
        )
    if field.most and len(rows) > field.most:
        problems.append(
            Problem(
                field.name, _labelled(TOO_MANY if field.kind is Kind.PEOPLE else TOO_MANY_ROWS, field, most=field.most)
            )
        )
    values: list[Values] = []
    for index, row in enumerate(rows):
        read_row: Values = {}
        for column in field.fields:
            _check_one(column, f"{field.name}.{index}.{column.name}", row.get(column.name), today, read_row, problems)
        values.append(read_row)
    problems += _added_up(field, values)
    return values, problems


def _added_up(field: Field, rows: list[Values]) -> list[Problem]:
    """Whether the numbers of a column come to what they may, and whether a person stands there twice."""
    problems: list[Problem] = []
    if (total := field.total) is not None:
        column = next(one for one in field.fields if one.name == total.column)
        groups: dict[object, list[Decimal]] = {}
        for row in rows:
            if (number := row.get(total.column)) is not None:
                groups.setdefault(row.get(total.by or ""), []).append(Decimal(number))
        for numbers in groups.values():
            come_to, is_whole = sum(numbers, Decimal(0)), total.by is None and len(numbers) == len(rows)
            if come_to > total.most or (total.exactly and is_whole and come_to != total.most):
                said = COMES_TO if total.exactly else COMES_TO_MORE
                facts = {"total": f"{come_to.normalize():f}", "most": total.most}
                problems.append(Problem(field.name, _labelled(said, column, **facts)))
    if field.once is not None:
        seen: set[object] = set()
        for index, row in enumerate(rows):
            value = row.get(field.once)
            if value in seen and value is not None:
                path = f"{field.name}.{index}.{field.once}"
                problems.append(Problem(path, TWICE, weight=Weight.PERSON, confidence="D"))
            seen.add(value)
    return problems


def check_columns(columns: Sequence[Field], row: Mapping[str, str], today: date) -> tuple[Problem, ...]:
    """What is wrong with the columns of one row, by the name of the column."""
    values: Values = {}
    problems: list[Problem] = []
    for column in columns:
        _check_one(column, column.name, row.get(column.name), today, values, problems)
    return tuple(problems)


def _labelled(message: Text, field: Field, **facts: object) -> Text:
    return Text(
        zh=message.zh.format(label=field.label.zh, **facts), en=message.en.format(label=field.label.en, **facts)
    )


def take(form: Form, page: Page, typed: Mapping[str, list[str]]) -> Answers:
    """The answers of one page from a posted HTML form ("shareholders-0-name"); unknown names are ignored.

    A table keeps every row that was on the page, also an empty one: what was typed stays typed.
    """
    answers: Answers = {}
    for field in page.fields:
        if field.kind is Kind.MATERIAL or not _was_shown(field.name, typed):
            continue  # what was uploaded is kept by the upload; what was not asked keeps its answer
        if field.kind in TABLES:
            answers[field.name] = _take_rows(field, typed)
        elif field.kind is Kind.CHOICES:
            answers[field.name] = [value for value in typed.get(field.name, []) if value]
        else:
            answers[field.name] = (typed.get(field.name) or [""])[-1]
    return answers


def _was_shown(name: str, typed: Mapping[str, list[str]]) -> bool:
    return f"asked-{name}" in typed or any(sent == name or sent.startswith(f"{name}-") for sent in typed)


def _take_rows(field: Field, typed: Mapping[str, list[str]]) -> list[Row]:
    rows: list[Row] = []
    for index in range((field.most or 50) + 1):
        columns = {column.name: f"{field.name}-{index}-{column.name}" for column in field.fields}
        if not any(name in typed for name in columns.values()):
            break
        rows.append({column: (typed.get(name) or [""])[-1] for column, name in columns.items()})
    return rows
