# SPDX-License-Identifier: Apache-2.0
"""Album (图册): a demonstration of its own, and numbered pictures of its pages in both widths."""

import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from demonstration.run import wait_for
from kit import sealing

OUT = Path("docs/screenshots")
# So is what the camera shows; the ring over it is kept. No style sheet: the pages allow none but their own.
UNSEEN = "on => document.querySelectorAll('.camera video').forEach(v => { v.style.visibility = on ? 'hidden' : '' })"
FACES = ".pictures img, .thumb, .drop img"  # photographs of real people are not committed
LONGEST = 2400  # pixels of height: a page is shown, not a scroll


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """A demonstration of its own on free ports."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "main.py", "demo", "--no-run", "--port", str(port), "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, 300)
        sealing.install(bytes.fromhex((folder / "master.key").read_text()))
        yield address
    finally:
        process.terminate()
        process.wait(20)


class Album:
    """Numbered pictures of the page as it is, in both widths."""

    def __init__(self) -> None:
        self._count = 0
        OUT.mkdir(parents=True, exist_ok=True)
        for old in OUT.glob("*.webp"):
            old.unlink()

    def keep(self, page: Page, name: str) -> None:
        self._count += 1
        before = page.viewport_size
        page.evaluate(UNSEEN, True)
        for width, height in ((390, 844), (1366, 768)):
            page.set_viewport_size({"width": width, "height": height})
            png = page.screenshot(
                full_page=True, animations="disabled", mask=[page.locator(FACES)], mask_color="#b9c2c4"
            )
            self._write(png, OUT / f"{self._count:02d}-{name}-{width}.webp")
        page.evaluate(UNSEEN, False)
        if before:
            page.set_viewport_size(before)

    @staticmethod
    def _write(png: bytes, path: Path) -> None:
        image = Image.open(io.BytesIO(png)).convert("RGB")
        image.crop((0, 0, image.width, min(image.height, LONGEST))).save(path, "WEBP", quality=72, method=6)
