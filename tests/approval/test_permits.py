# SPDX-License-Identifier: Apache-2.0
"""What a permit says, how long it lasts, and what the register says of who applies."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from approval.grant import grant, last_day, permitted_in_words
from approval.guards import GUARDS, HearingOutstanding, NotVisited, Standing
from approval.registered import of_register
from catalogue import PermitResult
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
