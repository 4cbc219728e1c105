# SPDX-License-Identifier: Apache-2.0
"""Photographs (参考照片): real public-domain portraits for demonstration and tests, fetched once, never committed.

They lie in the source archive of the face_recognition library (US government works). Checked by hash. I/O: the
package index through its ordinary client; a cache folder of the user.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ARCHIVE_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
PACKAGE = "face_recognition==1.3.0"
INSIDE = "face_recognition-1.3.0/tests/test_images/"
FILES = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg")
# Cut as a card and a camera show a face: left, top, right, bottom in pixels of the photograph.
CUTS = {"portrait.jpg": ("obama.jpg", (215, 0, 751, 589)), "live.jpg": ("obama3.jpg", (312, 50, 1275, 772))}
DOWNLOAD = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE)


class PhotographsUnavailable(Exception):
    """The archive could not be fetched, or is not the one that was expected."""


@dataclass(frozen=True, slots=True)
class Photographs:
    """Three photographs of one person and one of another. Paths to JPEG files.

    `accept_portrait` on a card against `accept_live` is near enough for the machine (about 0.33); against `third` a
    person decides (about 0.37 to 0.41); `other` is another person (above 0.7).
    """

    accept_portrait: Path
    accept_live: Path
    third: Path
    other: Path


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bujianmian" / "photographs-2"


def fetch() -> Photographs:
    """From the cache, else from the package index. Raises PhotographsUnavailable."""
    folder = cache_folder()
    if not all((folder / name).exists() for name in (*FILES, *CUTS)):
        _fill(folder)
    return Photographs(folder / "portrait.jpg", folder / "live.jpg", folder / "obama2.jpg", folder / "biden.jpg")


def _fill(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        archive = _download(Path(work))
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != ARCHIVE_SHA256:
            raise PhotographsUnavailable(f"the archive is not the expected one: sha256 {digest}")
        taken = Path(work) / "taken"
        taken.mkdir()
        with tarfile.open(archive) as tar:
            for name in FILES:
                member = tar.extractfile(INSIDE + name)
                if member is None:
                    raise PhotographsUnavailable(f"{name} is not in the archive")
                (taken / name).write_bytes(member.read())
        for name, (whole, box) in CUTS.items():
            Image.open(taken / whole).convert("RGB").crop(box).save(taken / name, quality=95)
        shutil.copytree(taken, folder, dirs_exist_ok=True)


def _download(folder: Path) -> Path:
    """With whichever pip is at hand: the environments that uv makes have none of their own."""
    uv = shutil.which("uv") or (".tools/bin/uv" if Path(".tools/bin/uv").exists() else None)
    ways = [[sys.executable, "-m"], ["python3", "-m"]]
    if uv:
        ways.insert(
            1, [str(Path(uv).resolve()), "run", "--no-project", "--with", "pip", "--with", "setuptools", "python", "-m"]
        )
    told = ""
    for way in ways:
        try:
            done = subprocess.run(  # noqa: S603
                [*way, *DOWNLOAD], cwd=folder, capture_output=True, text=True, timeout=180, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            told = str(error)
            continue
        archives = list(folder.glob("*.tar.gz"))
        if done.returncode == 0 and archives:
            return archives[0]
        told = done.stderr.strip()[-300:]
    raise PhotographsUnavailable(
        f"The reference photographs could not be fetched ({told}). Connect to a package index and try again, or put "
        f"{', '.join(FILES)} of {PACKAGE} into {cache_folder()}."
    )


if __name__ == "__main__":
    sys.stdout.write(f"{fetch()}\n")
