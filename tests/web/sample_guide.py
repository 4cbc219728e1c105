# SPDX-License-Identifier: Apache-2.0
"""Sample contexts of the guide (指南样例): items before they are begun, plans, answers to a search. Pure."""

from typing import Any

from tests.web.sample_apply import SHOP, some, t

STEP = {
    "code": "sole-trader",
    "title": SHOP,
    "summary": t("一个人或一家人开店", "For one person or family"),
    "kind": "registration",
    "minutes": 8,
    "days": 3,
    "is_deadline_unsure": False,
    "fee": t("不收费", "Free"),
    "on_site": False,
    "hearing": False,
}
PERMIT = {
    **STEP,
    "code": "food-service",
    "title": t("食品经营许可", "Food permit"),
    "kind": "permit",
    "days": 10,
    "is_deadline_unsure": True,
    "on_site": True,
    "hearing": True,
}
FILING = {**STEP, "code": "vehicle-repair", "title": t("机动车维修备案", "Garage filing"), "kind": "filing"}
WAY = {
    "steps": [STEP, PERMIT],
    "minutes": 16,
    "days": 13,
    "is_deadline_unsure": True,
    "bring": [t("经营者本人的身份证", "Your identity card"), t("店内布局图", "A drawing of the shop")],
    "fetched": [t("营业执照", "Business licence")],
    "fees": [t("不收费", "Free"), t("按平方米收费", "By the square metre")],
}
PLAN_TILES = [
    {"name": "milk-tea", "title": t("开奶茶店、咖啡店", "A milk tea or coffee shop"), "count": 2},
    {"name": "office-company", "title": t("开公司", "A company"), "count": 1},
]
THEMES = [
    {"name": "registration", "title": t("开办企业", "Starting a business"), "items": [STEP]},
    {"name": "food", "title": t("餐饮与食品", "Food"), "items": [PERMIT, FILING]},
]
ITEM = some(
    code="sole-trader",
    kind="registration",
    title=SHOP,
    summary=t("一个人或一家人开店，办个体工商户执照。", "For one person or family."),
    bring=[t("经营者本人的身份证", "Your identity card"), t("经营场所的地址", "The address of the premises")],
    steps=[t("填写并上传", "Fill in and upload"), t("自动核查", "Automatic checks"), t("下载执照", "Download")],
    minutes=8,
    fee=t("免费", "Free"),
    deadline=t("材料齐全的当场登记", "Registered on the spot"),
    is_deadline_unsure=False,
    deadline_basis=t("条例第19条", "Regulation art. 19"),
    basis=t("促进个体工商户发展条例", "Regulation on sole traders"),
    conditions=[],
    asked=[],
    answered=[],
    fetched=[],
    validity=None,
    on_site=False,
    hearing=False,
    authority="南京市栖霞区行政审批局（样例）",
    needs=[],
    process="registration",
)
FOOD = some(
    **{
        **vars(ITEM),
        "code": "food-service",
        "kind": "permit",
        "title": PERMIT["title"],
        "is_deadline_unsure": True,
        "conditions": [t("有与经营食品相适应的场所", "Fit premises")],
        "asked": [
            some(name=t("设备布局图", "Layout"), required=True),
            some(name=t("检测报告", "Test report"), required=False),
        ],
        "answered": [t("食品安全管理制度承诺", "Promise of rules")],
        "fetched": [t("营业执照", "Business licence"), t("不动产登记", "Title")],
        "validity": t("5 年", "5 years"),
        "on_site": True,
        "hearing": True,
        "authority": t("区卫生健康委员会", "District health commission"),
        "needs": [some(code="sole-trader", title=SHOP), some(code="company", title=t("公司设立", "Company"))],
        "process": "permit-site",
    }
)
FOUND = {"name": "milk-tea", "title": PLAN_TILES[0]["title"], **WAY, "extras": 2}
PLAN = {
    "plan": {"name": "milk-tea", "title": PLAN_TILES[0]["title"]},
    "who": [
        {"as": "person", "said": t("我自己或一家人干", "Myself"), "chosen": True},
        {"as": "company", "said": t("成立公司", "A company"), "chosen": False},
    ],
    "extras": [
        {"item": "drainage", "said": t("污水排入市政管网", "It drains into the sewer"), "ticked": True},
        {"item": "outdoor-advertising", "said": t("设置户外广告", "Outdoor advertising"), "ticked": False},
    ],
    "kept": ["drainage"],
    "together": "sole-trader",
    "way": WAY,
}
ONE = {**WAY, "steps": [STEP], "fetched": [], "is_deadline_unsure": False}
GUIDE_SAMPLES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("item", "items/item.html", "applicant", {"item": ITEM}),
    ("item-permit", "items/item.html", None, {"item": FOOD}),
    (
        "guide",
        "guide/results.html",
        None,
        {"text": "开个奶茶店", "found": [FOUND, {**FOUND, "extras": 0}], "items": [PERMIT], "plans": [], "themes": []},
    ),
    (
        "guide-nothing",
        "guide/results.html",
        None,
        {"text": "<script>", "found": [], "items": [], "plans": PLAN_TILES, "themes": THEMES},
    ),
    ("plan", "guide/plan.html", "applicant", PLAN),
    ("plan-one", "guide/plan.html", None, {**PLAN, "who": [], "extras": [], "way": ONE}),
]
