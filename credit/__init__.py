# SPDX-License-Identifier: Apache-2.0
"""Credit (信用): what the bureau knows about a person or firm, and what follows for a filing."""

from credit.breaker import Breaker
from credit.bureau import Bureau, Firm, HttpBureau, Unanswered
from credit.editions import measures
from credit.effect import Effect, Role, Subject
from credit.filing import Act, Filing
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
    "Filing",
    "Firm",
    "HttpBureau",
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
    "measures",
    "must_be_listed",
    "rulebook",
    "worst",
]
