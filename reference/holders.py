# SPDX-License-Identifier: Apache-2.0
"""Holders (样例持证人): fictitious people for sample cards, any number of them. Pure: the same seed, the same person.

Numbers are of no existing area (999999) with a right check digit; places and offices do not exist.
"""

import random
from datetime import date, timedelta

from reference.idcard import Holder

_SURNAMES = "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 马 朱 胡 郭 何 高 林 罗 欧阳 司马 诸葛"
_GIVEN = "样例 示范 一凡 梓涵 思远 建国 晓燕 雨桐 海峰 丽娜 志强 子轩 欣怡 明 芳 静 鹏 国华 秀英 文博"
_NATIONS = "汉 汉 汉 汉 回 满 蒙古 维吾尔 壮 苗 土家 藏 彝 朝鲜 哈萨克"
SURNAMES, GIVEN, NATIONS = _SURNAMES.split(), _GIVEN.split(), _NATIONS.split()
PLACES = ["样例省示范市试验区", "示范省样例市虚构县", "虚构自治区样例市示范区", "样例市试验区"]
ROADS = ["范例路", "样本大街", "示范巷", "试验东路", "虚构新村", "样例镇示范村"]
POLICE = ["样例市公安局示范分局", "虚构县公安局", "示范市公安局试验区分局", "样例市公安局"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def holder(seed: int) -> Holder:
    """One person, with a card that was issued in the last years."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    sex = chance.choice("男女")
    born = date(1955, 1, 1) + timedelta(days=chance.randrange(365 * 48))
    serial = chance.randrange(0, 99) * 10 + chance.choice([1, 3, 5, 7, 9] if sex == "男" else [0, 2, 4, 6, 8])
    begins = date(2012 + chance.randrange(12), 1 + chance.randrange(12), 1 + chance.randrange(28))
    years = chance.choice([10, 20, None])
    home = f"{chance.choice(PLACES)}{chance.choice(ROADS)}{chance.randrange(1, 999)}号"
    if chance.random() < 0.8:
        home += f"{chance.randrange(1, 30)}幢{chance.randrange(101, 2802)}室"
    return Holder(
        name=chance.choice(SURNAMES) + chance.choice(GIVEN),
        number=checked(f"999999{born:%Y%m%d}{serial:03d}"),
        address=home,
        sex=sex,
        nation=chance.choice(NATIONS),
        authority=chance.choice(POLICE),
        valid_from=f"{begins:%Y.%m.%d}",
        valid_until=f"{begins.replace(year=begins.year + years):%Y.%m.%d}" if years else "长期",
    )


def checked(first17: str) -> str:
    """With the check digit of GB 11643."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True))
    return first17 + "10X98765432"[total % 11]
