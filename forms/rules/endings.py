# SPDX-License-Identifier: Apache-2.0
"""Endings and pauses (注销、歇业、补领): the periods and notices that come before. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.text import Text

NOTICE_DAYS = 20  # of a simple deregistration, and in which it is then applied for
LONGEST_PAUSE_YEARS = 3


@rule("END-01", "市场主体登记管理条例第32条", "Registration Regulation art. 32", Weight.NOTE)
def after_liquidation(values: Values, today: date) -> Iterator[Wrong]:
    ended = values.get("liquidation_ended_on")
    if ended and (today - ended).days > 30:
        yield (
            "liquidation_ended_on",
            Text(
                zh="应自清算结束之日起三十日内申请注销；现已超过，仍可以办理",
                en="Deregistration is applied for within 30 days of the liquidation's end; it is late",
            ),
        )


@rule("END-02", "市场主体登记管理条例第32条", "Registration Regulation art. 32")
def branches_first(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("branches") == "open":
        yield (
            "branches",
            Text(zh="请先办理分支机构注销登记，再申请注销", en="Deregister the branches first, then apply"),
        )


@rule(
    "END-03",
    "市场主体登记管理条例第33条；实施细则第47、49条；公司法第240条",
    "Registration Regulation art. 33; Detailed Rules arts 47, 49; Company Law art. 240",
)
def twenty_days_of_notice(values: Values, today: date) -> Iterator[Wrong]:
    told = values.get("closing_notice_on")
    if told is None:
        return
    ends = told + timedelta(days=NOTICE_DAYS)  # the day of the notice does not count (民法典第201条)
    opens, closes = ends + timedelta(days=1), ends + timedelta(days=NOTICE_DAYS)
    if today < opens:
        yield (
            "closing_notice_on",
            Text(
                zh=f"简易注销须公示二十日，{opens:%Y-%m-%d} 起才能申请；填写的内容会保留",
                en=f"The notice runs for 20 days: apply from {opens:%Y-%m-%d}. What you typed is kept",
            ),
        )
    elif today > closes:
        yield (
            "closing_notice_on",
            Text(
                zh="公示期满已超过二十日，请重新公示后申请，或者办理一般注销",
                en="The notice ended more than 20 days ago: publish again, or deregister in the general way",
            ),
        )


@rule(
    "END-04",
    "市场主体登记管理条例第33条；实施细则第48条",
    "Registration Regulation art. 33; Detailed Rules art. 48",
)
def nothing_stands_against_it(values: Values, _today: date) -> Iterator[Wrong]:
    if barred := [name for name in values.get("obstacles", ()) if name != "none"]:
        yield (
            "obstacles",
            Text(
                zh=f"有 {len(barred)} 项不适用简易注销的情形，请办理一般注销登记",
                en="A simple deregistration is not possible in these circumstances: deregister in the general way",
            ),
        )


@rule(
    "PAUSE-01", "市场主体登记管理条例第30条；实施细则第41条", "Registration Regulation art. 30; Detailed Rules art. 41"
)
def three_years_at_most(values: Values, _today: date) -> Iterator[Wrong]:
    since, until = values.get("pause_from"), values.get("pause_until")
    if since and until and until > _years_on(since, LONGEST_PAUSE_YEARS):
        yield (
            "pause_until",
            Text(zh="歇业期限累计不超过三年", en="A suspension of business lasts three years at most, all in all"),
        )


@rule("PAUSE-03", "市场主体登记管理条例第30条", "Registration Regulation art. 30")
def recorded_before_it_begins(values: Values, today: date) -> Iterator[Wrong]:
    """A pause is recorded before it begins, and what is over is neither begun nor extended."""
    since, until = values.get("pause_from"), values.get("pause_until")
    if values.get("pause_act") == "begin" and since and since < today:
        yield (
            "pause_from",
            Text(
                zh="应当在歇业前办理备案，开始日期不能早于今天",
                en="A pause is recorded before it begins: not earlier than today",
            ),
        )
    elif until and until < today:
        yield "pause_until", Text(zh="歇业的结束日期已经过去，请核对", en="The pause would be over already")


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@rule("COPY-01", "市场主体登记管理条例第37条", "Registration Regulation art. 37")
def loss_was_published(values: Values, today: date) -> Iterator[Wrong]:
    told = values.get("loss_notice_on")
    if told and told > today:
        yield (
            "loss_notice_on",
            Text(
                zh="请先通过公示系统声明作废，再申请补领",
                en="Publish that the licence is void first, then apply for a new one",
            ),
        )
