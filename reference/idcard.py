# SPDX-License-Identifier: Apache-2.0
"""ID card (样例身份证): both sides of a drawn card for demonstration, tests and benchmarks. Pure.

Our own drawing with the proportions of a card (85.6 × 54 mm), marked 样本 SAMPLE, of a fictitious holder with a number
of no existing area (999999). A rosette of our own stands where the emblem would be.
"""

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = (1600, 1010)
PORTRAIT = (1030, 120, 1480, 700)  # left, top, right, bottom
INK, BLUE, PAPER, MARK, RED = (32, 34, 38), (58, 96, 140), (236, 240, 238), (214, 222, 226), (176, 48, 40)
DESK = (116, 98, 82)
A_LINE = 11  # characters of the address on one line
ROSETTE = (230, 250)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it pretends to be; `valid_until` is a day like 2039.03.11 or 长期."""

    name: str
    number: str
    address: str
    sex: str = "男"
    nation: str = "汉"
    authority: str = "样例市公安局示范分局"
    valid_from: str = "2019.03.12"
    valid_until: str = "2039.03.12"


def draw(photograph: bytes, holder: Holder) -> bytes:
    """The portrait side as a phone photographs it: the card on a desk. JPEG."""
    return _on_desk(portrait_side(photograph, holder))


def draw_emblem(holder: Holder) -> bytes:
    """The other side in the same way."""
    return _on_desk(emblem_side(holder))


def portrait_side(photograph: bytes, holder: Holder) -> Image.Image:
    """The flat side with the photograph, alone."""
    card = _paper("样例 SAMPLE 样例")
    left, top, right, bottom = PORTRAIT
    face = ImageOps.fit(
        Image.open(io.BytesIO(photograph)).convert("RGB"), (right - left, bottom - top), centering=(0.5, 0.15)
    )
    card.paste(face, (left, top))
    pen = ImageDraw.Draw(card)
    number = holder.number
    born = ((number[6:10], 0), (str(int(number[10:12])), 190), (str(int(number[12:14])), 330))
    _label(pen, 110, 112, "姓 名")
    pen.text((280, 98), holder.name, font=_font(62), fill=INK)
    _label(pen, 110, 226, "性 别")
    pen.text((280, 220), holder.sex, font=_font(52), fill=INK)
    _label(pen, 430, 226, "民 族")
    pen.text((590, 220), holder.nation, font=_font(52), fill=INK)
    _label(pen, 110, 340, "出 生")
    for (value, x), word in zip(born, ("年", "月", "日"), strict=True):
        pen.text((280 + x, 334), value, font=_font(52), fill=INK)
        _label(pen, 280 + x + (130 if word == "年" else 72), 340, word)
    _label(pen, 110, 456, "住 址")
    for line in range(0, len(holder.address), A_LINE):
        pen.text((280, 450 + line // A_LINE * 76), holder.address[line : line + A_LINE], font=_font(52), fill=INK)
    _label(pen, 110, 852, "公民身份号码")
    for place, digit in enumerate(number):
        pen.text((500 + 51 * place, 838), digit, font=_font(64), fill=INK)
    pen.text((1130, 930), "样本 · 非真实证件", font=_font(40), fill=RED)
    return card


def emblem_side(holder: Holder) -> Image.Image:
    """The flat side with issuing authority and validity, alone."""
    card = _paper("样本 SAMPLE")
    pen = ImageDraw.Draw(card)
    _rosette(pen)
    pen.text((520, 120), "中华人民共和国", font=_font(110), fill=INK)
    pen.text((500, 290), "居 民 身 份 证", font=_font(130), fill=INK)
    for y, label, value in (
        (710, "签发机关", holder.authority),
        (840, "有效期限", f"{holder.valid_from}-{holder.valid_until}"),
    ):
        pen.text((400, y), label, font=_font(50), fill=INK)
        pen.text((650, y - 2), value, font=_font(54), fill=INK)
    pen.text((1130, 930), "样本 · 非真实证件", font=_font(40), fill=RED)
    return card


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files("pylopdf_fonts_zh_cn")) + "/NotoSansSC-Regular.otf", size)


def _label(pen: ImageDraw.ImageDraw, x: int, y: int, words: str) -> None:
    pen.text((x, y), words, font=_font(44), fill=BLUE)


def _paper(mark: str) -> Image.Image:
    """Fine lines and a mark across, as on anything that is not to be copied."""
    card = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(card)
    for row in range(0, SIZE[1] + 60, 14):
        wave = [(x, row + 18 * math.sin(x / 130 + row / 70)) for x in range(0, SIZE[0] + 20, 20)]
        pen.line(wave, fill=(226, 234, 232), width=2)
    drawn = Image.new("RGBA", (1500, 260), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).text((0, 0), mark, font=_font(170), fill=(*MARK, 255))
    turned = drawn.rotate(18, expand=True)
    card.paste(turned, (-40, 240), turned)
    return card


def _rosette(pen: ImageDraw.ImageDraw) -> None:
    x, y = ROSETTE
    pen.ellipse((x - 130, y - 130, x + 130, y + 130), outline=RED, width=14)
    for petal in range(12):
        turn = petal * math.pi / 6
        inner = [(x + 40 * math.cos(turn + side), y + 40 * math.sin(turn + side)) for side in (-0.3, 0.3)]
        pen.polygon([*inner, (x + 105 * math.cos(turn), y + 105 * math.sin(turn))], fill=(200, 150, 60))
    pen.ellipse((x - 40, y - 40, x + 40, y + 40), fill=RED)


def _on_desk(card: Image.Image) -> bytes:
    desk = Image.new("RGB", (1840, 1260), DESK)
    shadow = Image.new("L", desk.size, 0)
    ImageDraw.Draw(shadow).rounded_rectangle((130, 140, 1736, 1156), 50, fill=150)
    desk.paste((58, 48, 40), (0, 0), shadow.filter(ImageFilter.GaussianBlur(18)))
    corners = Image.new("L", SIZE, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, SIZE[0] - 1, SIZE[1] - 1), 48, fill=255)
    desk.paste(card, (120, 125), corners)
    out = io.BytesIO()
    desk.rotate(1.2, resample=Image.Resampling.BICUBIC, fillcolor=DESK).save(out, "JPEG", quality=88)
    return out.getvalue()
