# SPDX-License-Identifier: Apache-2.0
import inspect
import io
import re
import shutil
import subprocess
import zlib
from datetime import date
from pathlib import Path

import cv2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from licences import Copy, DoesNotFit, Template, Unprintable, missing_characters, render
from tests.licences.conftest import SCOPE, a_licence

needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="no pdftotext: `apt-get install poppler-utils`"
)
URL = "http://127.0.0.1:8000"


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "licence.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


@needs_poppler
@pytest.mark.parametrize("copy", list(Copy))
def test_text_copies_out_right_also_rare_characters_and_says_it_is_a_sample(copy: Copy, tmp_path: Path) -> None:
    text = text_of(render(a_licence(), copy, URL).pdf, tmp_path)
    for words in (
        "南京市栖霞区㼆𬭎小吃店",
        "䶮𫖯",
        "92320113MA0010007P",
        "QX-2026-000001",
        "样例·不具有法律效力",
        "样例SAMPLE",
    ):
        assert words in text


@needs_poppler
def test_a_nameless_shop_and_a_company_print_their_own_items(tmp_path: Path) -> None:
    assert "（未使用名称）" in text_of(render(a_licence(name=""), Copy.ORIGINAL, URL).pdf, tmp_path)
    company = a_licence(template=Template.COMPANY, capital="壹佰万元整", entity_type="有限责任公司（自然人投资或控股）")
    text = text_of(render(company, Copy.ORIGINAL, URL).pdf, tmp_path)
    assert "壹佰万元整" in text
    assert "注册资本" in text
    assert "组成形式" not in text


@pytest.mark.parametrize(("copy", "size"), [(Copy.ORIGINAL, (420, 297)), (Copy.DUPLICATE, (297, 210))])
def test_sheets_have_the_prescribed_sizes(copy: Copy, size: tuple[int, int]) -> None:
    page = PdfFileReader(io.BytesIO(render(a_licence(), copy, URL).pdf)).root["/Pages"]["/Kids"][0]
    box = [float(edge) for edge in page["/MediaBox"]]
    assert [round(edge * 25.4 / 72) for edge in box[2:]] == list(size)


def test_equal_licences_give_equal_pages() -> None:
    assert render(a_licence(), Copy.ORIGINAL, URL) == render(a_licence(), Copy.ORIGINAL, URL)


def test_streams_end_on_a_line_of_their_own_and_text_maps_beyond_the_basic_plane() -> None:
    pdf = render(a_licence(name="㼆𬭎䶮𫖯小吃店"), Copy.ORIGINAL, URL).pdf
    assert pdf.count(b"endstream") == pdf.count(b"\nendstream") >= 4
    maps = [zlib.decompress(found) for found in re.findall(rb"stream\r?\n(x.+?)\nendstream", pdf, re.DOTALL)]
    spoken = b"".join(text for text in maps if b"begincmap" in text)
    for character in "𬭎𫖯䶮":
        assert f"<{character.encode('utf-16-be').hex().upper()}>".encode() in spoken


def test_every_font_is_embedded_and_the_file_stays_small(signed: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    fonts = reader.root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    assert fonts
    assert all("/FontFile2" in fonts[name]["/FontDescriptor"] for name in fonts)
    assert len(signed) <= 90_000


@pytest.mark.parametrize("copy", list(Copy))
def test_the_word_sample_stands_in_the_title_and_cannot_be_left_out(copy: Copy) -> None:
    reader = PdfFileReader(io.BytesIO(render(a_licence(), copy, URL).pdf))
    info = reader.trailer["/Info"]
    assert "样例" in info["/Title"]
    assert "样例 SAMPLE" in info["/Keywords"]
    assert set(inspect.signature(render).parameters) == {"licence", "copy", "public_url"}


def test_a_long_scope_shrinks_and_an_endless_one_is_refused() -> None:
    assert render(a_licence(scope=SCOPE * 6), Copy.DUPLICATE, URL).pdf
    with pytest.raises(DoesNotFit):
        render(a_licence(scope=SCOPE * 60), Copy.DUPLICATE, URL)


def test_what_no_glyph_covers_is_never_an_empty_box() -> None:
    with pytest.raises(Unprintable) as refused:
        render(a_licence(name="好吃🍜店"), Copy.ORIGINAL, URL)
    assert refused.value.facts == {"characters": "🍜"}
    assert missing_characters("南京㼆𬭎䶮𫖯龘") == ""


@needs_poppler
def test_the_code_leads_to_the_verification_page(tmp_path: Path) -> None:
    (tmp_path / "licence.pdf").write_bytes(render(a_licence(), Copy.ORIGINAL, URL).pdf)
    subprocess.run(["pdftoppm", "-r", "110", "-png", tmp_path / "licence.pdf", tmp_path / "page"], check=True)
    picture = cv2.imread(str(next(tmp_path.glob("page*.png"))))
    assert picture is not None
    found, points, _straight = cv2.QRCodeDetector().detectAndDecode(picture)
    assert found == f"{URL}/v/abcdefghijkmnpqrstuvwxyz23"
    (left, top), (right, as_high), *_others = points[0]
    assert (left < right, round(top - as_high)) == (
        True,
        0,
    )  # not mirrored: the detector reads those, telephones may not


@needs_poppler
def test_a_permit_says_what_is_permitted_to_whom_and_until_when(tmp_path: Path) -> None:
    permit = {
        "template": Template.PERMIT,
        "title": "食品经营许可证",
        "credit_code": None,
        "valid_to": date(2031, 11, 22),
    }
    licence = a_licence(**permit, holder_code="92320113MA0000015G", scope="主体业态：餐饮服务经营者")
    text = text_of(render(licence, Copy.ORIGINAL, URL).pdf, tmp_path)
    for words in ("食品经营许可证", "92320113MA0000015G", "主体业态：餐饮服务经营者", "2031年11月22日", "样例SAMPLE"):
        assert words in text
    assert "统一社会信用代码" not in text
    assert "营业执照" not in text


@pytest.mark.parametrize(
    "title", ["证", "食品经营许可证", "公众聚集场所投入使用、营业前消防安全检查意见书", "很长" * 14]
)
def test_a_title_of_any_length_stays_on_the_page(title: str) -> None:
    licence = a_licence(template=Template.PERMIT, title=title, credit_code=None, scope="", valid_to=None)
    assert render(licence, Copy.DUPLICATE, URL).pdf.startswith(b"%PDF-")
