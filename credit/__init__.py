# SPDX-License-Identifier: Apache-2.0
"""Credit (信用): what the bureau knows about a person or firm, and what follows for a filing."""

from credit.breaker import Breaker
from credit.bureau import Bureau, Firm, HttpBureau, Unanswered
from credit.editions import measures
from credit.effect import Effect, Role, Subject
from credit.filing import Act, Filing
from credit.listing import Fault, ListRefused, import_list
from credit.published import ListSource, editions
from credit.report import CreditFinding, CreditReport, Record, assess, worst
from credit.rulebook import Rule, RuleUnfounded, must_be_listed, rulebook
from credit.sources import Reach, TwoSources, bureau_at

__all__ = [
    "Act",
    "Breaker",
    "Bureau",
    "CreditFinding",
    "CreditReport",
    "Effect",
    "Fault",
    "Filing",
    "Firm",
    "HttpBureau",
    "ListRefused",
    "ListSource",
    "Reach",
    "Record",
    "Role",
    "Rule",
    "RuleUnfounded",
    "Subject",
    "TwoSources",
    "Unanswered",
    "assess",
    "bureau_at",
    "editions",
    "import_list",
    "measures",
    "must_be_listed",
    "rulebook",
    "worst",
]
