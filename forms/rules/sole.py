# SPDX-License-Identifier: Apache-2.0
"""Sole proprietorship (个人独资企业): one natural person, not barred from business. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.numbers import age_on
from kit.text import Text


@rule("SOLE-01", "个人独资企业法第8、16条", "Sole Proprietorship Law arts 8, 16")
def investor_may_trade(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("investor_barred") == "yes":
        yield (
            "investor_barred",
            Text(
                zh="法律、行政法规禁止从事营利性活动的人，不得作为投资人；请更换投资人",
                en="Those barred from business by law cannot be the investor: name another",
            ),
        )


@rule("SOLE-02", "个人独资企业法第16条（有经营能力，参照）", "Sole Proprietorship Law art. 16", Weight.PERSON, "M")
def investor_is_of_age(values: Values, today: date) -> Iterator[Wrong]:
    number = values.get("investor_id")
    if number and age_on(number, today) < 18:
        yield "investor_id", Text(zh="投资人未满十八周岁，请审查", en="The investor is under eighteen: please check")


@rule("SOLE-03", "个人独资企业法（名称）", "Sole Proprietorship Law (name)", Weight.PERSON, "M")
def name_promises_no_limit(values: Values, _today: date) -> Iterator[Wrong]:
    name = values.get("enterprise_name", "")
    if values.get("investor_id") and any(word in name for word in ("有限", "公司")):
        yield (
            "enterprise_name",
            Text(
                zh="个人独资企业名称一般不得使用“有限”“有限责任”“公司”字样，请审查",
                en="The name of a sole proprietorship does not say 有限 or 公司: please check",
            ),
        )
