# SPDX-License-Identifier: Apache-2.0
"""An instrument as a PDF: marked as a sample, whole, the same for the same words."""

import io
import shutil
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from catalogue import Item
from instruments import Block, Instrument, render
from tests.instruments.writings import ITEMS, answers_of, item_of, written
from tests.notices.conftest import text_of

needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="no pdftotext: `apt-get install poppler-utils`"
)
SIGNED = "林清和于2026年11月23日以手机验证码签名"
COMPANY = item_of("company")


def articles() -> Instrument:
    return written("company-articles", COMPANY, answers_of(COMPANY))


def pages_of(pdf: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def plain(text: str) -> str:
    return "".join(text.split())


@needs_poppler
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_text_is_printed_with_its_title_its_signature_and_the_mark_of_a_sample(
    item: Item, tmp_path: Path
) -> None:
    for code in item.instruments:
        instrument = written(code, item, answers_of(item))
        text = text_of(render(instrument, SIGNED), tmp_path)
        assert "样例SAMPLE" in text
        assert "样例·不具有法律效力" in text
        assert plain(instrument.title) in text
        assert SIGNED in text
        assert all(plain(block.text) in text for block in instrument.blocks if len(block.text) < 30)


@needs_poppler
def test_what_does_not_fit_goes_on_the_next_page_and_nothing_is_lost(tmp_path: Path) -> None:
    blocks = tuple(Block("paragraph", f"第{n:03d}段内容。") for n in range(120))
    pdf = render(Instrument("x", "样例文书", (Block("heading", "第一章"), *blocks)), SIGNED)
    text = text_of(pdf, tmp_path)
    pages = pages_of(pdf)
    assert pages > 2
    assert all(block.text in text for block in blocks)
    assert all(f"第{page}页共{pages}页" in text for page in range(1, pages + 1))
    assert text.count("样例SAMPLE") >= pages


def test_equal_words_give_equal_bytes_and_other_words_others() -> None:
    assert render(articles(), SIGNED) == render(articles(), SIGNED)
    assert render(articles(), SIGNED) != render(articles(), "陈其美签名")


@needs_poppler
def test_a_character_without_a_glyph_is_printed_as_a_blank_and_holds_nobody_up(tmp_path: Path) -> None:
    rare = "林\U000323af和"
    pdf = render(Instrument("x", f"{rare}章程", (Block("paragraph", f"股东{rare}出资。"),)), f"{rare}签名")
    text = text_of(pdf, tmp_path)
    for said in ("林〓和章程", "股东林〓和出资。", "林〓和签名"):
        assert said in text


@needs_poppler
def test_a_rare_character_that_the_typeface_has_is_printed(tmp_path: Path) -> None:
    text = text_of(render(Instrument("x", "章程", (Block("paragraph", "股东㼆𬭎出资。"),)), SIGNED), tmp_path)
    assert "股东㼆𬭎出资。" in text
