# SPDX-License-Identifier: Apache-2.0
"""CreditReport (信用报告): what the bureau answered about one subject, and what follows for this filing. Pure.

Hides which records still count. Repaired records are neither used nor shown (信用修复管理办法 第3条); a source that
cannot answer is a fact of its own, never a pass; subjects are told apart by number only, never by name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from credit.editions import Measures, measures
from credit.effect import Effect, Role, Subject
from credit.filing import Filing
from credit.rulebook import Confidence, Rule, rulebook
from kit.text import Text

FRESH_FOR = timedelta(hours=24)
UNCERTAIN = "CR-15"

Status = Literal["answered", "unavailable"]

_REASONS = {
    "identity_uncertain": Text(
        zh="返回的记录与所查询主体的证件号码或姓名（名称）不能确认一致",
        en="the answer could not be matched with the number and name that were asked about",
    ),
    "measure_lapsed": Text(
        zh="返回的记录所对应的惩戒措施不在当日有效的措施清单上，不能据此作出任何限制",
        en="the measure for a record that was answered is on no list in force that day: nothing may be limited by it",
    ),
    "partial": Text(
        zh="只能从公布的名单查询，其余记录类别没有得到答复",
        en="only published lists could be asked: of other kinds of records nothing is known",
    ),
    "unclassified": Text(zh="返回了现行规则没有收录的记录类别", en="a kind of record that no rule knows was answered"),
}
_NO_ANSWER = Text(zh="信用信息来源暂时没有给出可用的答复", en="the credit source gave no usable answer")


@dataclass(frozen=True, slots=True)
class Record:
    """One record against a subject; `until` is its last day, included, or None when the source gives none."""

    kind: str
    source_body: str
    since: date
    until: date | None = None
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class CreditReport:
    """`reference` is the bureau's number of its answer; `reason` says why there is none. No name, no number.

    `covers`: the kinds of records that the source knows of, where it does not know of all (a published list).
    """

    subject: Subject
    status: Status
    records: tuple[Record, ...]
    queried_at: datetime
    source: str
    reference: str = ""
    reason: str = ""
    covers: tuple[str, ...] | None = None

    def is_stale(self, now: datetime) -> bool:
        """Repair ends use: an answer older than 24 hours must be asked for again."""
        return now - self.queried_at > FRESH_FOR


@dataclass(frozen=True, slots=True)
class CreditFinding:
    """What one rule says about one role; `label` names the role and never the person."""

    rule: str
    effect: Effect
    role: Role | None
    label: Text
    basis: Text
    message: Text
    confidence: Confidence
    source: str
    reference: str
    queried_at: datetime

    def facts(self) -> dict[str, str | None]:
        """What the log keeps of it."""
        return {
            "rule": self.rule,
            "effect": str(self.effect),
            "role": str(self.role) if self.role else None,
            "confidence": self.confidence,
            "source": self.source,
            "reference": self.reference,
            "queried_at": self.queried_at.isoformat(),
        }


def years_after(day: date, years: int) -> date:
    """The last day of a period of years: the same day, or the last of the month (民法典 第201条、第202条)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day(record: Record, rule: Rule) -> date | None:
    """The last day on which the record counts under the rule."""
    if record.until is None and rule.years:
        return years_after(record.since, rule.years)
    return record.until


def assess(
    report: CreditReport,
    roles: Iterable[Role],
    today: date,
    filing: Filing,
    rules: Sequence[Rule] | None = None,
    lists: Measures | None = None,
) -> tuple[CreditFinding, ...]:
    """What follows from the report for someone in `roles` of this filing, most severe first; () if nothing does.

    `today` is the office day. No finding is a decision: a person decides on all above a notice (`effect.needs_person`).
    """
    rules, lists = rulebook() if rules is None else rules, measures() if lists is None else lists
    if report.status != "answered":
        return (_uncertain(report, rules, report.reason),)
    known = {fact for rule in rules for fact in rule.facts}
    found: list[CreditFinding] = []
    in_force = [record for record in report.records if not record.repaired]
    wanted = tuple(dict.fromkeys(roles))
    acting = [rule for rule in rules if rule.acts_on(filing)]
    if report.covers is not None and _asks_more(report, acting, wanted):
        found.append(_uncertain(report, rules, "partial"))
    for record in in_force:
        if record.kind not in known and (record.until is None or today <= record.until):
            found.append(_uncertain(report, rules, "unclassified"))
        for rule in acting:
            for role in (role for role in wanted if _applies(rule, report, record, role, today)):
                listed = rule.is_listed(today, lists)
                said = _finding(report, rule, record, role) if listed else _uncertain(report, rules, "measure_lapsed")
                found.append(said)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: (-finding.effect.severity, finding.rule)))


def worst(findings: Iterable[CreditFinding]) -> Effect:
    """The most severe effect; ALLOW if there is none."""
    return max((finding.effect for finding in findings), key=lambda effect: effect.severity, default=Effect.ALLOW)


def _applies(rule: Rule, report: CreditReport, record: Record, role: Role, today: date) -> bool:
    if rule.effect is Effect.ALLOW or record.kind not in rule.facts or role not in rule.roles:
        return False
    end = last_day(record, rule)
    return rule.subject in (None, report.subject) and (end is None or today <= end)


def _asks_more(report: CreditReport, acting: Iterable[Rule], roles: Iterable[Role]) -> bool:
    """Whether a rule asks of these roles what the source does not know of."""
    covered, held = set(report.covers or ()), set(roles)
    asked = (rule for rule in acting if rule.effect is not Effect.ALLOW and rule.subject in (None, report.subject))
    return any(held & set(rule.roles) and set(rule.facts) - covered for rule in asked)


def _finding(report: CreditReport, rule: Rule, record: Record, role: Role) -> CreditFinding:
    end = last_day(record, rule)
    zh_end, en_end = (f"，至{end}止（含当日）", f" until {end} (included)") if end else ("", "")
    fact = Text(
        zh=f"{role.label.zh}：{record.source_body}自{record.since}起将其载入{rule.title.zh}{zh_end}",
        en=f"{role.label.en}: since {record.since}{en_end} recorded by {record.source_body} in the {rule.title.en}",
    )
    return _said(report, rule, role, role.label, fact)


def _uncertain(report: CreditReport, rules: Sequence[Rule], reason: str) -> CreditFinding:
    rule = next(rule for rule in rules if rule.id == UNCERTAIN)
    why = _REASONS.get(reason, _NO_ANSWER)
    fact = Text(zh=f"{rule.title.zh}（{report.source}）：{why.zh}", en=f"{rule.title.en} ({report.source}): {why.en}")
    return _said(report, rule, None, rule.title, fact)


def _said(report: CreditReport, rule: Rule, role: Role | None, label: Text, fact: Text) -> CreditFinding:
    first, second = rule.ways or (rule.consequence, rule.consequence)
    message = Text(
        zh=f"{fact.zh}。依据：{rule.basis.zh}。{rule.consequence.zh}。您可以：一、{first.zh}；二、{second.zh}。",
        en=f"{fact.en}. Basis: {rule.basis.en}. Consequence: {rule.consequence.en}. "
        f"You can: 1. {first.en}; or 2. {second.en}.",
    )
    return CreditFinding(
        rule.id,
        rule.effect,
        role,
        label,
        rule.basis,
        message,
        rule.confidence,
        report.source,
        report.reference,
        report.queried_at,
    )
