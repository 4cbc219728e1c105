# SPDX-License-Identifier: Apache-2.0
"""Grant (登记内容): the words on the licence, from the answers that were approved. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from catalogue import Item, LicenceResult, OwnedType, Ownership, PermitResult
from forms import NAMES, Form, Values
from forms import in_words as written
from kit.numbers import is_of_organisation
from kit.text import Text
from licences import Grant, Template

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
DISTRICT = "南京市栖霞区"
GENERAL = "（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"
LICENSED = "（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）"


def in_words(yuan: int) -> str:
    """A whole sum as it is written on documents: 1000000 → 壹佰万元整."""
    if yuan <= 0:
        raise ValueError("a sum of money is positive")
    groups: list[str] = []
    rest, place = yuan, 0
    while rest:
        group = rest % 10000
        words = _group(group)
        if words and rest // 10000 and group < 1000:
            words = "零" + words
        groups.append(words + _GROUPS[place] if words else "")
        rest, place = rest // 10000, place + 1
    return "".join(reversed(groups)).lstrip("零") + "元整"


def _group(number: int) -> str:
    words, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[power]
            gap = False
        else:
            gap = True
    return words


def scope_in_words(form: Form, chosen: tuple[str, ...]) -> str:
    """The printed business scope: general items, then licensed ones, each group with its clause (细则第12条)."""
    options = [option for option in form.field("scope").options if option.value in chosen]
    parts = []
    for heading, clause, licensed in (("一般项目：", GENERAL, False), ("许可项目：", LICENSED, True)):
        names = [option.label.zh for option in options if option.licensed is licensed]
        if names:
            parts.append(heading + "；".join(names) + clause)
    return "".join(parts)


def premises_in_words(form: Form, values: Values) -> str:
    street = next(o.label.zh for o in form.field("street").options if o.value == values["street"])
    return f"{DISTRICT}{street}{values['address']}"


def grant(application_id: str, item: Item, form: Form, values: Values, registrar: str, day: date) -> Grant:
    """What the approval of these values grants on `day`. Raises ValueError for an item without a licence."""
    match item.result:
        case LicenceResult() as result:
            capital: Decimal | None = values.get("capital")
            organisation, moved = values.get("organisation"), result.moved
            return Grant(
                application_id=application_id,
                item_code=item.code,
                template=Template(result.template),
                name=name_of(values),
                holder=holder_of(item, values),
                entity_type=type_of(result, values),
                form_of_organisation={"person": "个人经营", "family": "家庭经营"}.get(organisation or "", ""),
                capital=in_words(int(capital * 10000)) if capital is not None else "",
                premises=premises_in_words(form, values),
                scope=scope_in_words(form, values["scope"]),
                registrar=registrar,
                established_on=values[moved.founded] if moved else day,
                credit_code=values[moved.code] if moved else None,
            )
        case PermitResult() as result:
            return Grant(
                application_id=application_id,
                item_code=item.code,
                template=Template.PERMIT,
                title=result.title.zh,
                name=values[result.holder],
                holder=values[item.holder.name],
                holder_code=values.get(result.holder_code or "", ""),
                entity_type="",
                form_of_organisation="",
                capital="",
                premises=premises_in_words(form, values),
                scope=permitted_in_words(form, values, result.scope),
                registrar=item.authority.zh if item.authority else registrar,
                established_on=day,
                valid_to=last_day(result, values, day),
            )
    raise ValueError(f"{item.code} yields no licence")


def type_of(result: LicenceResult, values: Values) -> str:
    """What is printed as the type: what was answered of it, else what follows from the owners, else the general one."""
    answered = result.types.get(str(values.get(result.type_field or "")))
    if answered is not None:
        return answered
    rows = values.get(result.owned.table) or [] if result.owned else []
    fitting = (one.type for one in (result.owned.types if result.owned else ()) if _is_owned(rows, result.owned, one))
    return next(fitting, result.entity_type)


def _is_owned(rows: list[Values], owned: Ownership | None, asked: OwnedType) -> bool:
    """Of owners that cannot all be read nothing is said."""
    if owned is None or not rows or not all(row.get(owned.number) and row.get(owned.amount) for row in rows):
        return False
    if asked.alone and len(rows) != 1:
        return False
    total = sum((row[owned.amount] for row in rows), Decimal(0))
    firms = sum((row[owned.amount] for row in rows if is_of_organisation(row[owned.number])), Decimal(0))
    held = firms if asked.held_by == "organisations" else total - firms
    return held == total if asked.share == "all" else held * 2 > total


def holder_of(item: Item, values: Values) -> str:
    """The person in charge as the licence names them; an organisation that manages a partnership, with its delegate."""
    person = str(values[item.holder.name])
    if values.get("executive_kind") == "organisation":
        return f"{values['executive_name']}（委派代表：{person}）"
    return person


def permitted_in_words(form: Form, values: Values, fields: Iterable[str]) -> str:
    """What a permit is granted for: the answers that delimit it, as they were read, each with its question."""
    parts = []
    for field in (form.field(name) for name in fields if name in values):
        value = values[field.name]
        answer = list(value) if isinstance(value, tuple) else str(value)
        parts.append(f"{field.label.zh}：{written(field, answer, 'zh', False)}")
    return "；".join(parts)


def last_day(result: PermitResult, values: Values, day: date) -> date | None:
    """The last day of a permit granted on `day`; the day before its anniversary (民法典第202条)."""
    if result.until is not None:
        until: date | None = values.get(result.until)
        return until
    if result.valid_years is None:
        return None
    year = day.year + result.valid_years
    try:
        return day.replace(year=year) - timedelta(days=1)
    except ValueError:  # granted on 29 February
        return date(year, 2, 28)


def name_of(values: Values) -> str:
    """What the business is called, if it has a name."""
    return next((str(values[name]) for name in (*NAMES, "business_name") if values.get(name)), "")


def label_of(item: Item, values: Values) -> Text:
    """What lists call the case: its name, or its holder's."""
    name = name_of(values)
    holder = str(values.get(item.holder.name) or "")
    if name:
        return Text(zh=name, en=name)
    surname = f"{holder[:1]}*" if holder else ""
    return Text(zh=f"{surname}（{item.title.zh}）", en=f"{surname} ({item.title.en})")
