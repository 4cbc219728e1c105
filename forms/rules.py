# SPDX-License-Identifier: Apache-2.0
"""Rules (规则): what the law asks of answers taken together. Each states its citation. Pure.

A rule finds problems of form that the applicant can put right before submitting (形式审查, 登记管理条例第17、19条);
it never refuses anybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forms.problem import Problem, Values
from kit.numbers import age_on
from kit.text import Text

CAPITAL_YEARS = 5
Finder = Callable[[Values, date], Iterator[tuple[str, Text]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` yields (path, message) for everything that is wrong."""

    id: str
    basis: Text
    find: Finder
    blocks: bool


_RULES: dict[str, Rule] = {}


def rule(id_: str, zh: str, en: str, blocks: bool = True) -> Callable[[Finder], Finder]:
    def register(find: Finder) -> Finder:
        _RULES[id_] = Rule(id_, Text(zh=zh, en=en), find, blocks)
        return find

    return register


def known_rules() -> set[str]:
    return set(_RULES)


def apply_rule(id_: str, values: Values, today: date) -> list[Problem]:
    """Every problem that the rule finds in the values that could be read. Raises KeyError for an unknown rule."""
    known = _RULES[id_]
    return [Problem(path, message, known.id, known.basis, known.blocks) for path, message in known.find(values, today)]


def five_years_on(day: date) -> date:
    """The same day five years later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + CAPITAL_YEARS)
    except ValueError:
        return day.replace(year=day.year + CAPITAL_YEARS, day=28)


@rule("LLC-02", "公司法第7条", "Company Law art. 7")
def _company_name_says_limited(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    name = values.get("company_name", "")
    if name and not name.endswith(("有限责任公司", "有限公司")):
        yield (
            "company_name",
            Text(zh="公司名称应以“有限责任公司”或“有限公司”结尾", en="The name must end in 有限责任公司 or 有限公司"),
        )


@rule("LLC-03-SUM", "公司法第47条", "Company Law art. 47")
def _shares_add_up(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    capital, rows = values.get("capital"), values.get("shareholders") or []
    amounts = [row.get("amount") for row in rows]
    if capital is None or not rows or None in amounts:
        return
    total = sum(amounts, Decimal(0))
    if total != capital:
        gap = abs(capital - total)
        side = ("少", "short") if total < capital else ("多", "over")
        yield (
            "shareholders",
            Text(
                zh=f"各股东认缴额合计 {total} 万元，注册资本 {capital} 万元，{side[0]} {gap} 万元，请修改其中一项",
                en=f"The shares add up to {total} of {capital} (10,000 yuan): {gap} {side[1]}. Change one",
            ),
        )


@rule("LLC-03-TERM", "公司法第47条", "Company Law art. 47")
def _paid_within_five_years(values: Values, today: date) -> Iterator[tuple[str, Text]]:
    latest = five_years_on(today)
    for index, row in enumerate(values.get("shareholders") or []):
        due = row.get("due_on")
        if due and due > latest:
            yield (
                f"shareholders.{index}.due_on",
                Text(
                    zh=f"出资日期不得晚于公司成立之日起五年，即 {latest:%Y-%m-%d}",
                    en=f"Contributions are due within five years, by {latest:%Y-%m-%d}",
                ),
            )


@rule("LLC-01", "公司法第42条", "Company Law art. 42")
def _each_shareholder_once(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    yield from _twice("shareholders", values, "同一股东填写了两次，请合并为一位", "This shareholder is listed twice")


def _twice(table: str, values: Values, zh: str, en: str) -> Iterator[tuple[str, Text]]:
    seen: set[str] = set()
    for index, row in enumerate(values.get(table) or []):
        number = row.get("number") or row.get("id_number")
        if number and number in seen:
            yield f"{table}.{index}.{'number' if 'number' in row else 'id_number'}", Text(zh=zh, en=en)
        seen.add(number or "")


@rule("LLC-06", "公司法第10条", "Company Law art. 10")
def _legal_representative_holds_the_post(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    number, post = values.get("legal_representative_id"), values.get("legal_representative_post")
    directors = {row.get("id_number") for row in values.get("directors") or []}
    if number and post == "director" and directors and number not in directors:
        yield (
            "legal_representative_id",
            Text(
                zh="法定代表人由董事担任时，须同时列为董事",
                en="A legal representative who is a director must be among them",
            ),
        )
    manager = values.get("manager_id")
    if number and post == "manager" and manager and number != manager:
        yield (
            "legal_representative_id",
            Text(
                zh="法定代表人由经理担任时，须与经理为同一人",
                en="A legal representative who is manager must be the manager",
            ),
        )


@rule("LLC-07", "公司法第68、75条", "Company Law arts 68, 75")
def _one_director_or_a_board(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    if len(values.get("directors") or []) == 2:
        yield (
            "directors",
            Text(
                zh="董事会成员为三人以上；规模较小的公司可以只设一名董事",
                en="A board has three or more; a small company may have one director",
            ),
        )
    yield from _twice("directors", values, "同一董事填写了两次", "This director is listed twice")


@rule("LLC-08", "公司法第76、83条", "Company Law arts 76, 83")
def _supervision_is_complete(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    if values.get("supervision") == "board" and 0 < len(values.get("supervisors") or []) < 3:
        yield "supervisors", Text(zh="监事会成员为三人以上", en="A supervisory board has three or more members")
    if values.get("supervision") == "one" and len(values.get("supervisors") or []) > 1:
        yield "supervisors", Text(zh="只设一名监事时请只填写一位", en="Enter one supervisor only")


@rule("LLC-09", "公司法第76条", "Company Law art. 76")
def _nobody_supervises_themselves(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    posts = {row.get("id_number") for row in values.get("directors") or []} | {values.get("manager_id")}
    for index, row in enumerate(values.get("supervisors") or []):
        if row.get("id_number") in posts - {None}:
            yield (
                f"supervisors.{index}.id_number",
                Text(zh="董事、高级管理人员不得兼任监事", en="A director or manager may not be a supervisor"),
            )


@rule("IND-01", "促进个体工商户发展条例第2条（有经营能力）", "Individual Businesses Regulation art. 2", blocks=False)
def _operator_is_of_age(values: Values, today: date) -> Iterator[tuple[str, Text]]:
    number = values.get("operator_id")
    if number and age_on(number, today) < 16:
        yield (
            "operator_id",
            Text(
                zh="经营者未满十六周岁，请核实其经营能力",
                en="The operator is under sixteen: check the capacity to trade",
            ),
        )


@rule("IND-02", "企业名称登记管理规定第25条（参照）", "Regulation on enterprise names art. 25", blocks=False)
def _shop_is_no_company(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    name = values.get("trade_name", "")
    if "公司" in name:
        yield (
            "trade_name",
            Text(
                zh="个体工商户名称含有“公司”字样，请审查",
                en="The name of an individual business says 公司",
            ),
        )


@rule("NAME-08", "企业名称登记管理规定第8条", "Regulation on enterprise names art. 8")
def _name_has_two_characters(values: Values, _today: date) -> Iterator[tuple[str, Text]]:
    for path in ("company_name", "trade_name"):
        name = values.get(path, "")
        if name and not all("㐀" <= c <= "鿿" or c in "（）()" or ord(c) > 0x1FFFF for c in name):
            yield path, Text(zh="名称应当使用规范汉字", en="The name must be written in standard Chinese characters")
