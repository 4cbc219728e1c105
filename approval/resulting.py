# SPDX-License-Identifier: Apache-2.0
"""Resulting facts (变更后的登记事项): what the set-up form says of a business as a change leaves it. Pure.

A form of changes sees only the pages that it asks; whether the answers fit what stays as it is, the rules of the
set-up form know.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date

from forms import Answers, Form, Problem, Values, check, rows_of
from kit.text import Text

# Rules about the day of registration itself; of later changes the register knows (LLC-14).
OF_THE_BEGINNING = frozenset({"LLC-03-TERM", "BR-01"})
AFTERWARDS = Text(zh="变更后：{said}", en="After the change: {said}")
SEVERAL = Text(
    zh="登记簿上该公司有多名股东，应当由股东会决议，不能由一名股东书面决定",
    en="The register has several shareholders: their meeting decides, not one in writing",
)
ALONE = Text(
    zh="登记簿上该公司只有一名股东，请选择股东书面决定",
    en="The register has one shareholder, who decides in writing",
)
DECIDED = Text(zh="公司法第59、60、66条", en="Company Law arts 59, 60, 66")
_ROW = re.compile(r"\.\d+(?=\.|$)")

Trace = tuple[str, str, str]


def trace_of(problem: Problem) -> Trace:
    """What makes two problems the same one: rule, question and words, whatever row it stands in."""
    return problem.rule, _ROW.sub("", problem.path), problem.message.zh


def new_problems(
    before: Answers, after: Answers, form: Form, day: date, known: Collection[Problem] = ()
) -> tuple[Problem, ...]:
    """What is wrong with the facts `after` a change, and was not `before` it, by the form of registration.

    `known` are problems of the application itself, which are told already.
    """
    told = {trace_of(problem) for problem in (*check(form, before, day).problems, *known)}
    return tuple(_fresh(check(form, after, day).problems, told))


def _fresh(problems: Collection[Problem], told: set[Trace]) -> Iterator[Problem]:
    for problem in problems:
        if problem.rule not in OF_THE_BEGINNING and trace_of(problem) not in told:
            yield problem.worded(
                Text(zh=AFTERWARDS.zh.format(said=problem.message.zh), en=AFTERWARDS.en.format(said=problem.message.en))
            )


def of_decision(before: Answers, values: Values) -> tuple[Problem, ...]:
    """Whether those who decide are as many as the register says: one alone decides in writing, several meet."""
    count, decided = len(rows_of(before.get("shareholders"))), values.get("resolution")
    said = {"sole": SEVERAL if count > 1 else None, "meeting": ALONE if count == 1 else None}.get(str(decided))
    return (Problem("resolution", said, "LLC-12", DECIDED),) if said else ()
