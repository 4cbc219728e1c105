# SPDX-License-Identifier: Apache-2.0
"""Resulting facts (变更后的登记事项): what the set-up form says of a business as a change leaves it. Pure.

A form of changes sees only the pages that it asks; whether the answers fit what stays as it is, the rules of the
set-up form know.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date

from forms import Answers, Form, Problem, check
from kit.text import Text

# Rules about the day of registration itself; of later changes the register knows (LLC-14).
OF_THE_BEGINNING = frozenset({"LLC-03-TERM", "BR-01"})
AFTERWARDS = Text(zh="变更后：{said}", en="After the change: {said}")
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
