# SPDX-License-Identifier: Apache-2.0
"""Tables (人员表): what rules ask of lists of persons. Pure."""

from collections.abc import Iterator

from forms.problem import Values
from forms.rules.registry import Wrong
from kit.text import Text


def numbers_in(table: str, values: Values) -> set[str]:
    """The numbers of a table of persons that could be read."""
    found = (row.get("number") or row.get("id_number") for row in values.get(table) or [])
    return {number for number in found if number}


def twice(table: str, values: Values, zh: str, en: str) -> Iterator[Wrong]:
    """Each row whose number stands in the table before."""
    seen: set[str] = set()
    for index, row in enumerate(values.get(table) or []):
        number = row.get("number") or row.get("id_number")
        if number and number in seen:
            yield f"{table}.{index}.{'number' if 'number' in row else 'id_number'}", Text(zh=zh, en=en)
        seen.add(number or "")
