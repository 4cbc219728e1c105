# SPDX-License-Identifier: Apache-2.0
"""What each change makes people sign, word for word, and who signs it."""

from typing import Any

import pytest

import instruments
from instruments import RULES
from licences import Template, fictitious_codes
from tests.filling import PEOPLE
from tests.instruments.writings import ITEMS, answers_of, business, item_of, words, written
from tests.office import CATALOGUE

COMPANY, CHANGE = item_of("company"), item_of("company-change")
DUE = "2027-09-19"
DAY: dict[str, Any] = {"decided_on": "2026-11-20"}


def resolution(votes: str = "80", registered: bool = True, **changed: Any) -> str:
    answers = answers_of(CHANGE, resolution="meeting", votes_for=votes, **DAY, **changed)
    answers["business_name"] = "甲公司"
    return words(written("company-resolution", CHANGE, answers, _of(answers) if registered else None))


def _of(answers: Any) -> Any:
    return business(COMPANY, CHANGE, answers, address="文苑路 9 号")


def owning(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"name": n, "number": i, "amount": a, "method": "money", "due_on": DUE} for n, i, a in rows]


def a_share(name: str, amount: str) -> str:
    return f"{name}，认缴出资 {amount} 万元，出资方式为货币，出资日期为 2027年9月19日 前；"


NAMED = """甲公司股东会决议
公司股东会于2026年11月20日依法召开会议，经代表 80% 表决权的股东同意，作出如下决议：
1、公司名称由“南京栖云样例科技有限公司”变更为“南京栖云样例信息有限公司”。
章程修正案
1、第二条原为“公司名称：南京栖云样例科技有限公司”，修改为“公司名称：南京栖云样例信息有限公司”。
章程未修改的条款继续有效。
全体股东签名：林清和、陈其美
法定代表人签名：林清和"""
MOVED = """甲公司股东会决议
公司股东会于2026年11月20日依法召开会议，经代表 80% 表决权的股东同意，作出如下决议：
1、住所（经营场所）由“南京市栖霞区仙林街道文苑路 9 号”变更为“南京市栖霞区尧化街道尧化路 1 号”。
章程修正案
1、第三条原为“公司住所：南京市栖霞区仙林街道文苑路 9 号”，修改为“公司住所：南京市栖霞区尧化街道尧化路 1 号”。
章程未修改的条款继续有效。
全体股东签名：林清和、陈其美
法定代表人签名：林清和"""
FOR_YEARS = """甲公司股东会决议
公司股东会于2026年11月20日依法召开会议，经代表 80% 表决权的股东同意，作出如下决议：
1、经营（合伙）期限由“长期”变更为“20 年”。
章程修正案
1、第五条原为“公司的经营期限：长期”，修改为“公司的经营期限：20 年”。
章程未修改的条款继续有效。
全体股东签名：林清和、陈其美
法定代表人签名：林清和"""
TRANSFERRED = f"""甲公司章程修正案
股东于2026年11月20日转让股权。依照公司法第八十七条，对章程有关股东及其出资额记载的修改，不需再由股东会表决。
1、股东及其出资变更为：林清和，60万元，货币，2027年9月19日；吴样例，40万元，货币，2027年9月19日。
修改的条款
1、第七条原为“股东的姓名或者名称、出资额、出资方式和出资日期如下：（1）{a_share("林清和", "60")}（2）{a_share("陈其美", "40")[:-1]}”，修改为“股东的姓名或者名称、出资额、出资方式和出资日期如下：（1）{a_share("林清和", "60")}（2）{a_share("吴样例", "40")[:-1]}”。
章程未修改的条款继续有效。
新股东签名：吴样例
法定代表人签名：林清和"""  # noqa: E501
APPOINTED = """甲公司股东会决议
公司股东会于2026年11月20日依法召开会议，经代表 80% 表决权的股东同意，作出如下决议：
1、经理由“林清和”变更为“郑样例”。
全体股东签名：林清和、陈其美
法定代表人签名：林清和"""

HERE: dict[str, Any] = {
    "street": "320113001",
    "address": "尧化路 1 号",
    "premises_proof": "declaration",
    "is_dwelling": "yes",
}
NEW_OWNER = owning(("林清和", PEOPLE[0], "60"), ("吴样例", PEOPLE[3], "40"))
RUN: dict[str, Any] = {
    "directors": [{"name": "林清和", "id_number": PEOPLE[0]}],
    "director_term": "3",
    "employees": "5",
}
RUN |= {"manager_name": "郑样例", "manager_id": PEOPLE[4]}
WATCHED: dict[str, Any] = {"supervision": "one", "supervisors": [{"name": "周样例", "id_number": PEOPLE[2]}]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"changes": ["name"], "company_name": "南京栖云样例信息有限公司"}, NAMED),
        ({"changes": ["premises"], **HERE}, MOVED),
        ({"changes": ["term"], "term": "years", "term_years": "20"}, FOR_YEARS),
        ({"changes": ["shareholders"], "transfer": "outside", "shareholders": NEW_OWNER}, TRANSFERRED),
        ({"changes": ["organs"], **RUN, **WATCHED}, APPOINTED),
    ],
    ids=["name", "premises", "term", "transfer", "manager"],
)
def test_the_resolution_of_a_company_reads_word_for_word(changed: dict[str, Any], said: str) -> None:
    assert resolution(**changed) == said


def test_more_capital_alters_its_clause_and_that_of_the_shareholders() -> None:
    rows = owning(("林清和", PEOPLE[0], "160"), ("陈其美", PEOPLE[1], "40"))
    said = resolution(changes=["capital"], capital="200", shareholders=rows, transfer="none", capital_change="increase")
    assert "1、注册资本（出资额）由“100 万元”变更为“200 万元”。" in said
    assert "第六条原为“公司注册资本为人民币 100 万元" in said
    assert "2、第七条原为" in said
    assert "3、" not in said
    assert "新股东" not in said


def test_how_a_company_is_run_stands_in_its_articles_and_who_runs_it_does_not() -> None:
    said = resolution(changes=["organs"], **RUN, supervision="none", no_supervisor="yes")
    assert "监督机构由“设一名监事”变更为“不设监事，全体股东一致同意”。" in said
    assert "第十三条原为“公司设监事一名" in said
    assert "第十四条" not in said
    chosen: dict[str, Any] = {"legal_representative_name": "郑样例", "legal_representative_post": "manager"}
    chosen |= {"legal_representative_id": PEOPLE[4], "responsible_id": PEOPLE[4], "responsible_name": "郑样例"}
    said = resolution(changes=["representative"], **RUN, **WATCHED, **chosen)
    assert "法定代表人由“林清和”变更为“郑样例”。" in said
    assert "第十四条原为“公司的法定代表人由代表公司执行公司事务的董事担任" in said
    assert said.endswith("法定代表人签名：郑样例")


def test_of_a_company_that_is_not_in_the_register_no_clause_is_named_and_nobody_is_made_up() -> None:
    said = resolution(changes=["name"], company_name="南京栖云样例信息有限公司", registered=False)
    assert "公司名称变更为：南京栖云样例信息有限公司。" in said
    assert "原为" not in said
    assert "全体股东签名：由股东签名" in said


def decision(kind: str, **changed: Any) -> str:
    setup, change = item_of(kind), item_of(f"{kind}-change")
    answers = answers_of(change, **DAY, **changed)
    answers["business_name"] = "乙企业"
    return words(written("change-decision", change, answers, business(setup, change, answers)))


PARTNERS = """乙企业变更决定
经依法定程序，于2026年11月20日作出如下变更决定：
1、经营范围由“信息咨询服务（不含许可类信息咨询服务）”变更为“软件开发”。
合伙协议（章程）的修改
1、第二条原为“合伙人共同经营、共享收益、共担风险。经营范围：信息咨询服务（不含许可类信息咨询服务）。合伙期限：长期”，修改为“合伙人共同经营、共享收益、共担风险。经营范围：软件开发。合伙期限：长期”。
未修改的条款继续有效。
全体投资人（合伙人、成员、所属企业）签名：林清和、陈其美
签署人签名：林清和"""
INVESTORS = """乙企业变更决定
经依法定程序，于2026年11月20日作出如下变更决定：
1、投资人由“林清和”变更为“陈其美”。
全体投资人（合伙人、成员、所属企业）签名：林清和
新加入的投资人（合伙人、成员）签名：陈其美
签署人签名：陈其美"""
HEADS = """乙企业变更决定
经依法定程序，于2026年11月20日作出如下变更决定：
1、负责人由“林清和”变更为“陈其美”。
全体投资人（合伙人、成员、所属企业）签名：南京栖云样例科技有限公司
签署人签名：陈其美"""
SECOND: dict[str, Any] = {"responsible_name": "陈其美", "responsible_id": PEOPLE[1]}


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        ("partnership", {"changes": ["scope"], "scope": ["I-6513"]}, PARTNERS),
        (
            "sole-proprietorship",
            {"changes": ["investor"], "investor_name": "陈其美", "investor_id": PEOPLE[1], **SECOND},
            INVESTORS,
        ),
        ("branch", {"changes": ["head"], "head_name": "陈其美", "head_id": PEOPLE[1], **SECOND}, HEADS),
    ],
    ids=["partnership", "sole-proprietorship", "branch"],
)
def test_the_decision_of_others_reads_word_for_word(kind: str, changed: dict[str, Any], said: str) -> None:
    assert decision(kind, **changed) == said


def ending(code: str, kind: str, **changed: Any) -> str:
    setup, item = item_of(kind), item_of(code)
    answers = answers_of(item, **changed)
    answers["business_name"] = "丙企业"
    return words(written(item.instruments[0], item, answers, business(setup, item, answers)))


@pytest.mark.parametrize(
    ("code", "kind", "changed", "said"),
    [
        ("deregistration", "company", {"business_kind": "company", "cause": "decision"}, "林清和、陈其美"),
        ("simple-deregistration", "company", {"business_kind": "company"}, "林清和、陈其美"),
        ("simple-deregistration", "partnership", {"business_kind": "partnership"}, "林清和、陈其美"),
        ("sole-trader-closing", "sole-trader", {}, "林清和"),
    ],
)
def test_all_who_own_it_sign_its_end(code: str, kind: str, changed: dict[str, Any], said: str) -> None:
    lines = ending(code, kind, **changed).split("\n")
    assert any(line.startswith("全体投资人") and line.endswith(f"签名：{said}") for line in lines)


def test_a_company_that_ends_itself_says_with_which_votes() -> None:
    assert "经代表 80% 表决权的股东同意，决定终止经营" in ending(
        "deregistration", "company", business_kind="company", cause="decision"
    )
    assert "表决权" not in ending("deregistration", "company", business_kind="company", cause="term")


@pytest.mark.parametrize("code", ["company-change", "partnership-change", "cooperative-change", "branch-change"])
def test_a_contact_is_filed_without_any_decision(code: str) -> None:
    item = item_of(code)
    answers = answers_of(item, changes=["contact"])
    assert [one for one in item.instruments if instruments.is_needed(one, answers)] == ["declaration"]
    assert not {"resolution", "votes_for"} & answers.keys()


def test_what_is_declared_of_texts_and_lines_exists() -> None:
    assert RULES.when.keys() <= instruments.CODES
    assert set(RULES.owners.sign) <= instruments.CODES
    asked = {field.name for form in CATALOGUE.forms.values() for page in form.pages for field in page.fields}
    assert set(RULES.lines) - {"premises"} <= asked
    assert all(set(item.instruments) <= instruments.CODES for item in ITEMS)


CLAUSE = "股东会会议由股东按照实际缴纳的出资比例行使表决权。"
OWN: dict[str, Any] = {"changes": ["articles"], "articles": "own", "own_clauses": [{"text": CLAUSE}]}
AGREED = """甲公司股东会决议
公司股东会于2026年11月20日依法召开会议，经代表 80% 表决权的股东同意，作出如下决议：
1、章程（合伙协议）变更为：另有约定的条款。
2、章程（合伙协议）另有约定的条款变更为：股东会会议由股东按照实际缴纳的出资比例行使表决权。。
章程修正案
1、增加第十九条：“全体股东约定的其他事项（与前列条款不一致的，以本条为准，但不得违反法律、行政法规）：（1）股东会会议由股东按照实际缴纳的出资比例行使表决权”。
章程未修改的条款继续有效。
全体股东签名：林清和、陈其美
法定代表人签名：林清和"""


def test_clauses_of_its_own_are_an_amendment() -> None:
    answers = answers_of(CHANGE, resolution="meeting", votes_for="80", **DAY, **OWN) | {"business_name": "甲公司"}
    before = business(COMPANY, CHANGE, answers, address="文苑路 9 号", articles="")
    assert words(written("company-resolution", CHANGE, answers, before)) == AGREED.replace("。。", "。")


def test_a_clause_that_goes_is_struck_out() -> None:
    answers = answers_of(CHANGE, resolution="meeting", **DAY, changes=["articles"], articles="template")
    then = business(COMPANY, CHANGE, answers, articles="own", own_clauses=OWN["own_clauses"])
    said = words(written("company-resolution", CHANGE, answers, then))
    assert "1、删去第十九条：“全体股东约定的其他事项" in said
    assert "章程（合伙协议）由“另有约定的条款”变更为“采用自动生成的文本”。" in said


@pytest.mark.parametrize(
    ("kind", "changed", "clause"),
    [
        ("partnership", {"changes": ["agreement"]}, "第十条"),
        ("limited-partnership", {"changes": ["agreement"]}, "第十条"),
        ("cooperative", {"changes": ["articles"]}, "第八条"),
    ],
)
def test_agreement_and_articles_of_others_are_amended_alike(kind: str, changed: dict[str, Any], clause: str) -> None:
    said = decision(kind, **{**OWN, **changed})
    assert f"1、增加{clause}：“" in said
    assert CLAUSE[:-1] in said


def test_the_articles_of_a_union_speak_of_cooperatives() -> None:
    setup = item_of("cooperative")
    ordinary = words(written("cooperative-articles", setup, answers_of(setup)))
    assert "农民至少占成员总数的百分之八十" in ordinary
    codes = fictitious_codes(Template.COOPERATIVE, 2000, 3)
    rows = [
        {"name": f"{n}合作社", "number": c, "kind": "cooperative", "amount": "5"}
        for n, c in zip("甲乙丙", codes, strict=True)
    ]
    union = answers_of(
        setup, cooperative_kind="union", members=rows, capital="15", enterprise_name="南京样例专业合作社联合社"
    )
    said = words(written("cooperative-articles", setup, union))
    assert "成员 3 名，均为农民专业合作社" in said
    assert "农民至少" not in said
