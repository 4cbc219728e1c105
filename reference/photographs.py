# SPDX-License-Identifier: Apache-2.0
"""Photographs (参考照片): real public-domain portraits for demonstration and tests, fetched once, never committed.

They lie in the source archive of the face_recognition library (US government works). Checked by hash. I/O: the
package index through its ordinary client; a cache folder of the user.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image

ARCHIVE_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
PACKAGE = "face_recognition==1.3.0"
INSIDE = "face_recognition-1.3.0/tests/test_images/"
FILES = {
    "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
}
# Cut as a card and a camera show a face: left, top, right, bottom in pixels of the photograph.
CUTS = {
    "portrait.jpg": ("obama.jpg", (215, 0, 751, 589)),
    "live.jpg": ("obama3.jpg", (312, 50, 1275, 772)),
    "other.jpg": ("biden.jpg", (130, 60, 930, 660)),
}
DOWNLOAD = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE)


class PhotographsUnavailable(Exception):
    """The archive could not be fetched, or is not the one that was expected."""


@dataclass(frozen=True, slots=True)
class Photographs:
    """Three photographs of one person and one of another. Paths to JPEG files.

    Drawn on a card, `accept_portrait` is near enough to `accept_live` for the machine (0.35); on a card with
    `person_portrait` a person decides (0.42); `other` is another person (0.83). Limits: `identity.checks.Bands`.
    """

    accept_portrait: Path
    accept_live: Path
    person_portrait: Path
    other: Path


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bujianmian" / "photographs-2"


def ways_to_pip() -> list[list[str]]:
    """How each pip that may be at hand is called: the environments that uv makes have none of their own."""
    ways = [[sys.executable, "-m"], ["python3", "-m"]]
    uv = shutil.which("uv") or (".tools/bin/uv" if Path(".tools/bin/uv").exists() else None)
    if uv:
        own = [str(Path(uv).resolve()), "run", "--no-project", "--with", "pip", "--with", "setuptools", "python", "-m"]
        ways.insert(1, own)
    return ways


def fetch(folder: Path | None = None, ways: Sequence[Sequence[str]] | None = None) -> Photographs:
    """From the folder (the user's cache), else from the package index. Raises PhotographsUnavailable."""
    folder = folder or cache_folder()
    if not all(_is_genuine(folder / name) for name in FILES):
        _fill(folder, ways_to_pip() if ways is None else ways)
    for name, (whole, box) in CUTS.items():
        if not (folder / name).exists():
            with Image.open(folder / whole) as photograph, _replacing(folder / name) as file:
                photograph.convert("RGB").crop(box).save(file, "JPEG", quality=95)
    return Photographs(folder / "portrait.jpg", folder / "live.jpg", folder / "obama2.jpg", folder / "other.jpg")


def _is_genuine(photograph: Path) -> bool:
    return photograph.exists() and hashlib.sha256(photograph.read_bytes()).hexdigest() == FILES[photograph.name]


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears whole or not at all: two runs may fetch at the same time."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        yield file
    Path(file.name).replace(path)


def _fill(folder: Path, ways: Sequence[Sequence[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        archive = _download(Path(work), ways, folder)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != ARCHIVE_SHA256:
            raise PhotographsUnavailable(f"The archive of {PACKAGE} is not the expected one: sha256 {digest}.")
        with tarfile.open(archive) as tar:
            for name in FILES:
                tar.extract(INSIDE + name, work, filter="data")
                with _replacing(folder / name) as file:
                    file.write((Path(work) / INSIDE / name).read_bytes())


def _download(work: Path, ways: Sequence[Sequence[str]], folder: Path) -> Path:
    told = ""
    for way in ways:
        try:
            done = subprocess.run(  # noqa: S603
                [*way, *DOWNLOAD], cwd=work, capture_output=True, text=True, timeout=180, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            told = str(error)
            continue
        archives = list(work.glob("*.tar.gz"))
        if done.returncode == 0 and archives:
            return archives[0]
        told = done.stderr.strip()[-300:]
    raise PhotographsUnavailable(
        f"The reference photographs could not be fetched ({told}). Connect to a package index and try again, or put "
        f"{', '.join(FILES)} from {INSIDE} of the source archive of {PACKAGE} into {folder}."
    )


if __name__ == "__main__":
    sys.stdout.write(f"{fetch()}\n")
