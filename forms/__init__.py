# SPDX-License-Identifier: Apache-2.0
"""Forms (表单): questions declared as data, answers checked with every problem at once, in both languages."""

from forms.answers import Checked, check, check_columns, check_page, take
from forms.characters import strange
from forms.conditions import When, scaled
from forms.form import TABLES, Answer, Answers, Field, Form, Kind, Option, Page, Row, Total, rows_of
from forms.kinds import MOST_FILES
from forms.loading import DECLARATIONS, load_forms
from forms.problem import Problem, Values, Weight
from forms.rules import known_rules
from forms.rules.company import five_years_on
from forms.rules.names import NAMES
from forms.words import in_words

__all__ = [
    "DECLARATIONS",
    "MOST_FILES",
    "NAMES",
    "TABLES",
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
    "Total",
    "Values",
    "Weight",
    "When",
    "check",
    "check_columns",
    "check_page",
    "five_years_on",
    "in_words",
    "known_rules",
    "load_forms",
    "rows_of",
    "scaled",
    "strange",
    "take",
]
