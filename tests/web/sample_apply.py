# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of an application (申请样例): every control, the summary of answers, the task list. Pure."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from forms import Option
from kit.text import Text
from web.fields import FieldView, ShownProblem

NOW = datetime(2026, 11, 23, 3, 7, tzinfo=UTC)


def t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


def some(**facts: Any) -> SimpleNamespace:
    return SimpleNamespace(**facts)


def view(name: str, kind: str, label: Text, **facts: Any) -> FieldView:
    told: dict[str, Any] = {
        "hint": None,
        "required": True,
        "value": "",
        "options": (),
        "problem": None,
        "unit": None,
        "max_length": None,
        "autocomplete": None,
        "inputmode": None,
    }
    return FieldView(name=name, kind=kind, label=label, **{**told, **facts})


SHOP = t("个体工商户设立登记", "Registration of a sole trader")
APPLICATION = some(id="01JD", title=SHOP, started_at=NOW, correction=False, corrections=[])
CORRECTIONS = [
    some(
        label=t("经营场所", "Business premises"),
        reason="门牌号缺少单元，请补充完整",
        clause=t("实施细则第18条", "Detailed Rules art. 18"),
    ),
    some(label=t("字号", "Trade name"), reason="“国家级”不能用作字号，请另取一个", clause=None),
]
OPTIONS = (
    Option(
        value="food", label=t("小吃店、快餐店", "Snack bar, fast food"), hint=t("需要食品经营许可", "Needs a permit")
    ),
    Option(value="hair", label=t("理发、美容", "Hairdressing and beauty")),
    Option(value="shop", label=t("日用百货零售", "Retail of everyday goods")),
)
PERSON = [
    view("people-0-name", "text", t("姓名", "Name"), value="王样例"),
    view(
        "people-0-id",
        "id_number",
        t("身份证号码", "Identity number"),
        problem="身份证号码的最后一位不对，请对照证件检查",
    ),
    view(
        "people-0-amount",
        "money",
        t("认缴出资额", "Subscribed capital"),
        unit=t("万元", "10,000 yuan"),
        inputmode="decimal",
    ),
]
FIELDS = [
    view("name", "text", t("字号", "Trade name"), hint=t("两个字以上的汉字", "Two characters or more"), max_length=20),
    view("trade", "choice", t("主要做什么生意", "What the business does"), options=OPTIONS, value="food"),
    view("extras", "choices", t("还做什么", "What else it does"), options=OPTIONS, value=["hair"]),
    view("story", "longtext", t("其他说明", "Anything else"), required=False),
    view("capital", "money", t("资金数额", "Funds"), unit=t("万元", "10,000 yuan"), value="5", inputmode="decimal"),
    view("staff", "whole", t("从业人数", "Number of staff"), unit=t("人", "people"), inputmode="numeric"),
    view("since", "date", t("开业日期", "Opening day"), problem="请填写开业日期"),
    view("phone", "phone", t("联系电话", "Telephone"), autocomplete="tel", inputmode="tel", value="13800000001"),
    view("mail", "email", t("电子邮箱", "E-mail"), required=False, autocomplete="email"),
    view("truth", "tick", t("以上内容属实", "The above is true"), problem="请勾选后继续"),
    view(
        "people",
        "people",
        t("股东", "Shareholders"),
        rows=[PERSON],
        row_title=t("股东", "Shareholder"),
        add_name="add-people",
        can_add=True,
        can_remove=True,
    ),
]
PROBLEMS = [
    ShownProblem("since", "请填写开业日期"),
    ShownProblem("people-0-id", "身份证号码的最后一位不对，请对照证件检查"),
    ShownProblem("truth", "请勾选后继续"),
]
ONE = FIELDS[1:2]
SECTIONS = [
    some(
        title=t("经营者", "Operator"),
        href="/apply/01JD/form/operator?review=1",
        page="operator",
        rows=[
            some(label=t("姓名", "Name"), value="王样例"),
            some(label=t("身份证号码", "Identity number"), value="320113199001010012"),
            some(label=t("住址", "Home address"), value="江苏省南京市栖霞区仙林街道样例路 1 号 3 幢 2 单元 101 室"),
        ],
    ),
    some(
        title=t("字号与经营", "Name and trade"),
        href="/apply/01JD/form/name",
        page="name",
        rows=[
            some(label=t("名称", "Name"), value="南京市栖霞区样例小吃店（个体工商户）"),
            some(label=t("经营范围", "Scope of business"), value="餐饮服务；食品销售；外卖递送服务"),
            some(label=t("备注", "Remarks"), value=""),
        ],
    ),
]
TEXTS = [
    some(title="有限责任公司设立登记申请书", href="/apply/01JD/read/application", code="application"),
    some(title="南京栖云样例科技有限公司章程", href="/apply/01JD/read/company-articles", code="company-articles"),
]
ARTICLES = some(
    title="南京栖云样例科技有限公司章程",
    blocks=[
        some(kind="heading", text="第一章 总则"),
        some(kind="paragraph", text="第一条 为规范公司的组织和行为，依据《中华人民共和国公司法》制定本章程。"),
        some(kind="signature", text="全体股东签名：林清和、陈其美"),
    ],
)
TASKS = [
    some(title=t("经营者", "Operator"), hint=None, href="/apply/01JD/form/operator", state="done"),
    some(title=t("字号与经营范围", "Name and scope"), hint=None, href="/apply/01JD/form/name", state="done"),
    some(title=t("经营场所", "Premises"), hint=t("门牌号写到室", "Down to the room"), href="/a", state="todo"),
    some(
        title=t("拍摄身份证，核对识读的信息", "Photograph the card and check what was read"),
        hint=None,
        href="/b",
        state="todo",
    ),
    some(
        title=t("证明是您本人", "Prove it is you"),
        hint=t("拍好证件后进行", "After the card"),
        href=None,
        state="waiting",
    ),
    some(title=t("核对、签名并提交", "Check, sign, submit"), hint=None, href=None, state="waiting"),
]
MATERIAL = {
    "application": APPLICATION,
    "field": some(name="layout", label=t("布局图", "Layout"), hint=t("手绘也可以", "A drawing will do")),
    "files": [some(sha256="ab" * 32, name="布局图.jpg", shown_size="182 kB")],
    "can_add": True,
    "review": False,
    "back": "/apply/01JD/form/safety",
}
MATERIALS: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("material", "apply/material.html", "applicant", MATERIAL),
    (
        "material-wrong",
        "apply/material.html",
        "applicant",
        {**MATERIAL, "files": [], "problems": [ShownProblem("file", "请先选择文件")], "review": True},
    ),
    ("material-full", "apply/material.html", "applicant", {**MATERIAL, "can_add": False}),
]
TASK_LIST = {"application": APPLICATION, "tasks": TASKS, "offers": [], "renewal": None, "may_take_back": True}
SOURCES = [some(label=t("单位名称", "Name"), source=t("营业执照 QX-2026-000001", "licence QX-2026-000001"))]
ALONE = {"sources": SOURCES, "marks": "trade=0123456789ab", "others": [], "here": "/apply/01JD/form/trade"}
BESIDE_OTHERS = {
    **ALONE,
    "sources": [],
    "others": [some(label=t("股东 2 · 姓名", "Shareholder 2 · Name"), theirs="陈其美", mine="")],
}
