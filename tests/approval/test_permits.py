# SPDX-License-Identifier: Apache-2.0
"""What a permit says, how long it lasts, and what the register says of who applies."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from approval.findings import Found, Held
from approval.grant import grant, last_day, permitted_in_words
from approval.guards import GUARDS, HearingOutstanding, NotVisited, Standing
from approval.registered import Looked, capital_rule, of_looked, of_register
from approval.weighing import Snapshot
from catalogue import LeastCapital, PermitResult
from credit import Effect
from forms import check
from kit.text import Text
from licences import Template
from tests.builders import public_venue_answers
from tests.office import CATALOGUE

DAY = date(2026, 11, 23)


def a_result(**more: Any) -> PermitResult:
    title = Text(zh="许可证", en="Permit")
    return PermitResult(template="permit", title=title, holder="business_name", scope=("venue_kind",), **more)


@pytest.mark.parametrize(
    ("result", "day", "last"),
    [
        (a_result(valid_years=4), DAY, date(2030, 11, 22)),
        (a_result(valid_years=5), date(2028, 2, 29), date(2033, 2, 28)),
        (a_result(valid_years=4), date(2028, 2, 29), date(2032, 2, 28)),
        (a_result(until="ends_on"), DAY, date(2027, 1, 31)),
        (a_result(), DAY, None),
    ],
)
def test_a_permit_lasts_until_the_day_before_its_anniversary(
    result: PermitResult, day: date, last: date | None
) -> None:
    assert last_day(result, {"ends_on": date(2027, 1, 31)}, day) == last


def test_what_is_permitted_stands_in_the_words_of_the_form() -> None:
    item = CATALOGUE.current("public-venue", DAY)
    form, answers = CATALOGUE.form_of(item), {**public_venue_answers(), "floor_area": "１２００"}
    assert permitted_in_words(form, {}, ("venue_kind", "floor_area")) == ""
    granted = grant("a", item, form, check(form, answers, DAY).values, "某局", DAY)
    assert granted.template is Template.PERMIT
    assert (granted.title, granted.registrar, granted.valid_to) == ("公共场所卫生许可证", "某局", date(2030, 11, 22))
    assert granted.scope.startswith("场所类别：")
    assert granted.scope.endswith("营业面积：1200 平方米")  # as it was read, not as it was typed


def test_a_sum_of_money_on_a_permit_has_its_unit_once() -> None:
    form = CATALOGUE.form_of(CATALOGUE.current("job-agency", DAY))
    assert permitted_in_words(form, {"capital_ready": Decimal(200)}, ("capital_ready",)) == "开办资金：200 万元"


@pytest.mark.parametrize(
    ("names", "rule", "effect"),
    [
        ([], "REG-02", Effect.MANUAL),
        (["样例饮品店"], "REG-01", Effect.ALLOW),
        (["另一家店"], "REG-03", Effect.MANUAL),
        ([""], "REG-01", Effect.ALLOW),  # a 个体工商户 may have no name
    ],
)
def test_the_register_is_asked_for_the_business_licence_and_never_refuses(
    names: list[str], rule: str, effect: Effect
) -> None:
    (found,) = of_register(names, "样例饮品店")
    assert (found.rule, found.effect) == (rule, effect)


def test_a_permit_waits_for_the_visit_and_the_hearing() -> None:
    GUARDS["site_visited"](Standing((), visit_conforms=True, hearing_held=False))
    GUARDS["hearing_held"](Standing((), visit_conforms=False, hearing_held=True))
    with pytest.raises(NotVisited):
        GUARDS["site_visited"](Standing((), visit_conforms=False, hearing_held=True))
    with pytest.raises(HearingOutstanding):
        GUARDS["hearing_held"](Standing((), visit_conforms=True, hearing_held=False))


LEAST = LeastCapital(amount=200, basis=Text(zh="劳动合同法第57条", en="Labour Contract Law art. 57"))


@pytest.mark.parametrize(
    ("yuan", "is_enough"), [(2_000_000, True), (2_000_001, True), (1_999_999, False), (0, False), (None, False)]
)
def test_what_the_register_does_not_know_is_never_capital_enough(yuan: int | None, is_enough: bool) -> None:
    said = capital_rule(yuan, LEAST)
    assert (said.rule, said.basis, said.confidence) == ("CAP-02", LEAST.basis, "V")
    assert (said.value, said.threshold) == (yuan, 2_000_000)
    assert isinstance(said, Held) is is_enough
    assert is_enough or (isinstance(said, Found) and said.effect is Effect.MANUAL)


def test_only_a_permit_that_asks_for_capital_looks_at_it() -> None:
    dispatch = CATALOGUE.current("labour-dispatch", DAY)
    assert dispatch.needs == ("company",)
    values = {"business_name": "甲"}
    looked = Looked(licences=("甲",), capital_yuan=1_000_000)
    assert "CAP-02" in {said.rule for said in of_looked(looked, dispatch.result, values)}
    other = CATALOGUE.current("job-agency", DAY).result
    assert "CAP-02" not in {said.rule for said in of_looked(looked, other, values)}


def test_what_was_looked_up_before_capital_was_asked_keeps_its_form() -> None:
    assert "capital_yuan" not in Looked(licences=("甲",)).model_dump(mode="json")
    assert "unsigned" not in Snapshot.model_fields or Snapshot.model_fields["unsigned"].exclude_if is not None


def test_a_capital_that_nobody_can_look_up_is_refused_when_it_is_read() -> None:
    with pytest.raises(ValidationError):
        a_result(least_capital=LEAST)
