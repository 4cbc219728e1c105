# SPDX-License-Identifier: Apache-2.0
"""Forms (表单): questions declared as data, answers checked with every problem at once, in both languages."""

from forms.answers import Checked, check, check_page, take
from forms.conditions import When
from forms.form import Answer, Answers, Field, Form, Kind, Option, Page, Row, rows_of
from forms.kinds import MOST_FILES
from forms.loading import DECLARATIONS, load_forms
from forms.problem import Problem, Values
from forms.words import in_words

__all__ = [
    "DECLARATIONS",
    "MOST_FILES",
    "Answer",
    "Answers",
    "Checked",
    "Field",
    "Form",
    "Kind",
    "Option",
    "Page",
    "Problem",
    "Row",
    "Values",
    "When",
    "check",
    "check_page",
    "in_words",
    "load_forms",
    "rows_of",
    "take",
]
