# SPDX-License-Identifier: Apache-2.0
"""Asked (核查清单): a line for each rule that was put to a case, also for those that had nothing to say. Pure.

A proof shows by it that nothing was left out. Lines hold codes, counts and distances, never a name, a number or an
address: what is said about people stays with the findings.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from approval.findings import REAL_NAME, Found, Held, Measured
from approval.gate import Verdict
from approval.leads import FIELD, Neighbours, load_leads
from approval.printing import RARE, TYPEFACE
from credit import CreditReport, Effect, Filing, Role, rulebook
from forms import NAMES, Form, Values, known_rules
from kit.text import Text

COMPLETE = Text(zh="市场主体登记管理条例第19条", en="Registration Regulation art. 19")
PREMISES = Text(zh="市场主体登记管理条例实施细则第25条", en="Detailed Rules art. 25")
LICENSED = Text(zh="优化营商环境条例第19条（先照后证，双告知）", en="Business Environment Regulation art. 19")
NAMED = Text(zh="企业名称登记管理规定第17条", en="Regulation on enterprise names art. 17")


def line(
    rule: str,
    citation: Text,
    confidence: str,
    *,
    value: Measured,
    threshold: Measured,
    outcome: bool | None,
    effect: str = "",
    subject: str = "",
    source: str = "",
) -> dict[str, Any]:
    """What a proof keeps of one rule; `outcome` is whether it holds, None where nobody could say."""
    return {
        "rule": rule,
        "subject": subject,
        "value": list(value) if isinstance(value, tuple) else value,
        "threshold": list(threshold) if isinstance(threshold, tuple) else threshold,
        "outcome": outcome,
        "effect": effect,
        "citation": citation.model_dump(),
        "confidence": confidence,
        "source": source,
    }


def line_of(said: Found | Held) -> dict[str, Any]:
    effect = said.effect if isinstance(said, Found) else Effect.ALLOW
    return line(
        said.rule,
        said.basis,
        said.confidence,
        value=said.value,
        threshold=said.threshold,
        outcome=effect is Effect.ALLOW if isinstance(said, Found) else said.outcome,
        effect=str(effect),
        subject=said.subject,
        source=said.source,
    )


def lines_of_gate(verdict: Verdict) -> list[dict[str, Any]]:
    kept = [one.model_dump(mode="json") for one in verdict.trace]
    return [{**one, "gate": verdict.gate, "version": verdict.version} for one in kept]


def identity_held(others: int) -> Iterator[Held]:
    if not others:
        yield Held("ID-05", REAL_NAME, "V", 0, 0)


def form_held(form: Form, values: Values, found: Collection[str]) -> Iterator[Held]:
    """Every rule of the form, and those of every form, but for what was `found`."""
    rules = known_rules()
    for name in form.rules:
        if name not in found:
            yield Held(name, rules[name].basis, rules[name].confidence[:1], 0, 0)
    if "FORM-01" not in found:
        yield Held("FORM-01", COMPLETE, "V", 0, 0)
    if RARE not in found:
        yield Held(RARE, TYPEFACE, "M", 0, 0)
    if values.get("premises_proof") == "declaration":
        yield Held("ADDR-01", PREMISES, "V", "declaration", "declaration", "premises_proof")
    if "scope" in values and "SCOPE-01" not in found:
        yield Held("SCOPE-01", LICENSED, "V", 0, 0)


def names_held(values: Values, namesakes: int | None) -> Iterator[Held]:
    if not any(values.get(name) for name in NAMES):
        yield Held("NAME-01", NAMED, "V", "none", ("none", "compared"))
    elif namesakes == 0:
        yield Held("NAME-02", NAMED, "V", 0, 0)


def place_held(neighbours: Neighbours | None) -> Iterator[Held]:
    """Without a library of the street nobody can say whether the address is a standard one."""
    if neighbours is None:
        return
    leads, others = load_leads().place, neighbours.others
    if others < leads.notice_from:
        yield Held("PLACE-01", leads.basis, leads.confidence, others, leads.notice_from, FIELD)
    if others < leads.person_from:
        yield Held("PLACE-02", leads.basis, leads.confidence, others, leads.person_from, FIELD)
    if neighbours.is_standard is None:
        yield Held("PLACE-03", leads.basis, leads.confidence, None, True, FIELD, outcome=None)


def credit_held(
    label: str, report: CreditReport, roles: Iterable[str], filing: Filing, found: Collection[str]
) -> Iterator[Held]:
    """Every measure that is asked of somebody in these roles of such a filing. A silent bureau makes nothing known."""
    held, source = {Role(role) for role in roles}, f"{report.source} {report.reference}".strip()
    answered = report.status == "answered"
    for rule in rulebook():
        fits = not rule.roles or (held & set(rule.roles) and rule.subject in (None, report.subject))
        fits = fits and rule.acts_on(filing)
        if rule.effect is not Effect.ALLOW and fits and rule.id not in found:
            count, outcome = (0, True) if answered else (None, None)
            yield Held(rule.id, rule.basis, rule.confidence, count, 0, label, source, outcome)
