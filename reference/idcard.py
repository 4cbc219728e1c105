# SPDX-License-Identifier: Apache-2.0
"""ID card (样例身份证): a drawn card for demonstration and tests, with a given photograph in it. Pure.

Our own drawing, marked 样例 SAMPLE, of a fictitious holder with a number of no existing area (999999). No emblem.
"""

import io
from dataclasses import dataclass
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = (1600, 1010)
PORTRAIT = (1060, 150, 1500, 700)  # left, top, right, bottom
INK, BLUE, PAPER, MARK = (32, 34, 38), (58, 96, 140), (236, 240, 238), (214, 222, 226)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it pretends to be."""

    name: str
    number: str
    address: str
    sex: str = "男"
    nation: str = "汉"


def draw(photograph: bytes, holder: Holder) -> bytes:
    """The portrait side as a phone photographs it: the card on a desk. JPEG."""
    card = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(card)
    for y in range(0, SIZE[1], 14):
        pen.line([(0, y), (SIZE[0], y + 60)], fill=(226, 234, 232), width=2)
    _watermark(card)
    left, top, right, bottom = PORTRAIT
    face = ImageOps.fit(
        Image.open(io.BytesIO(photograph)).convert("RGB"), (right - left, bottom - top), centering=(0.5, 0.15)
    )
    card.paste(face, (left, top))
    _text(pen, holder)
    return _on_desk(card)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files("pylopdf_fonts_zh_cn")) + "/NotoSerifSC-Regular.otf", size)


def _watermark(card: Image.Image) -> None:
    mark = Image.new("RGBA", (1500, 260), (0, 0, 0, 0))
    ImageDraw.Draw(mark).text((0, 0), "样例 SAMPLE 样例", font=_font(180), fill=(*MARK, 255))
    turned = mark.rotate(18, expand=True)
    card.paste(turned, (-40, 240), turned)


def _text(pen: ImageDraw.ImageDraw, holder: Holder) -> None:
    number = holder.number
    born = (number[6:10], str(int(number[10:12])), str(int(number[12:14])))
    rows = [
        (100, [("姓名", holder.name)]),
        (230, [("性别", holder.sex), ("民族", holder.nation)]),
        (360, [("出生", f"{born[0]} 年 {born[1]} 月 {born[2]} 日")]),
        (490, [("住址", holder.address[:13])]),
        (570, [("", holder.address[13:26])]),
    ]
    for y, pairs in rows:
        x = 90
        for label, value in pairs:
            pen.text((x, y), label, font=_font(46), fill=BLUE)
            pen.text((x + 150, y - 6), value, font=_font(58), fill=INK)
            x += 430
    pen.text((90, 830), "公民身份号码", font=_font(46), fill=BLUE)
    pen.text((480, 818), number, font=_font(68), fill=INK)
    pen.text((1130, 920), "样例 · 非真实证件", font=_font(44), fill=(176, 48, 40))


def _on_desk(card: Image.Image) -> bytes:
    desk = Image.new("RGB", (1840, 1260), (116, 98, 82))
    shadow = Image.new("L", desk.size, 0)
    ImageDraw.Draw(shadow).rounded_rectangle((130, 140, 1736, 1156), 50, fill=150)
    desk.paste((58, 48, 40), (0, 0), shadow.filter(ImageFilter.GaussianBlur(18)))
    corners = Image.new("L", SIZE, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, SIZE[0] - 1, SIZE[1] - 1), 48, fill=255)
    desk.paste(card, (120, 125), corners)
    out = io.BytesIO()
    desk.rotate(1.2, resample=Image.Resampling.BICUBIC, fillcolor=(116, 98, 82)).save(out, "JPEG", quality=88)
    return out.getvalue()
