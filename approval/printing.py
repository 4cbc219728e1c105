# SPDX-License-Identifier: Apache-2.0
"""Printing (生僻字): words for the licence that its typeface does not have, found while they are typed. Pure."""

import unicodedata
from collections.abc import Iterator

import licences
from forms import Problem, Values, Weight
from kit.text import Text

RARE = "FONT-01"
TYPEFACE = Text(zh="本系统字库；GB 18030-2022", en="The typeface of this service; GB 18030-2022")
UNPRINTABLE = Text(
    zh="“{characters}”是字库暂缺的生僻字：可以照常提交，由工作人员处理；批准后补好字再制证",
    en="“{characters}” is not in the typeface yet: submit as it is; a clerk sees to it and it is added before printing",
)
FOREIGN = Text(
    zh="“{characters}”不能印在证照上，请改用汉字、数字或者字母",
    en="“{characters}” cannot stand on a licence: use Chinese characters, digits or letters",
)


def unprintable(values: Values) -> tuple[Problem, ...]:
    """A problem for each answer with a character that cannot be printed: all of them stand on the application that is
    signed, many on a licence, a permit or in articles.

    A Chinese character that is only rare is for a person to see to: nobody is asked to write their name differently.
    """
    problems = []
    for path, answer in _written(values):
        missing = licences.missing_characters("".join(answer.split()))
        if missing and all(unicodedata.name(c, "").startswith("CJK UNIFIED") for c in missing):
            said = UNPRINTABLE.filled(characters=missing)
            problems.append(Problem(path, said, RARE, TYPEFACE, Weight.PERSON, "M"))
        elif missing:
            problems.append(Problem(path, FOREIGN.filled(characters=missing)))
    return tuple(problems)


def _written(values: Values, within: str = "") -> Iterator[tuple[str, str]]:
    """Every answer in words, with where it stands; rows of a table are counted from 0."""
    for name, value in values.items():
        if isinstance(value, str):
            yield f"{within}{name}", value
        elif isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, dict):
                    yield from _written(row, f"{within}{name}.{index}.")
