# SPDX-License-Identifier: Apache-2.0
"""Words (答案文字): one answer as a reader sees it, personal numbers masked if asked for. Pure."""

from forms.form import Field, Kind, rows_of
from kit.numbers import masked_email, masked_id, masked_phone
from kit.text import Language


def in_words(field: Field, answer: object, language: Language, masked: bool) -> str:
    """One answer as a reader sees it."""
    if field.kind is Kind.MATERIAL:
        return ("；" if language == "zh" else "; ").join(row.get("name", "") for row in rows_of(answer))
    if isinstance(answer, list):
        labels = [o.label.said(language) for o in field.options if o.value in answer]
        return ("；" if language == "zh" else "; ").join(labels)
    value = "" if answer is None else str(answer).strip()
    if not value:
        return ""
    match field.kind:
        case Kind.CHOICE:
            return next((o.label.said(language) for o in field.options if o.value == value), value)
        case Kind.ID_NUMBER | Kind.PARTY_NUMBER:
            return masked_id(value) if masked else value
        case Kind.PHONE:
            return masked_phone(value) if masked else value
        case Kind.EMAIL:
            return masked_email(value) if masked else value
        case Kind.MONEY | Kind.WHOLE:
            return f"{value} {field.unit.said(language) if field.unit else ''}".strip()
        case Kind.PERCENT:
            return f"{value.rstrip('%％')}%"
        case Kind.TICK:
            return "✓"
        case _:
            return value
