# SPDX-License-Identifier: Apache-2.0
"""Standing (登记簿核对): what the register says about the business that applies: looked up, never asked for. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field

from approval.findings import Found, Held, of_problem
from catalogue import EntryResult, LeastCapital, PermitResult
from credit import Effect
from forms import Problem, Values, Weight, five_years_on
from kit.text import Frozen, Text
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
        yield Found("REG-02", Effect.MANUAL, said, BUSINESS_FIRST, "D", value=0, threshold=1)
    elif name not in known and any(known):
        said = Text(zh="填写的单位名称与登记簿不一致，请核对", en="The name differs from that in the register")
        yield Found("REG-03", Effect.MANUAL, said, BUSINESS_FIRST, "D", value=False, threshold=True)
    else:
        said = Text(zh="登记簿中有该单位的有效营业执照", en="The register has a licence in force for this business")
        yield Found("REG-01", Effect.ALLOW, said, BUSINESS_FIRST, "D", value=len(known), threshold=1)


REGISTERED = Text(zh="市场主体登记管理条例第24、31条", en="Registration Regulation arts 24, 31")
TRANSITION = Text(
    zh="国务院关于实施注册资本登记管理制度的规定第2条", en="State Council provisions on registered capital art. 2"
)
FIVE_YEARS = Text(zh="公司法第47、228条", en="Company Law arts 47, 228")
# Companies of before the new law: what is still due must fall inside five years from the day after the transition.
BEFORE_THE_LAW, LAST_DUE = date(2024, 6, 30), date(2032, 6, 30)
PAUSE = Text(zh="市场主体登记管理条例第30条", en="Registration Regulation art. 30")
TYPE = "type"  # the change by which a business becomes one of another type
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


def fits(registered: Registered | None, result: EntryResult, changes: Collection[str] = ()) -> bool:
    """Whether the entry can be made: the business is here, of the kind that the item is for, and has not ended."""
    return (
        registered is not None and is_of_kind(registered, result, changes) and registered.standing is not Standing.ENDED
    )


def is_of_kind(registered: Registered, result: EntryResult, changes: Collection[str]) -> bool:
    """Whether the item is for such businesses."""
    return kind_fits(registered.kind, registered.setup, result, changes)


def kind_fits(kind: str, setup: str, result: EntryResult, changes: Collection[str]) -> bool:
    """A business of another type fits where its type is what changes."""
    setups = (*result.setups, *(result.converts if TYPE in changes else ()))
    return kind in result.kinds and (not setups or setup in setups)


class After(Frozen):
    """What a rule of registration says of the business as the change would leave it."""

    rule: str
    path: str
    message: Text
    basis: Text | None
    weight: Weight
    confidence: str

    @property
    def problem(self) -> Problem:
        return Problem(self.path, self.message, self.rule, self.basis, self.weight, self.confidence)


def told_of(problems: Iterable[Problem]) -> tuple[After, ...]:
    return tuple(
        After(rule=p.rule, path=p.path, message=p.message, basis=p.basis, weight=p.weight, confidence=p.confidence)
        for p in problems
    )


class Looked(Frozen):
    """What the register answered when it was asked about a case: the business of an entry, or who holds a licence.

    `entity` is None for a business that is not here; `licences` is None where an entry is applied for; `capital_yuan`
    is what it has, where a permit asks for it and the register knows.
    """

    entity: Registered | None = None
    licences: tuple[str, ...] | None = None
    capital_yuan: int | None = Field(default=None, exclude_if=lambda known: known is None)
    after: tuple[After, ...] = Field(default=(), exclude_if=lambda told: not told)


def of_looked(looked: Looked, result: object, values: Values) -> Iterator[Found | Held]:
    """Every rule about the register that the item asks."""
    if isinstance(result, EntryResult):
        yield from entity_rules(looked.entity, result, values)
        yield from (of_problem(one.problem) for one in looked.after)
    elif isinstance(result, PermitResult):
        found = list(of_register(looked.licences or (), str(values.get(result.holder, ""))))
        yield from found
        against = {one.rule for one in found}
        yield from (
            Held(rule, BUSINESS_FIRST, "D", True, True)
            for rule in ("REG-02", "REG-03")
            if rule not in against and "REG-02" not in against
        )
        if result.least_capital is not None:
            yield capital_rule(looked.capital_yuan, result.least_capital)


def capital_rule(capital_yuan: int | None, least: LeastCapital) -> Found | Held:
    """CAP-02: whether the register has the capital that the permit asks for; what it does not know is never enough."""
    wanted = least.amount * 10_000
    if capital_yuan is not None and capital_yuan >= wanted:
        return Held("CAP-02", least.basis, least.confidence[:1], capital_yuan, wanted)
    said = Text(
        zh=f"登记簿上的注册资本不足 {least.amount} 万元，请核对",
        en=f"The registered capital is below {least.amount} (10,000 yuan)",
    )
    if capital_yuan is None:
        said = Text(
            zh=f"本区登记簿中查不到该单位的注册资本，请核对是否不少于 {least.amount} 万元",
            en=f"The register does not know its capital: is it at least {least.amount} (10,000 yuan)?",
        )
    return Found("CAP-02", Effect.MANUAL, said, least.basis, least.confidence[:1], value=capital_yuan, threshold=wanted)


def of_entity(registered: Registered | None, result: EntryResult, values: Values) -> Iterator[Found]:
    """Whether the register agrees with what was filled in."""
    return (said for said in entity_rules(registered, result, values) if isinstance(said, Found))


def entity_rules(registered: Registered | None, result: EntryResult, values: Values) -> Iterator[Found | Held]:
    """Every rule that is asked of a business; of one that is not here or has ended nothing more is asked."""
    yield _rule(
        "REG-02",
        registered is not None,
        "本区登记簿中没有这个信用代码的主体，请告知申请人向其登记机关申请",
        "Not in this register",
    )
    if registered is None:
        return
    has_ended = registered.standing is Standing.ENDED
    yield _rule("REG-06", not has_ended, "该主体已经注销，不能再办理", "This business was deregistered")
    if has_ended:
        return
    yield from _agreement_rules(registered, result, values)
    if registered.standing is Standing.PAUSED:
        said = Text(zh="该主体正在歇业", en="This business pauses at present")
        yield Found("REG-08", Effect.ALLOW_NOTICE, said, REGISTERED, "V", "", "", str(registered.standing), "existing")
    else:
        yield Held("REG-08", REGISTERED, "V", str(registered.standing), "existing")
    yield from _pause_rule(registered, values)
    yield from _term_rule(registered, values)
    said = Text(zh="登记簿中有该主体", en="The register has this business")
    yield Found("REG-01", Effect.ALLOW, said, REGISTERED, "V", value=True, threshold=True)


def _agreement_rules(registered: Registered, result: EntryResult, values: Values) -> Iterator[Found | Held]:
    """Whether kind, name and signer are those of the register. Nobody's name or number leaves: they agree or do not."""
    answered = values.get("business_kind", registered.kind)
    changes = set(values.get("changes", ()))
    yield _rule(
        "REG-07",
        is_of_kind(registered, result, changes) and answered == registered.kind,
        "主体类型与登记簿不一致，请核对是否选错事项",
        "Another kind of business in the register",
    )
    yield _rule(
        "REG-03",
        not registered.name or values.get(result.name) == registered.name,
        "填写的单位名称与登记簿不一致，请核对",
        "The name differs from that in the register",
    )
    yield _rule(
        "REG-04",
        values.get("responsible_id") == registered.holder or bool(changes & SELF),
        "签署人不是登记簿上的负责人，请核对其身份",
        "The signer is not the person registered",
    )
    if registered.others_open:
        others = f"该主体另有 {registered.others_open} 件在办申请，请一并考虑"
        said = Text(zh=others, en="Other applications of it are open")
        yield Found("REG-05", Effect.MANUAL, said, REGISTERED, "V", "", "", registered.others_open, 0)
    else:
        yield Held("REG-05", REGISTERED, "V", 0, 0)


def _rule(rule: str, holds: bool, zh: str, en: str) -> Found | Held:
    if holds:
        return Held(rule, REGISTERED, "V", True, True)
    return Found(rule, Effect.MANUAL, Text(zh=zh, en=en), REGISTERED, "V", value=False, threshold=True)


def _pause_rule(registered: Registered, values: dict[str, Any]) -> Iterator[Found | Held]:
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
        yield Found("PAUSE-02", Effect.MANUAL, said, PAUSE, "V", "pause_until", "", total, LONGEST_PAUSE_DAYS)
    else:
        yield Held("PAUSE-02", PAUSE, "V", total, LONGEST_PAUSE_DAYS, "pause_until")


def _term_rule(registered: Registered, values: dict[str, Any]) -> Iterator[Found | Held]:
    """LLC-14: a company of before July 2024 adjusts what is due later than mid-2032 by 30 June 2027.

    In one of after, what is due later than five years from its beginning may be of an increase since: a person looks.
    """
    is_of_before = registered.established_on <= BEFORE_THE_LAW
    if registered.kind != "company" or (values.get("capital_change") == "increase" and not is_of_before):
        return
    last = LAST_DUE if is_of_before else five_years_on(registered.established_on)
    rule, basis = ("LLC-14", TRANSITION) if is_of_before else ("LLC-03-TERM", FIVE_YEARS)
    late = sum(bool(row.get("due_on") and row["due_on"] > last) for row in values.get("shareholders") or [])
    if not late:
        yield Held(rule, basis, "V", 0, 0, "shareholders")
        return
    said = Text(
        zh="出资日期晚于公司成立之日起五年，请核对是否为此后增资部分的出资",
        en="Contributions are due later than five years from the beginning: are they of an increase since?",
    )
    if is_of_before:
        said = Text(
            zh="2024年6月30日前设立的公司，剩余出资期限超过五年的，应在2027年6月30日前调整",
            en="A company of before July 2024 adjusts what is due after mid-2032 by 30 June 2027",
        )
    yield Found(rule, Effect.MANUAL, said, basis, "V", "shareholders", "", late, 0)
