# SPDX-License-Identifier: Apache-2.0
"""Changes (变更、备案): what is asked of a change to what is registered. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.text import Text

MONTH = 30
NOTICE_DAYS = 45
# By whom a change of the person in charge is signed: the field of the new one, by what is changed.
NEW_HOLDER = {"representative": ("legal_representative_id", "chair_id"), "operator": ("operator_id",)}
NEW_HOLDER |= {"head": ("head_id",), "executive": ("acting_id",), "investor": ("investor_id",)}


@rule("CHG-01", "市场主体登记管理条例第24、29条", "Registration Regulation arts 24, 29", Weight.NOTE)
def within_thirty_days(values: Values, today: date) -> Iterator[Wrong]:
    decided = values.get("decided_on")
    if decided and (today - decided).days > MONTH:
        yield (
            "decided_on",
            Text(
                zh="应自作出变更决议、决定或者法定变更事项发生之日起三十日内申请；现已超过，仍可以办理",
                en="A change is applied for within 30 days; it is late and can still be registered",
            ),
        )


@rule("CHG-02", "市场主体登记管理条例第24条", "Registration Regulation art. 24")
def not_decided_tomorrow(values: Values, today: date) -> Iterator[Wrong]:
    decided = values.get("decided_on")
    if decided and decided > today:
        yield (
            "decided_on",
            Text(
                zh="决议或者决定的日期不能晚于今天；请在作出决定后申请",
                en="The decision cannot lie in the future: apply once it is made",
            ),
        )


@rule("CHG-03", "市场主体登记管理条例实施细则第33条；公司法第35条", "Detailed Rules art. 33; Company Law art. 35")
def the_new_one_signs(values: Values, _today: date) -> Iterator[Wrong]:
    signer, changes = values.get("responsible_id"), values.get("changes", ())
    for change in changes:
        for name in NEW_HOLDER.get(change, ()):
            number = values.get(name)
            if signer and number and number != signer:
                said = Text(
                    zh="变更法定代表人（负责人、执行事务合伙人、投资人、经营者）的，由变更后的人签署并核验身份",
                    en="When the person in charge changes, the new one signs and proves identity",
                )
                yield "responsible_id", said


@rule("CAP-01", "市场主体登记管理条例实施细则第36条；公司法第224条", "Detailed Rules art. 36; Company Law art. 224")
def creditors_were_told(values: Values, today: date) -> Iterator[Wrong]:
    """A reduction of capital is announced for 45 days first; one that only covers losses is announced (art. 225).

    The day of the notice does not count (民法典第201条), and the last of the 45 ends first.
    """
    told = values.get("reduction_notice_on")
    if told is None:
        return
    if told > today:
        yield "reduction_notice_on", Text(zh="公告日期不能晚于今天", en="The notice cannot lie in the future")
    elif values.get("capital_change") == "decrease" and (today - told).days <= NOTICE_DAYS:
        left = NOTICE_DAYS + 1 - (today - told).days
        yield (
            "reduction_notice_on",
            Text(
                zh=f"减少注册资本应当在公告满四十五日的次日起申请，还差 {left} 日；填写的内容会保留",
                en=f"Apply when the 45 days of the notice are over: {left} days are left. What you typed is kept",
            ),
        )
