# SPDX-License-Identifier: Apache-2.0
"""What people type, and what they find first."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue import Item
from catalogue.loading import ITEMS
from catalogue.plans import PLANS, Plans
from catalogue.search import Hit, Index, build, search
from kit.declared import declared


@cache
def everything() -> Index:
    items = [declared(file, Item) for file in sorted(ITEMS.glob("*.toml"))]
    return build(items, declared(PLANS, Plans).plans)


def found(text: str) -> list[Hit]:
    return search(everything(), text)


FIRST = [
    # what has to be done to a business that exists
    ("公司改名", "company-change"),
    ("变更法人", "company-change"),
    ("股权转让", "company-change"),
    ("换老板", "sole-trader-change"),
    ("改店名", "sole-trader-change"),
    ("店铺搬家", "sole-trader-change"),
    ("换负责人", "branch-change"),
    ("关店", "sole-trader-closing"),
    ("注销公司", "deregistration"),
    ("zhuxiao", "deregistration"),
    ("简易注销", "simple-deregistration"),
    ("暂停营业", "business-suspension"),
    ("执照丢了", "licence-replacement"),
    # endings and losses are not beginnings
    ("公司注销", "deregistration"),
    ("我的公司要注销", "deregistration"),
    ("合伙企业注销", "deregistration"),
    ("注销个体户", "sole-trader-closing"),
    ("奶茶店注销", "sole-trader-closing"),
    ("营业执照丢失", "licence-replacement"),
    ("营业执照补办", "licence-replacement"),
    ("执照烧了", "licence-replacement"),
    ("股东变更", "company-change"),
    ("修改章程", "company-change"),
    ("迁址", "company-change"),
    ("增加经营范围", "company-change"),
    ("gongsizhuxiao", "deregistration"),
    ("开分公司", "branch"),
    ("农民合作社", "cooperative"),
    ("合伙开店", "partnership"),
    ("有限合伙", "limited-partnership"),
    ("个人独资企业", "sole-proprietorship"),
    ("刻章", "seal-engraving"),
    ("银行开户", "bank-appointment"),
    # as people say it
    ("开个奶茶店", "milk-tea"),
    ("我想开一家奶茶店", "milk-tea"),
    ("奶茶", "milk-tea"),
    ("开奶茶店要办什么证", "milk-tea"),
    ("想在家门口开个咖啡馆", "milk-tea"),
    ("我要开饭店，需要什么手续？", "restaurant"),
    ("火锅", "restaurant"),
    ("开烧烤店流程", "restaurant"),
    ("川菜馆", "restaurant"),
    ("早餐店怎么办", "snack"),
    ("卖包子，开个包子铺", "snack"),
    ("鸭血粉丝汤", "snack"),
    ("小卖部", "convenience"),
    ("开一个水果店", "convenience"),
    ("烟酒店", "convenience"),
    ("开理发店", "hairdresser"),
    ("美甲", "hairdresser"),
    ("如何开网店", "online-shop"),
    ("抖音直播卖货", "online-shop"),
    ("注册一个公司", "office-company"),
    ("开软件公司", "office-company"),
    ("怎么开民宿", "hotel"),
    ("电竞酒店", "hotel"),
    ("蛋糕店", "bakery"),
    ("花店", "shop"),
    ("卖衣服", "shop"),
    ("我想摆地摊", "stall"),
    ("夜市摆摊", "stall"),
    ("豆腐坊", "food-workshop"),
    ("开药店需要什么", "pharmacy"),
    ("牙科诊所", "clinic"),
    ("中医馆", "clinic"),
    ("洗脚城", "bath"),
    ("足疗", "bath"),
    ("健身房", "gym"),
    ("瑜伽", "gym"),
    ("KTV", "ktv"),
    ("ＫＴＶ怎么开", "ktv"),
    ("网吧", "internet-cafe"),
    ("书店", "bookshop"),
    ("办培训班", "training"),
    ("民办幼儿园", "training"),
    ("买了大货车跑运输", "freight"),
    ("洗车", "car-repair"),
    ("修车铺", "car-repair"),
    ("劳务中介", "job-agency"),
    ("劳务派遣", "labour-dispatch"),
    ("广告牌", "advertising"),
    ("工地开工", "building"),
    ("挖马路", "road-works"),
    ("开演唱会", "concert"),
    ("成立商会", "association"),
    ("养老院", "non-profit"),
    ("我爸想开个面馆", "snack"),
    ("开个小店卖衣服", "shop"),
    ("网红奶茶", "milk-tea"),
    ("房产中介", "office-company"),
    ("营业执照怎么办", "shop"),
    ("卖烟", "convenience"),
    ("宠物医院", "shop"),
    ("按摩店", "bath"),
    # by the names of the items
    ("食品经营许可证", "food-service"),
    ("公共场所卫生许可", "public-venue"),
    ("个体工商户设立登记", "sole-trader"),
    ("有限责任公司设立登记", "company"),
    # pinyin: whole, initials, mixed, slipped
    ("naichadian", "milk-tea"),
    ("nai cha dian", "milk-tea"),
    ("kai naichadian", "milk-tea"),
    ("ncd", "milk-tea"),
    ("奶茶dian", "milk-tea"),
    ("n茶店", "milk-tea"),
    ("naicadian", "milk-tea"),
    ("huoguodian", "restaurant"),
    ("lifadian", "hairdresser"),
    ("bianlidian", "convenience"),
    ("yaodian", "pharmacy"),
    ("wangba", "internet-cafe"),
    ("minsu", "hotel"),
    # the right sound in the wrong characters, or the local sound
    ("乃茶店", "milk-tea"),
    ("开个乃茶店", "milk-tea"),
    ("奈查店", "milk-tea"),
    ("里发店", "hairdresser"),
    ("边利店", "convenience"),
    ("名宿", "hotel"),
    ("咬店", "pharmacy"),
    ("拉茶店", "milk-tea"),
    ("早参店", "snack"),
    # one character wrong, missing, too many; the other script
    ("奶荼店", "milk-tea"),
    ("奶店", "milk-tea"),
    ("便利利店", "convenience"),
    ("理发点", "hairdresser"),
    ("健身旁", "gym"),
    ("職業介紹所", "job-agency"),
    ("開奶茶店", "milk-tea"),
    # in English
    ("milk tea", "milk-tea"),
    ("I want to open a coffee shop", "milk-tea"),
    ("café", "milk-tea"),
    ("restaurant", "restaurant"),
    ("restarant", "restaurant"),
    ("open a hair salon", "hairdresser"),
    ("book shop", "bookshop"),
    ("karaoke", "ktv"),
    ("gym", "gym"),
    ("start a company", "office-company"),
    ("bed and breakfast", "hotel"),
]


@pytest.mark.parametrize(("text", "code"), FIRST)
def test_everyday_words_find_it_first(text: str, code: str) -> None:
    assert [hit.code for hit in found(text)][:1] == [code]


def test_a_milk_tea_shop_finds_the_plan_and_both_of_its_items() -> None:
    hits = found("开个奶茶店")
    assert (hits[0].kind, hits[0].code, hits[0].by) == ("plan", "milk-tea", "奶茶店")
    assert {"food-service", "sole-trader"} <= {hit.code for hit in hits if hit.kind == "item"}


def test_beside_a_certain_match_no_guesses_are_shown() -> None:
    assert "snack" not in {hit.code for hit in found("开个小店卖衣服")}


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "\x00\x1b[2J", "xqzvkw", "？？？", "'; --", "蘷蘷蘷", "1", "的"])
def test_what_means_nothing_finds_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["奶茶店' OR 1=1 --", "<script>奶茶店</script>", "奶茶店🙂", "奶\u200b茶店", "奶茶店" + "啊" * 9999]
)
def test_what_stands_around_a_word_does_no_harm(text: str) -> None:
    assert found(text)[0].code == "milk-tea"


SAID = [text for text, _ in FIRST]


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=400), st.lists(st.sampled_from(SAID), max_size=6).map("".join)))
def test_any_text_is_answered_always_the_same_way(text: str) -> None:
    hits = found(text)
    assert hits == found(text)
    assert hits == sorted(hits, key=lambda hit: -hit.score)
    assert len({(hit.kind, hit.code) for hit in hits}) == len(hits) <= 12


@given(st.text(min_size=200, max_size=200), st.text(max_size=2000))
def test_no_more_is_read_than_a_question_holds(begun: str, more: str) -> None:
    assert found(begun + more) == found(begun)
