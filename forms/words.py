# SPDX-License-Identifier: Apache-2.0
"""Words (答案文字): one answer as a reader sees it, personal numbers masked if asked for. Pure."""

from forms.form import Field, Kind, rows_of
from kit.numbers import masked_email, masked_id, masked_phone
from kit.text import Language

MASKS = {
    Kind.ID_NUMBER: masked_id,
    Kind.PARTY_NUMBER: masked_id,
    Kind.PHONE: masked_phone,
    Kind.EMAIL: masked_email,
}


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
    if masked and field.kind in MASKS:
        return MASKS[field.kind](value)
    match field.kind:
        case Kind.CHOICE:
            return next((o.label.said(language) for o in field.options if o.value == value), value)
        case Kind.MONEY | Kind.WHOLE:
            return f"{value} {field.unit.said(language) if field.unit else ''}".strip()
        case Kind.PERCENT:
            return f"{value.rstrip('%％')}%"
        case Kind.TICK:
            return "✓"
        case _:
            return value
