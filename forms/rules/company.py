# SPDX-License-Identifier: Apache-2.0
"""Company (有限责任公司): the rules LLC-01 to LLC-16 of the Company Law (2023) on what is registered. Pure.

LLC-11 (articles) is kept by the articles that are written from the answers, and asked of clauses beside them; LLC-14
needs the register and is asked there.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from forms.rules.tables import numbers_in, twice
from kit.numbers import is_of_organisation
from kit.text import Text

CAPITAL_YEARS = 5
MANY_EMPLOYEES = 300
DISPATCH = "L-7263"
DISPATCH_CAPITAL = Decimal(200)
# No figure in law says what is plainly abnormal; the draft of 2024 named these and they were not enacted.
LARGE_CAPITAL = Decimal(100_000)
NOT_A_CONTRIBUTION = ("劳务", "信用", "姓名", "商誉", "特许经营权", "设定担保")


def five_years_on(day: date) -> date:
    """The same day five years later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + CAPITAL_YEARS)
    except ValueError:
        return day.replace(year=day.year + CAPITAL_YEARS, day=28)


@rule("LLC-01", "公司法第42条", "Company Law art. 42")
def one_to_fifty(values: Values, _today: date) -> Iterator[Wrong]:
    yield from twice("shareholders", values, "同一股东填写了两次，请合并为一位", "This shareholder is listed twice")
    if len(values.get("shareholders") or []) > 50:
        yield (
            "shareholders",
            Text(zh="有限责任公司的股东不超过五十位", en="A limited company has at most 50 shareholders"),
        )


@rule("LLC-02", "公司法第7条", "Company Law art. 7")
def name_says_limited(values: Values, _today: date) -> Iterator[Wrong]:
    name = values.get("company_name", "")
    if name and not name.endswith(("有限责任公司", "有限公司")):
        yield (
            "company_name",
            Text(zh="公司名称应以“有限责任公司”或“有限公司”结尾", en="The name must end in 有限责任公司 or 有限公司"),
        )


@rule("LLC-03-SUM", "公司法第47条", "Company Law art. 47")
def shares_add_up(values: Values, _today: date) -> Iterator[Wrong]:
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


@rule("LLC-03-TERM", "公司法第47、228条", "Company Law arts 47, 228")
def paid_within_five_years(values: Values, today: date) -> Iterator[Wrong]:
    """From the registration of the company, or of an increase; of other changes the register knows (LLC-14)."""
    if "changes" in values and values.get("capital_change") != "increase":
        return
    latest = five_years_on(today)
    for index, row in enumerate(values.get("shareholders") or []):
        due = row.get("due_on")
        if due and due > latest:
            yield (
                f"shareholders.{index}.due_on",
                Text(
                    zh=f"出资日期不得晚于公司成立（增资登记）之日起五年，即 {latest:%Y-%m-%d}",
                    en=f"Contributions are due within five years of registration, by {latest:%Y-%m-%d}",
                ),
            )


@rule("LLC-04", "公司法第47条；劳动合同法第57条", "Company Law art. 47; Labour Contract Law art. 57")
def special_minimum(values: Values, _today: date) -> Iterator[Wrong]:
    capital = values.get("capital")
    if capital is not None and DISPATCH in values.get("scope", ()) and capital < DISPATCH_CAPITAL:
        yield (
            "capital",
            Text(
                zh="经营劳务派遣的，注册资本不少于 200 万元；请提高注册资本，或者不选劳务派遣",
                en="Labour dispatch asks for a capital of at least 200: raise it, or leave labour dispatch out",
            ),
        )


@rule("LLC-05", "公司法第48条；市场主体登记管理条例第13条", "Company Law art. 48; Registration Regulation art. 13")
def lawful_contribution(values: Values, _today: date) -> Iterator[Wrong]:
    """Labour, credit, a person's name, goodwill, franchise rights and pledged property are no contribution."""
    for index, row in enumerate(values.get("shareholders") or []):
        note = str(row.get("method_note") or "").replace("未设定担保", "")  # that nothing is pledged is as it must be
        where = f"shareholders.{index}.method_note"
        if row.get("method") == "other" and not row.get("method_note"):
            yield where, Text(zh="请写明以什么财产出资", en="Say which property is contributed")
        elif row.get("method") == "other" and (named := next((w for w in NOT_A_CONTRIBUTION if w in note), None)):
            yield (
                where,
                Text(
                    zh=f"“{named}”不能作为出资：劳务、信用、自然人姓名、商誉、特许经营权或者设定担保的财产不得作价出资",
                    en="Labour, credit, a name, goodwill, franchise rights and pledged property cannot be contributed",
                ),
            )


@rule("LLC-06", "公司法第10条", "Company Law art. 10")
def representative_holds_the_post(values: Values, _today: date) -> Iterator[Wrong]:
    number, post = values.get("legal_representative_id"), values.get("legal_representative_post")
    directors = numbers_in("directors", values)
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
def one_director_or_a_board(values: Values, _today: date) -> Iterator[Wrong]:
    if len(values.get("directors") or []) == 2:
        yield (
            "directors",
            Text(
                zh="董事会成员为三人以上；规模较小的公司可以只设一名董事",
                en="A board has three or more; a small company may have one director",
            ),
        )
    yield from twice("directors", values, "同一董事填写了两次", "This director is listed twice")


@rule("LLC-08", "公司法第69、76、83条", "Company Law arts 69, 76, 83")
def supervision_is_complete(values: Values, _today: date) -> Iterator[Wrong]:
    supervisors = values.get("supervisors") or []
    match values.get("supervision"):
        case "board" if 0 < len(supervisors) < 3:
            yield "supervisors", Text(zh="监事会成员为三人以上", en="A supervisory board has three or more members")
        case "board" if 3 * sum(row.get("is_employee") == "yes" for row in supervisors) < len(supervisors):
            yield (
                "supervisors",
                Text(zh="监事会中职工代表不少于三分之一", en="A third of a supervisory board represents the employees"),
            )
        case "one" if len(supervisors) > 1:
            yield "supervisors", Text(zh="只设一名监事时请只填写一位", en="Enter one supervisor only")
        case "committee" if 0 < len(values.get("directors") or []) < 3:
            yield (
                "supervision",
                Text(
                    zh="审计委员会由董事组成，须先设三人以上的董事会",
                    en="An audit committee consists of directors: there must be a board of three or more",
                ),
            )


@rule("LLC-09", "公司法第76条", "Company Law art. 76")
def nobody_supervises_themselves(values: Values, _today: date) -> Iterator[Wrong]:
    posts = {*numbers_in("directors", values), values.get("manager_id")} - {None}
    for index, row in enumerate(values.get("supervisors") or []):
        if row.get("id_number") in posts:
            yield (
                f"supervisors.{index}.id_number",
                Text(zh="董事、高级管理人员不得兼任监事", en="A director or manager may not be a supervisor"),
            )


@rule("LLC-10", "公司法第68、70条", "Company Law arts 68, 70")
def terms_and_employees(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("director_term", 0) > 3:
        yield "director_term", Text(zh="董事任期每届不超过三年", en="A director's term is at most three years")
    rows = values.get("directors") or []
    supervisors = (values.get("supervisors") or []) if values.get("supervision") == "board" else []
    has_employee = any(row.get("is_employee") == "yes" for row in [*rows, *supervisors])
    if rows and values.get("employees", 0) >= MANY_EMPLOYEES and not has_employee:
        yield (
            "directors",
            Text(
                zh="职工三百人以上的公司，董事会中应有职工代表（监事会已有职工代表的除外）",
                en="With 300 employees or more the board has a director who represents them, "
                "unless the supervisory board has",
            ),
        )


@rule("LLC-11", "公司法第46条", "Company Law art. 46", Weight.PERSON)
def own_clauses_are_read(values: Values, _today: date) -> Iterator[Wrong]:
    """What shareholders agree beside the text that is written from the answers is lawful or not: a person reads it."""
    if values.get("own_clauses"):
        yield (
            "own_clauses",
            Text(zh="章程另有约定的条款，请审阅", en="The articles have clauses of their own: read them"),
        )


@rule("LLC-12", "公司法第60、66、87条", "Company Law arts 60, 66, 87")
def votes_suffice(values: Values, _today: date) -> Iterator[Wrong]:
    """Two thirds for what stands in the articles, else more than half; one shareholder decides in writing.

    That a transfer changes who stands in the articles is not voted on (art. 87).
    """
    votes, changes = values.get("votes_for"), set(values.get("changes", ()))
    if values.get("transfer") in ("within", "outside"):
        changes.discard("shareholders")
    ends = values.get("cause") == "decision"
    if votes is None or not (changes or ends):
        return
    needs_two_thirds = ends or bool(
        changes & {"name", "premises", "scope", "capital", "shareholders", "term", "articles"}
    )
    if needs_two_thirds and votes * 3 < 200:
        said = Text(
            zh="修改章程、增加或者减少注册资本、解散公司，须经代表三分之二以上表决权的股东通过",
            en="What changes the articles or the capital, or ends the company, needs two thirds of the votes",
        )
        yield "votes_for", said
    elif votes <= 50:
        yield (
            "votes_for",
            Text(zh="股东会决议须经过半数表决权通过", en="A resolution needs more than half of the votes"),
        )


@rule("LLC-13", "公司法第84条", "Company Law art. 84", Weight.PERSON)
def others_could_buy_first(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("transfer") == "outside" and not values.get("transfer_notified"):
        yield (
            "transfer_notified",
            Text(
                zh="向股东以外的人转让股权，应书面通知其他股东（三十日优先购买权）；请核对章程是否另有规定",
                en="A transfer to an outsider is notified to the others, who may buy first within 30 days",
            ),
        )


@rule("LLC-15", "国务院关于实施注册资本登记管理制度的规定第3条", "Capital Provisions art. 3", Weight.PERSON)
def plainly_abnormal_capital(values: Values, _today: date) -> Iterator[Wrong]:
    """The registrar weighs it; the figure only says when to look."""
    capital = values.get("capital")
    if capital is not None and capital >= LARGE_CAPITAL:
        yield (
            "capital",
            Text(
                zh=f"注册资本 {capital} 万元，请结合经营范围、规模、股东出资能力审查是否明显异常",
                en=f"A capital of {capital}: weigh it against scope, operations and means of the shareholders",
            ),
        )


@rule("LLC-16", "国务院关于实施注册资本登记管理制度的规定第4条", "Capital Provisions art. 4", Weight.NOTE)
def publish_contributions(values: Values, _today: date) -> Iterator[Wrong]:
    if {"capital", "shareholders"} & set(values.get("changes", ())):
        yield (
            "shareholders",
            Text(
                zh="认缴、实缴的出资额、出资方式、出资日期变化的，应在二十个工作日内通过公示系统公示",
                en="Changed contributions are published in the credit information system within 20 working days",
            ),
        )


@rule("LLC-17", "公司法第168、169条", "Company Law arts 168, 169", Weight.PERSON, "M")
def state_ownership_is_shown(values: Values, _today: date) -> Iterator[Wrong]:
    """That the State owns or controls a company no answer proves; where it owns all there is one owner, no person."""
    kind, rows = values.get("state_owned"), values.get("shareholders") or []
    if kind not in ("sole", "controlled"):
        return
    numbers = [row["number"] for row in rows if row.get("number")]
    if kind == "sole" and numbers and (len(rows) > 1 or not is_of_organisation(numbers[0])):
        said = Text(
            zh="国有独资公司只有一个股东，由国家出资；请核对公司类型和股东",
            en="A company that the State owns alone has one shareholder, the State: check type and shareholders",
        )
    else:
        said = Text(
            zh="填报为国有独资或者国有控股公司，请核对履行出资人职责的机构及其授权",
            en="Said to be owned or controlled by the State: check the body that acts for it, and its authority",
        )
    yield "state_owned", said
