# SPDX-License-Identifier: Apache-2.0
"""The worked outcomes (a)–(j) of the reference that concern credit records."""

from datetime import UTC, date, datetime, timedelta

import pytest

from credit import Act, CreditReport, Effect, Filing, Record, Role, Subject, assess, worst
from credit.report import FRESH_FOR, years_after

TODAY = date(2026, 11, 23)
SETUP, CHANGE = Filing(Act.SETUP), Filing(Act.CHANGE, frozenset({"scope"}))
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DEBT = Record("dishonest_judgment_debtor", "栖霞区人民法院", date(2025, 4, 18))
BAN = Record("false_registration_responsible", "栖霞区市场监督管理局", date(2023, 11, 23))


def report(*records: Record, subject: Subject = Subject.NATURAL) -> CreditReport:
    return CreditReport(subject, "answered", records, NOON, "信用信息来源", "RB-1")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DIRECTOR, Role.MANAGER, Role.LEGAL_REPRESENTATIVE])
def test_a_listed_debtor_in_office_is_one_single_defect_for_that_role(role: Role) -> None:
    (finding,) = assess(report(DEBT), [role], TODAY, SETUP)
    assert (finding.rule, finding.effect, finding.role, finding.confidence) == ("CR-01", Effect.REFUSE_ROLE, role, "V")


@pytest.mark.parametrize("role", [Role.SHAREHOLDER, Role.OPERATOR])
def test_a_listed_debtor_as_shareholder_or_operator_is_allowed_with_a_notice(role: Role) -> None:
    (finding,) = assess(report(DEBT), [role], TODAY, SETUP)
    assert (finding.rule, finding.effect) == ("CR-02", Effect.ALLOW_NOTICE)
    assert not finding.effect.needs_person


def test_each_role_of_one_person_is_judged_by_itself_and_the_worst_comes_first() -> None:
    findings = assess(report(DEBT), [Role.SHAREHOLDER, Role.SUPERVISOR, Role.SUPERVISOR], TODAY, SETUP)
    assert [(f.rule, f.role) for f in findings] == [("CR-01", Role.SUPERVISOR), ("CR-02", Role.SHAREHOLDER)]
    assert worst(findings) is Effect.REFUSE_ROLE


def test_a_contact_is_not_judged() -> None:
    assert assess(report(DEBT, BAN), [Role.CONTACT], TODAY, SETUP) == ()


def test_an_unreachable_firm_must_change_its_address_with_it() -> None:
    record = Record("abnormal_operations_unreachable", "栖霞区市场监督管理局", date(2026, 7, 2))
    (finding,) = assess(report(record, subject=Subject.LEGAL), [Role.ENTITY], TODAY, CHANGE)
    assert finding.effect is Effect.LINKED_REQUIRED
    assert assess(report(record, subject=Subject.LEGAL), [Role.SHAREHOLDER], TODAY, CHANGE) == ()


@pytest.mark.parametrize("reason", ["timeout", "breaker_open", "identity_uncertain", "anything"])
def test_no_answer_is_neither_clean_nor_listed(reason: str) -> None:
    silent = CreditReport(Subject.NATURAL, "unavailable", (), NOON, "信用信息来源", reason=reason)
    (finding,) = assess(silent, [Role.CONTACT], TODAY, SETUP)
    assert (finding.rule, finding.effect) == ("CR-15", Effect.MANUAL)
    assert finding.effect.needs_person


def test_a_repaired_record_is_neither_used_nor_shown() -> None:
    repaired = Record(DEBT.kind, DEBT.source_body, DEBT.since, repaired=True)
    assert assess(report(repaired), list(Role), TODAY, SETUP) == ()


def test_minor_dishonesty_and_risk_class_have_no_effect() -> None:
    records = [Record(kind, "某局", date(2026, 1, 1)) for kind in ("minor_dishonesty", "risk_class")]
    findings = assess(report(*records), list(Role), TODAY, SETUP)
    assert findings == ()
    assert worst(findings) is Effect.ALLOW


def test_a_kind_that_no_rule_knows_goes_to_a_person_once() -> None:
    strange = Record("new_list_of_next_year", "某局", date(2026, 1, 1))
    (finding,) = assess(report(strange, strange), [Role.DIRECTOR, Role.SHAREHOLDER], TODAY, SETUP)
    assert finding.rule == "CR-15"


@pytest.mark.parametrize(
    ("today", "until", "banned"),
    [
        (date(2026, 11, 23), None, True),  # the last day counts
        (date(2026, 11, 24), None, False),
        (date(2023, 11, 23), None, True),
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 7, 1), date(2026, 6, 30), False),
    ],
)
def test_a_ban_holds_to_its_last_day_included(today: date, until: date | None, banned: bool) -> None:
    record = Record(BAN.kind, BAN.source_body, BAN.since, until)
    findings = assess(report(record), [Role.SHAREHOLDER], today, SETUP)
    assert [finding.effect for finding in findings] == ([Effect.REFUSE] if banned else [])
    if banned:
        assert f"至{until or '2026-11-23'}止（含当日）" in findings[0].message.zh


def test_three_years_after_the_leap_day_end_with_february() -> None:
    assert years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)


def test_a_message_names_fact_body_clause_consequence_and_two_ways_on() -> None:
    (finding,) = assess(report(DEBT), [Role.SUPERVISOR], TODAY, SETUP)
    for part in (
        "拟任监事",
        "栖霞区人民法院",
        "2025-04-18",
        "失信被执行人名单",
        "第一百七十八条",
        "本次申请",
        "一、",
        "二、",
    ):
        assert part in finding.message.zh
    for part in ("supervisor", "栖霞区人民法院", "art. 178", "this filing", "1. ", "2. "):
        assert part in finding.message.en
    assert "黑名单" not in finding.message.zh


def test_the_log_gets_no_sentence_and_no_name() -> None:
    (finding,) = assess(report(DEBT), [Role.SUPERVISOR], TODAY, SETUP)
    assert set(finding.facts()) == {"rule", "effect", "role", "confidence", "source", "reference", "queried_at"}


def test_an_answer_is_stale_after_a_day() -> None:
    assert not report().is_stale(NOON + FRESH_FOR)
    assert report().is_stale(NOON + FRESH_FOR + timedelta(seconds=1))


def test_effects_are_ordered_by_severity() -> None:
    assert Effect.ALLOW.severity < Effect.MANUAL.severity < Effect.REFUSE_ROLE.severity < Effect.REFUSE.severity
