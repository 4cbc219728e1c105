# SPDX-License-Identifier: Apache-2.0
"""Sources (信用信息来源的主备): two bureaus for the same facts; the second is asked where the first does not answer.

Hides which one was asked; which one answered stands in the report and so in every finding. That a number and a name do
not agree is an answer of its own and is not asked away: a person looks. I/O: network.
"""

import ssl
from dataclasses import dataclass

from credit.bureau import Bureau, Firm, HttpBureau, Unanswered
from credit.effect import Subject
from credit.report import CreditReport

BUDGET_S = 3.0
DISAGREES = "identity_uncertain"


class TwoSources:
    """Keeps the port of one bureau."""

    def __init__(self, first: Bureau, second: Bureau) -> None:
        self._first, self._second = first, second

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        """The first answer; if there is none, why the first gave none."""
        report = self._first.query(subject, name, number, purpose=purpose, case=case)
        if _has_spoken(report):
            return report
        other = self._second.query(subject, name, number, purpose=purpose, case=case)
        return other if _has_spoken(other) else report

    def firm(self, number: str, *, purpose: str, case: str) -> Firm | None:
        """As a bureau. Raises Unanswered."""
        try:
            return self._first.firm(number, purpose=purpose, case=case)
        except Unanswered as failure:
            if failure.reason == DISAGREES:
                raise
            return self._second.firm(number, purpose=purpose, case=case)


def _has_spoken(report: CreditReport) -> bool:
    return report.status == "answered" or report.reason == DISAGREES


@dataclass(frozen=True, slots=True)
class Reach:
    """How a bureau is reached: its address, the token, and the secret that signs requests ("" for none)."""

    url: str
    token: str
    secret: str = ""


def bureau_at(first: Reach, second: Reach | None = None, trust: ssl.SSLContext | None = None) -> Bureau:
    """One bureau, or two that share the budget of one question."""
    if second is None:
        return HttpBureau(first.url, first.token, BUDGET_S, trust=trust, secret=first.secret)
    half = BUDGET_S / 2
    return TwoSources(
        HttpBureau(first.url, first.token, half, trust=trust, secret=first.secret),
        HttpBureau(second.url, second.token, half, trust=trust, secret=second.secret),
    )
