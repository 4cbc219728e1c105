# SPDX-License-Identifier: Apache-2.0
"""Texts written from answers: complete by the law, and nobody's answer becomes more than words."""

from typing import Any

import pytest

import instruments
from catalogue import Item
from instruments import CODES, Block, Unwritable
from tests.filling import PEOPLE, a_credit_code
from tests.instruments.writings import ITEMS, answers_of, item_of, read, written
from tests.instruments.writings import words as words_of
from tests.office import CATALOGUE

EVERY = [(item, code, choose) for item in ITEMS for code in item.instruments for choose in range(3)]


def named(case: object) -> str:
    return case.code if isinstance(case, Item) else str(case)


@pytest.mark.parametrize(("item", "code", "choose"), EVERY, ids=named)
def test_every_text_can_be_written_from_right_answers(item: Item, code: str, choose: int) -> None:
    instrument = written(code, item, answers_of(item, choose))
    assert instrument.code == code
    assert instrument.title
    assert instrument.blocks[-1].kind == "signature"
    said = words_of(instrument)
    for odd in ("{{", "{%", "None", "True", "False", "Undefined", "\0", "[]"):
        assert odd not in said
    assert all(block.text.strip() == block.text != "" for block in instrument.blocks)
    assert written(code, item, answers_of(item, choose)).sha256 == instrument.sha256


def test_every_text_that_is_there_is_named_by_an_item_and_the_other_way_round() -> None:
    assert {code for item in ITEMS for code in item.instruments} == CODES


@pytest.mark.parametrize("item", ITEMS, ids=named)
def test_no_text_shows_a_number_a_telephone_or_an_address_for_letters(item: Item) -> None:
    for choose in range(3):
        answers = answers_of(item, choose)
        for code in item.instruments:
            said = words_of(written(code, item, answers))
            for private in (*PEOPLE, "13800000001", "@example.cn"):
                assert private not in said


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("company", "company-articles"),
        ("partnership", "partnership-agreement"),
        ("cooperative", "cooperative-articles"),
        ("branch", "branch-appointment"),
        ("sole-trader", "declaration"),
    ],
)
def test_a_word_that_nobody_gave_is_not_left_out_silently(item: str, code: str) -> None:
    with pytest.raises(Unwritable):
        instruments.write(code, CATALOGUE.form_of(item_of(item)), {}, {})


# 公司法第46条.

COMPANY = item_of("company")


def articles(**changed: Any) -> str:
    return words_of(written("company-articles", COMPANY, answers_of(COMPANY, **changed)))


@pytest.mark.parametrize(
    "said",
    [
        "公司名称：南京栖云样例科技有限公司",
        "公司住所：南京市栖霞区仙林街道文苑路 118 号 5 幢 501 室",
        "公司经营范围：",
        "注册资本为人民币 100 万元",
        "（1）林清和，认缴出资 60 万元，出资方式为货币，出资日期为 2027年9月19日 前",
        "（2）陈其美，认缴出资 40 万元，出资方式为货币，出资日期为 2027年9月19日 前",
        "股东会由全体股东组成，是公司的权力机构",
        "设董事一名，由股东会产生",
        "公司设经理",
        "公司设监事一名",
        "公司的法定代表人由代表公司执行公司事务的董事担任",
        "按照本章程产生、变更时，法定代表人相应产生、变更",
        "股权转让",
        "全体股东签名：林清和、陈其美",
    ],
)
def test_the_articles_of_a_company_have_the_items_of_article_46(said: str) -> None:
    assert said in articles()


def test_the_scope_in_the_articles_is_what_was_chosen() -> None:
    options = {option.value: option.label.zh for option in CATALOGUE.form_of(COMPANY).field("scope").options}
    assert f"公司经营范围：{options['I-6513']}；{options['M-7519']}。" in articles()


def test_other_property_is_named_in_the_articles() -> None:
    rows = [dict(row) for row in answers_of(COMPANY)["shareholders"] if isinstance(row, dict)]
    rows[0] |= {"method": "other", "method_note": "碳排放权"}
    assert "其他可以估价并转让的财产（碳排放权）" in articles(shareholders=rows)


def test_the_only_shareholder_decides_in_writing() -> None:
    only = [{"name": "林清和", "number": PEOPLE[0], "amount": "100", "method": "money", "due_on": "2030-01-01"}]
    said = articles(shareholders=only)
    assert "公司只有一个股东，不设股东会" in said
    assert "股东会由全体股东组成" not in said
    appointed = words_of(written("company-appointments", COMPANY, answers_of(COMPANY, shareholders=only)))
    assert "股东决定如下：" in appointed


def a_board() -> dict[str, Any]:
    names = ("林清和", "陈其美", "吴样例")
    return {"directors": [{"name": n, "id_number": i} for n, i in zip(names, PEOPLE, strict=False)]}


@pytest.mark.parametrize(
    ("changed", "said", "unsaid"),
    [
        ({"supervision": "committee", **a_board()}, "在董事会中设审计委员会", "公司设监事一名"),
        ({"supervision": "none", "no_supervisor": "yes"}, "经全体股东一致同意，公司不设监事", "公司设监事一名"),
        ({"supervision": "committee", **a_board()}, "公司设董事会，成员 3 名", "公司不设董事会"),
        ({"legal_representative_post": "manager"}, "公司的法定代表人由经理担任", "由代表公司执行公司事务的董事担任"),
        ({"term": "years", "term_years": "20"}, "公司的经营期限：20 年", "长期"),
    ],
    ids=["committee", "no supervisor", "board", "manager", "term"],
)
def test_the_articles_follow_how_the_company_is_run(changed: dict[str, Any], said: str, unsaid: str) -> None:
    text = articles(**changed)
    assert said in text
    assert unsaid not in text


# 合伙企业法第18、63条.

PARTNERSHIP, LIMITED = item_of("partnership"), item_of("limited-partnership")


@pytest.mark.parametrize(
    "said",
    [
        "企业名称：南京栖云样例咨询中心（普通合伙）。主要经营场所：南京市栖霞区",
        "合伙人共同经营、共享收益、共担风险。经营范围：",
        "（1）林清和，住所为样例路 1 号，以货币出资 60 万元，于 2027年9月19日 前缴付",
        "（2）陈其美，住所为样例路 2 号，以货币出资 40 万元，于 2027年9月19日 前缴付",
        "利润分配和亏损分担",
        "委托林清和执行合伙事务",
        "入伙与退伙",
        "争议解决",
        "解散与清算",
        "违约责任",
        "全体合伙人签名：林清和、陈其美",
    ],
)
def test_a_partnership_agreement_has_the_ten_items_of_article_18(said: str) -> None:
    assert said in words_of(written("partnership-agreement", PARTNERSHIP, answers_of(PARTNERSHIP)))


@pytest.mark.parametrize(
    "said",
    [
        "林清和，住所为样例路 1 号，无限责任（普通合伙人）",
        "陈其美，住所为样例路 2 号，有限责任（有限合伙人）",
        "由全体合伙人一致同意选定",
        "超越权限或者违反本协议",
        "可以将其除名",
        "以其认缴的出资额为限承担责任",
        "普通合伙人转变为有限合伙人，或者有限合伙人转变为普通合伙人",
        "有限合伙人不执行合伙事务",
    ],
)
def test_the_agreement_of_a_limited_partnership_has_what_article_63_adds(said: str) -> None:
    assert said in words_of(written("partnership-agreement", LIMITED, answers_of(LIMITED)))
    assert said not in words_of(written("partnership-agreement", PARTNERSHIP, answers_of(PARTNERSHIP)))


def test_an_organisation_acts_through_its_delegate() -> None:
    firm = "南京栖云样例管理有限公司"
    rows = [dict(row) for row in answers_of(LIMITED)["partners"] if isinstance(row, dict)]
    rows[0] |= {"name": firm, "number": a_credit_code(), "kind": "company"}
    own = {"executive_kind": "organisation", "executive_name": firm, "executive_code": a_credit_code()}
    answers = {**answers_of(LIMITED, partners=rows, acting_name="周样例"), **own}
    assert f"{firm}委派周样例为其代表" in words_of(written("mandate", LIMITED, answers))
    assert f"委托{firm}执行合伙事务，其委派代表为周样例" in words_of(written("partnership-agreement", LIMITED, answers))


# Changes and ends.


def test_a_resolution_says_only_what_changes_with_the_votes() -> None:
    item = item_of("company-change")
    answers = answers_of(item, changes=["name"], resolution="meeting", votes_for="66.6667")
    answers["company_name"] = "南京栖云样例信息有限公司"
    said = words_of(written("company-resolution", item, answers))
    assert "经代表 66.6667% 表决权的股东同意" in said
    assert "1、公司名称变更为：南京栖云样例信息有限公司。" in said
    assert "2、" not in said
    assert "公司章程中记载上述事项的条款按照上述内容修改" in said


def test_what_is_ticked_stands_in_a_resolution_as_a_sentence() -> None:
    item = item_of("company-change")
    answers = answers_of(item, changes=["organs"], resolution="meeting", votes_for="60")
    board = {"supervision": "none", "no_supervisor": "yes", "directors": a_board()["directors"], "director_term": "3"}
    people = {"employees": "5", "manager_name": "林清和", "manager_id": PEOPLE[0]}
    said = words_of(written("company-resolution", item, {**answers, **board, **people}))
    assert "、全体股东一致同意不设监事。" in said
    assert "True" not in said


# What somebody typed is never more than words.

HOSTILE = ["{{ 7*7 }}", "{% raw %}", "{# gone #}", "{% endfor %}", "${x}", "<b>&amp;</b>"]


@pytest.mark.parametrize("typed", HOSTILE)
def test_template_words_in_an_answer_stay_as_typed(typed: str) -> None:
    rows = [dict(row) for row in answers_of(COMPANY)["shareholders"] if isinstance(row, dict)]
    rows[0]["name"] = typed
    answers = answers_of(COMPANY, shareholders=rows, address=typed, manager_name=typed)
    for code in COMPANY.instruments:
        said = words_of(written(code, COMPANY, answers))
        assert "49" not in said
        if code != "declaration":
            assert typed in said


@pytest.mark.parametrize("mark", ["# ", "> "])
def test_an_answer_begins_no_heading_and_no_line_for_signatures(mark: str) -> None:
    """In texts of which a line begins with what was answered."""
    item = item_of("branch")
    parent = f"{mark}南京样例有限公司"
    plain = written("branch-appointment", item, answers_of(item))
    values_of = {**answers_of(item), "head_name": f"{mark}林清和"}
    for instrument in (
        written("branch-appointment", item, values_of),
        instruments.write("branch-appointment", CATALOGUE.form_of(item), {**_read(item), "parent_name": parent}, KNOWN),
    ):
        assert [block.kind for block in instrument.blocks] == [block.kind for block in plain.blocks]
        assert mark in words_of(instrument)


KNOWN = {"item": "分支机构设立登记", "holder": "林清和", "premises": "样例路"}


def _read(item: Item) -> dict[str, Any]:
    return read(item, answers_of(item))


@pytest.mark.parametrize("broken", ["\n", "\r\n", "\u2028", "\x85", "\x0b"])
def test_an_answer_of_several_lines_adds_no_block(broken: str) -> None:
    plain = written("company-articles", COMPANY, answers_of(COMPANY))
    values = {**_read(COMPANY), "company_name": f"样例{broken}# 第八章{broken}> 签名"}
    known = {**KNOWN, "premises": f"路{broken}# 第九章"}
    instrument = instruments.write("company-articles", CATALOGUE.form_of(COMPANY), values, known)
    assert [block.kind for block in instrument.blocks] == [block.kind for block in plain.blocks]
    assert Block("paragraph", "第三条 公司住所：路 # 第九章。") in instrument.blocks
    assert instrument.title == "样例 # 第八章 > 签名章程"


def test_other_answers_give_another_hash() -> None:
    one = written("company-articles", COMPANY, answers_of(COMPANY))
    other = written("company-articles", COMPANY, answers_of(COMPANY, address="文苑路 119 号"))
    assert one.sha256 != other.sha256
    assert instruments.Instrument("x", "标题", (Block("heading", "甲"),)).sha256 != (
        instruments.Instrument("x", "标题", (Block("paragraph", "甲"),)).sha256
    )
