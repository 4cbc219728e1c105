# SPDX-License-Identifier: Apache-2.0
"""Faces (照面事项): what stands on each kind of licence, in the words of its rules. Pure.

Business licences: 市场主体登记管理条例实施细则第23条. Permits: what was granted, to whom, where and for how long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from licences.licence import Licence, Template

Place = tuple[str, str, int]
"""A label, its value, and how many lines of the page it may take."""
NO_NAME = "（未使用名称）"
YEARLY_REPORT = "每年 1 月 1 日至 6 月 30 日报送年度报告（企业信息公示暂行条例）"
RENEWAL = "需要延续的，请在有效期届满三十日前提出申请（行政许可法第50条）"


@dataclass(frozen=True, slots=True)
class Face:
    """`head`: the number that people look for first. `office`: what the issuing body is called."""

    title: str
    head: tuple[str, str]
    left: tuple[Place, ...]
    right: tuple[Place, ...]
    office: str
    foot: str

    def words(self) -> Iterator[str]:
        """Everything on it that must be printable."""
        yield self.title
        for label, value, _rows in (*self.left, *self.right):
            yield label + value


def face_of(licence: Licence) -> Face:
    match licence.template:
        case Template.PERMIT:
            return _permit(licence)
        case Template.SOLE_TRADER:
            return _sole_trader(licence)
        case _:
            return _enterprise(licence, *_WORDS[Template(licence.template)])


def _day(day: date) -> str:
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


# What the person in charge, the capital and the premises are called on the licence of each kind.
_WORDS = {
    Template.COMPANY: ("法定代表人", "注册资本", "住所"),
    Template.SOLE_PROPRIETORSHIP: ("投资人", "出资额", "住所"),
    Template.PARTNERSHIP: ("执行事务合伙人", "出资额", "主要经营场所"),
    Template.COOPERATIVE: ("法定代表人", "成员出资总额", "住所"),
    Template.BRANCH: ("负责人", "", "经营场所"),
}


def _enterprise(licence: Licence, holder: str, capital: str, premises: str) -> Face:
    left = (
        ("名称", licence.name or NO_NAME, 2),
        ("类型", licence.entity_type, 2),
        (holder, licence.holder, 2 if licence.template == Template.PARTNERSHIP else 1),
        ("经营范围", licence.scope, 7),
    )
    day = _day(licence.established_on)
    money = ((capital, licence.capital, 2),) if capital else ()
    return _business(licence, left, (*money, ("成立日期", day, 1), (premises, licence.premises, 3)))


def _sole_trader(licence: Licence) -> Face:
    left = (
        ("名称", licence.name or NO_NAME, 2),
        ("类型", licence.entity_type, 1),
        ("经营者", licence.holder, 1),
        ("经营范围", licence.scope, 7),
    )
    day = _day(licence.established_on)
    right = (("组成形式", licence.form_of_organisation, 1), ("注册日期", day, 1), ("经营场所", licence.premises, 3))
    return _business(licence, left, right)


def _business(licence: Licence, left: tuple[Place, ...], right: tuple[Place, ...]) -> Face:
    head = ("统一社会信用代码", licence.credit_code or "")
    return Face(licence.title, head, left, right, "登记机关", YEARLY_REPORT)


def _permit(licence: Licence) -> Face:
    left = [("单位名称", licence.name, 2), ("负责人", licence.holder, 1), ("许可内容", licence.scope, 8)]
    if licence.holder_code:
        left.insert(1, ("信用代码", licence.holder_code, 1))
    right = [("发证日期", _day(licence.established_on), 1), ("地址", licence.premises, 3)]
    foot = ""
    if licence.valid_to is not None:
        right.insert(1, ("有效期至", _day(licence.valid_to), 1))
        foot = RENEWAL
    return Face(licence.title, ("许可证编号", licence.number), tuple(left), tuple(right), "发证机关", foot)
