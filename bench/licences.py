# SPDX-License-Identifier: Apache-2.0
"""Bench of the licences (证照测速): what drawing, sealing and checking one licence cost. I/O: temporary files.

python -m bench.licences [--runs 30]

The baseline, the library's stock signer with its trial signature, runs in turn with ours in the same process.
"""

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle

from kit import clock
from licences import (
    Copy,
    FileSigner,
    Issuer,
    Licence,
    Status,
    Store,
    Template,
    fictitious_codes,
    make_demonstration_authority,
    prepare_typeface,
    render,
)
from licences.checking import signature_fault
from licences.ornament import seal_drawing
from licences.signing import FIELD, SIGNER

REGISTRAR, URL = "南京市栖霞区行政审批局", "http://127.0.0.1:8000"
SCOPE = "一般项目：食品销售（仅销售预包装食品）；通讯设备修理（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"


def a_licence() -> Licence:
    return Licence(
        number="QX-2026-000001",
        credit_code=fictitious_codes(Template.SOLE_TRADER, 1000, 1)[0],
        application_id="bench",
        verification_id="abcdefghijkmnpqrstuvwxyz23",
        item_code="sole-trader",
        template=Template.SOLE_TRADER,
        title="营业执照",
        holder_code="",
        name="南京市栖霞区林清和小吃店",
        holder="林清和",
        entity_type="个体工商户",
        form_of_organisation="个人经营",
        capital="",
        premises="南京市栖霞区仙林街道文苑路118号3幢201室",
        scope=SCOPE,
        registrar=REGISTRAR,
        established_on=date(2026, 11, 23),
        status=Status.RESERVED,
    )


def stock_signing(folder: Path, pdf: bytes, box: tuple[float, float, float, float]) -> Callable[[], object]:
    """The same seal on the same page as the library does it by itself: key checked anew, trial signature first."""
    seal = folder / "seal.pdf"
    seal.write_bytes(seal_drawing(REGISTRAR))
    stock = SimpleSigner.load(str(folder / SIGNER.replace(".pem", ".key")), str(folder / SIGNER))
    whole = (round(box[0]), round(box[1]), round(box[2]), round(box[3]))

    def sign() -> bytes:
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        style = StaticStampStyle.from_pdf_file(str(seal), border_width=0, background_opacity=1.0)
        signer = PdfSigner(metadata, stock, stamp_style=style, new_field_spec=SigFieldSpec(FIELD, box=whole))
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))).getvalue())

    return sign


def measured(steps: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Milliseconds of each step; all steps take turns, so that a busy moment falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for run in range(runs + 2):  # two rounds to warm up
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if run >= 2:
                taken[name].append((time.perf_counter() - began) * 1000)
    return taken


def tables(runs: int = 30) -> str:
    """The table in Markdown: median and 95th percentile of `runs` rounds in milliseconds, sizes in bytes."""
    prepare_typeface()
    with tempfile.TemporaryDirectory() as folder:
        return _table(Path(folder), runs)


def _table(folder: Path, runs: int) -> str:
    make_demonstration_authority(folder, REGISTRAR, clock.now())
    signer = FileSigner(folder)
    issuer = Issuer(Store(folder / "documents"), signer, URL)
    licence = a_licence()
    drawn = {copy: render(licence, copy, URL) for copy in Copy}
    original = drawn[Copy.ORIGINAL]
    signed = {copy: signer.sign(page.pdf, seal_drawing(REGISTRAR), page.seal) for copy, page in drawn.items()}
    assert signature_fault(signed[Copy.ORIGINAL], signer.trust) is None
    taken = measured(
        {
            "render, one copy": lambda: render(licence, Copy.ORIGINAL, URL),
            "sign, one copy": lambda: signer.sign(original.pdf, seal_drawing(REGISTRAR), original.seal),
            "sign, stock signer (baseline)": stock_signing(folder, original.pdf, original.seal),
            "both copies: render, sign, store": lambda: issuer.produce(licence),
            "verify the signature, strictly": lambda: signature_fault(signed[Copy.ORIGINAL], signer.trust),
        },
        runs,
    )
    rows = ["| step | median ms | p95 ms |", "|---|---|---|"]
    for name, times in taken.items():
        rows.append(f"| {name} | {statistics.median(times):.1f} | {statistics.quantiles(times, n=20)[-1]:.1f} |")
    ours, stock = (statistics.median(taken[n]) for n in ("sign, one copy", "sign, stock signer (baseline)"))
    rows.append(f"| stock signer ÷ ours | {stock / ours:.2f} | |")
    for copy in Copy:
        rows.append(f"| bytes, {copy}: unsigned, signed | {len(drawn[copy].pdf):,} | {len(signed[copy]):,} |")
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="What one licence costs.")
    parser.add_argument("--runs", type=int, default=30)
    print(tables(parser.parse_args().runs))


if __name__ == "__main__":
    main()
