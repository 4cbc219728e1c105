# SPDX-License-Identifier: Apache-2.0
import inspect
import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from licences import Unprintable
from notices import Kind, declaration
from notices.document import Drawn, render
from notices.sheet import HEIGHT, WIDTH
from tests.notices.conftest import REGISTRAR, REMEDIES, REVIEW, some_facts, text_of

needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="no pdftotext: `apt-get install poppler-utils`"
)
DAY = date(2026, 11, 23)
NUMBER = "栖审样〔2026〕000007号"
BETWEEN_PAGES = re.compile("样例SAMPLE样例·不具有法律效力·SAMPLEWITHOUTLEGALEFFECT第\\d+页共\\d+页")


def drawn(kind: Kind, **changed: Any) -> Drawn:
    return render(declaration(kind), NUMBER, some_facts(kind, **changed), REGISTRAR, DAY, REMEDIES)


def pages_of(pdf: bytes) -> int:
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def defects(count: int) -> list[dict[str, str]]:
    return [
        {"label": f"材料{n:03d}项", "reason": f"缺少签名{n:03d}号", "clause": f"细则{n:03d}条"} for n in range(count)
    ]


@needs_poppler
@pytest.mark.parametrize("kind", list(Kind))
def test_every_document_says_title_number_facts_and_clauses_and_that_it_is_a_sample(kind: Kind, tmp_path: Path) -> None:
    text = text_of(drawn(kind).pdf, tmp_path)
    declared, facts = declaration(kind), some_facts(kind)
    for words in (declared.title.zh, NUMBER, declared.basis, REGISTRAR, "2026年11月23日", "样例SAMPLE"):
        assert "".join(words.split()) in text
    for name, value in facts.items():
        for said in [value] if name != declared.table else [cell for row in value for cell in row.values()]:
            assert "".join(str(said).split()) in text


@needs_poppler
@pytest.mark.parametrize("kind", list(Kind))
def test_review_and_court_stand_where_the_law_wants_them_and_nowhere_else(kind: Kind, tmp_path: Path) -> None:
    text = text_of(drawn(kind).pdf, tmp_path)
    rights = ("60日内向南京市栖霞区人民政府申请行政复议", "6个月内依法向样例人民法院提起行政诉讼", REVIEW)
    assert [words in text for words in rights] == [declaration(kind).has_rights] * 3


@needs_poppler
def test_sixty_defects_flow_over_pages_and_none_is_lost(tmp_path: Path) -> None:
    made = drawn(Kind.CORRECTION, defects=defects(60))
    text = text_of(made.pdf, tmp_path)
    assert pages_of(made.pdf) >= 2
    for row in defects(60):
        assert all(cell in text for cell in row.values())


@needs_poppler
@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.CORRECTION])
def test_a_text_longer_than_a_page_goes_on_and_nothing_is_cut_off(kind: Kind, tmp_path: Path) -> None:
    long = "".join(f"事由{n:04d}。" for n in range(600))
    changed = {"reason": long} if kind is Kind.REFUSED else {"defects": [defects(1)[0] | {"reason": long}]}
    made = drawn(kind, **changed)
    text = text_of(made.pdf, tmp_path).replace(defects(1)[0]["clause"], "")  # its cell is read amid the long one
    assert pages_of(made.pdf) >= 2
    assert long in BETWEEN_PAGES.sub("", text)


@needs_poppler
def test_every_page_says_its_place_and_that_it_is_a_sample(tmp_path: Path) -> None:
    made = drawn(Kind.CORRECTION, defects=defects(60))
    path = tmp_path / "pages.pdf"
    path.write_bytes(made.pdf)
    pages = pages_of(made.pdf)
    for page in range(1, pages + 1):
        command = ["pdftotext", "-raw", "-f", str(page), "-l", str(page), str(path), "-"]
        done = subprocess.run(command, capture_output=True, check=True)
        text = "".join(done.stdout.decode().split())
        assert f"第{page}页共{pages}页" in text
        assert "样例SAMPLE" in text
        assert "样例·不具有法律效力" in text


def test_the_mark_cannot_be_left_out() -> None:
    assert set(inspect.signature(render).parameters) == {
        "declared",
        "number",
        "facts",
        "registrar",
        "day",
        "remedies",
    }


@pytest.mark.parametrize("count", [1, *range(10, 40, 3)])
def test_the_seal_lies_on_the_last_page_and_within_it(count: int) -> None:
    made = drawn(Kind.CORRECTION, defects=defects(count))
    left, low, right, high = made.seal
    assert made.page == pages_of(made.pdf) - 1
    assert 0 <= left < right <= WIDTH
    assert 0 <= low < high <= HEIGHT


@pytest.mark.parametrize("kind", list(Kind))
def test_equal_facts_give_equal_bytes(kind: Kind) -> None:
    assert drawn(kind) == drawn(kind)


def test_a_character_without_a_glyph_is_refused() -> None:
    with pytest.raises(Unprintable):
        drawn(Kind.REFUSED, reason="经营场所\U0010fffd")


@needs_poppler
def test_a_reason_written_in_several_lines_is_printed_whole(tmp_path: Path) -> None:
    text = text_of(drawn(Kind.REFUSED, reason="第一行。\r\n\r\n第二行。").pdf, tmp_path)
    assert "第一行。第二行。" in text
    broken = [defects(1)[0] | {"reason": "第一行。\n第二行。"}]
    assert "第一行。第二行。" in text_of(drawn(Kind.CORRECTION, defects=broken).pdf, tmp_path)
