# SPDX-License-Identifier: Apache-2.0
"""Standing (登记簿核对): what the register says about the business that applies: looked up, never asked for. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from approval.findings import Found
from catalogue import EntryResult
from credit import Effect
from forms import Values, five_years_on
from kit.text import Text
from register import Standing

BUSINESS_FIRST = Text(zh="先照后证：本事项须先取得营业执照", en="The business licence comes first for this item")


def of_register(licence_names: Iterable[str], name: str) -> Iterator[Found]:
    """Whether the register has the business that applies for a permit (登记簿核对): looked up, never asked for.

    `licence_names`: what its business licences in force are called. Only this district's register is known, so that
    nothing found is a question for a person.
    """
    known = list(licence_names)
    if not known:
        said = Text(
            zh="本区登记簿中没有查到这个信用代码的有效营业执照，请核对是否在外区登记",
            en="This register has no licence in force for that code: is it registered elsewhere?",
        )
        yield Found("REG-02", Effect.MANUAL, said, BUSINESS_FIRST, "D")
    elif name not in known and any(known):
        said = Text(zh="填写的单位名称与登记簿不一致，请核对", en="The name differs from that in the register")
        yield Found("REG-03", Effect.MANUAL, said, BUSINESS_FIRST, "D")
    else:
        said = Text(zh="登记簿中有该单位的有效营业执照", en="The register has a licence in force for this business")
        yield Found("REG-01", Effect.ALLOW, said, BUSINESS_FIRST, "D")


REGISTERED = Text(zh="市场主体登记管理条例第24、31条", en="Registration Regulation arts 24, 31")
TRANSITION = Text(
    zh="国务院关于实施注册资本登记管理制度的规定第2条", en="State Council provisions on registered capital art. 2"
)
FIVE_YEARS = Text(zh="公司法第47、228条", en="Company Law arts 47, 228")
# Companies of before the new law: what is still due must fall inside five years from the day after the transition.
BEFORE_THE_LAW, LAST_DUE = date(2024, 6, 30), date(2032, 6, 30)
PAUSE = Text(zh="市场主体登记管理条例第30条", en="Registration Regulation art. 30")
LONGEST_PAUSE_DAYS = 3 * 365 + 1
SELF = {"representative", "operator", "investor", "executive", "head"}
"""Changes of the person in charge, which the new one signs."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The business as the register has it.

    `setup` is the item that registered it, `holder` the number of who is in charge, `paused_days` how long it has
    paused so far, to the end of the pause that is entered.
    """

    kind: str
    setup: str
    name: str
    holder: str
    standing: Standing
    established_on: date
    others_open: int
    paused_days: int = 0
    paused_until: date | None = None


def fits(registered: Registered | None, result: EntryResult) -> bool:
    """Whether the entry can be made: the business is here, of the kind that the item is for, and has not ended."""
    return registered is not None and is_of_kind(registered, result) and registered.standing is not Standing.ENDED


def is_of_kind(registered: Registered, result: EntryResult) -> bool:
    """Whether the item is for such businesses."""
    return kind_fits(registered.kind, registered.setup, result)


def kind_fits(kind: str, setup: str, result: EntryResult) -> bool:
    return kind in result.kinds and (not result.setups or setup in result.setups)


def of_entity(registered: Registered | None, result: EntryResult, values: Values) -> Iterator[Found]:
    """Whether the register agrees with what was filled in."""
    if registered is None:
        yield _manual(
            "REG-02", "本区登记簿中没有这个信用代码的主体，请告知申请人向其登记机关申请", "Not in this register"
        )
        return
    if registered.standing is Standing.ENDED:
        yield _manual("REG-06", "该主体已经注销，不能再办理", "This business was deregistered")
        return
    answered = values.get("business_kind", registered.kind)
    if not is_of_kind(registered, result) or answered != registered.kind:
        yield _manual(
            "REG-07", "主体类型与登记簿不一致，请核对是否选错事项", "Another kind of business in the register"
        )
    if registered.name and values.get(result.name) != registered.name:
        yield _manual("REG-03", "填写的单位名称与登记簿不一致，请核对", "The name differs from that in the register")
    changes = set(values.get("changes", ()))
    if values.get("responsible_id") != registered.holder and not changes & SELF:
        yield _manual("REG-04", "签署人不是登记簿上的负责人，请核对其身份", "The signer is not the person registered")
    if registered.others_open:
        others = f"该主体另有 {registered.others_open} 件在办申请，请一并考虑"
        yield _manual("REG-05", others, "Other applications of it are open")
    if registered.standing is Standing.PAUSED:
        said = Text(zh="该主体正在歇业", en="This business pauses at present")
        yield Found("REG-08", Effect.ALLOW_NOTICE, said, REGISTERED, "V")
    yield from _paused_too_long(registered, values)
    yield from _transition(registered, values)
    yield Found(
        "REG-01", Effect.ALLOW, Text(zh="登记簿中有该主体", en="The register has this business"), REGISTERED, "V"
    )


def _manual(rule: str, zh: str, en: str) -> Found:
    return Found(rule, Effect.MANUAL, Text(zh=zh, en=en), REGISTERED, "V")


def _paused_too_long(registered: Registered, values: dict[str, Any]) -> Iterator[Found]:
    """Three years, all pauses together (登记管理条例第30条); the pause that is extended is counted once."""
    since, until = values.get("pause_from"), values.get("pause_until")
    if since is None or until is None:
        return
    begins = max(since, registered.paused_until or since)
    total = registered.paused_days + max(0, (until - begins).days)
    if total > LONGEST_PAUSE_DAYS:
        said = Text(
            zh=f"歇业累计 {total} 日，超过三年，请核对", en=f"All pauses together last {total} days, over three years"
        )
        yield Found("PAUSE-02", Effect.MANUAL, said, PAUSE, "V", subject="pause_until")


def _transition(registered: Registered, values: dict[str, Any]) -> Iterator[Found]:
    """LLC-14: a company of before July 2024 adjusts what is due later than mid-2032 by 30 June 2027.

    In one of after, what is due later than five years from its beginning may be of an increase since: a person looks.
    """
    is_of_before = registered.established_on <= BEFORE_THE_LAW
    if registered.kind != "company" or (values.get("capital_change") == "increase" and not is_of_before):
        return
    last = LAST_DUE if is_of_before else five_years_on(registered.established_on)
    if not any(row.get("due_on") and row["due_on"] > last for row in values.get("shareholders") or []):
        return
    if not is_of_before:
        said = Text(
            zh="出资日期晚于公司成立之日起五年，请核对是否为此后增资部分的出资",
            en="Contributions are due later than five years from the beginning: are they of an increase since?",
        )
        yield Found("LLC-03-TERM", Effect.MANUAL, said, FIVE_YEARS, "V", subject="shareholders")
    else:
        said = Text(
            zh="2024年6月30日前设立的公司，剩余出资期限超过五年的，应在2027年6月30日前调整",
            en="A company of before July 2024 adjusts what is due after mid-2032 by 30 June 2027",
        )
        yield Found("LLC-14", Effect.MANUAL, said, TRANSITION, "V", subject="shareholders")
