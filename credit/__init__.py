# SPDX-License-Identifier: Apache-2.0
"""Credit (信用): what the bureau knows about a person or firm, and what follows for a filing."""

from credit.breaker import Breaker
from credit.bureau import Bureau, Firm, HttpBureau, Unanswered
from credit.effect import Effect, Role, Subject
from credit.report import CreditFinding, CreditReport, Record, assess, worst
from credit.rulebook import Rule, RuleUnfounded, rulebook

__all__ = [
    "Breaker",
    "Bureau",
    "CreditFinding",
    "CreditReport",
    "Effect",
    "Firm",
    "HttpBureau",
    "Record",
    "Role",
    "Rule",
    "RuleUnfounded",
    "Subject",
    "Unanswered",
    "assess",
    "rulebook",
    "worst",
]
