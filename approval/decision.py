# SPDX-License-Identifier: Apache-2.0
"""Decision (决定): what may be said about an application, and what must come with it. Pure: no session, no clock.

Machines may approve; only people return or refuse.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kit.errors import DomainError
from kit.text import Text

SHORTEST_REASON = 10


class ReasonRequired(DomainError):
    """Turning someone away must state why, in a sentence that can be understood (行政许可法第38条)."""


class BasisRequired(DomainError):
    """A refusal names the provision it rests on (登记管理条例第20条)."""


class CorrectionsRequired(DomainError):
    """A return says everything that must be corrected, once (细则第18条 一次性告知)."""


class PersonRequired(DomainError):
    """No machine turns anybody away."""


class Outcome(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    REFUSE = "refuse"


REFUSAL_BASES: dict[str, Text] = {
    "SAMR-20": Text(
        zh="市场主体登记管理条例第20条：违反法律、行政法规，或者可能危害国家安全、社会公共利益",
        en="Registration Regulation art. 20: unlawful, or a danger to national security or the public interest",
    ),
    "NAME-20": Text(
        zh="企业名称登记管理规定第20条：名称不符合规定",
        en="Regulation on enterprise names art. 20: the name is not allowed",
    ),
    "CL-178": Text(
        zh="公司法第178条、登记管理条例第12条：任职人员不符合资格，且申请人不予更换",
        en="Company Law art. 178: a person may not hold the post, and is not replaced",
    ),
    "SAMR-40": Text(
        zh="市场主体登记管理条例第40条：虚假登记直接责任人三年内不得再次申请",
        en="Registration Regulation art. 40: three-year ban after a false registration",
    ),
    "LIC-32": Text(
        zh="行政许可法第32条：依法不需要取得行政许可，或者不属于本行政机关职权范围",
        en="Administrative Licensing Law art. 32: no permit is needed, or another body is competent",
    ),
    "LIC-38": Text(
        zh="行政许可法第38条：申请人的申请不符合法定条件、标准",
        en="Administrative Licensing Law art. 38: the legal conditions are not met",
    ),
}
"""The provisions on which a refusal may rest; each is checked against the text of the instrument."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to correct: the field, what the applicant calls it, how to mend it, and the provision."""

    path: str
    label: Text
    reason: str
    clause: Text | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Raises ReasonRequired, BasisRequired, CorrectionsRequired or PersonRequired if something is missing."""

    outcome: Outcome
    decided_by: str
    decided_at: datetime
    is_by_machine: bool = False
    reason: str = ""
    basis: str = ""
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.APPROVE:
            return
        if self.is_by_machine:
            raise PersonRequired(outcome=self.outcome)
        if self.outcome is Outcome.REFUSE:
            if not is_sentence(self.reason):
                raise ReasonRequired(least=SHORTEST_REASON)
            if self.basis not in REFUSAL_BASES:
                raise BasisRequired()
        elif not self.corrections and not is_sentence(self.reason):
            raise CorrectionsRequired()


def is_sentence(reason: str) -> bool:
    """Long enough to explain, and words rather than marks."""
    return len(re.findall(r"\w", reason)) >= SHORTEST_REASON
