# SPDX-License-Identifier: Apache-2.0
"""Films (影片): the frames of every action of one photograph, made once and kept in the cache; films for a browser.

I/O: a cache folder of the user, a process that loads the image libraries so that the caller need not. What is kept is
clean: `lively` gives it the noise of a sensor and the shake of a hand, never the same twice.
"""

import hashlib
import io
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from reference.photographs import cache_folder
from reference.synthesis.acting import RATE, TARGETS, acted

ROOT = Path(__file__).parents[2]
MADE_BY = ("acting.py", "head.py", "films.py")
QUALITY = 85


def films(photograph: bytes) -> dict[str, list[bytes]]:
    """For each action its frames as JPEG, from the cache or made now (about five seconds a photograph).

    Raises subprocess.CalledProcessError when the photograph shows no face.
    """
    folder = cache_folder().parent / "films" / _name(photograph)
    if not (folder / "whole").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(photograph)
            file.flush()
            command = [sys.executable, "-W", "ignore", "-m", "reference.synthesis.films", file.name, str(folder)]
            subprocess.run(command, cwd=ROOT, check=True, timeout=180)  # noqa: S603 (our own programme)
    return {action: [path.read_bytes() for path in sorted(folder.glob(f"{action}-*.jpg"))] for action in TARGETS}


def _name(photograph: bytes) -> str:
    """Of the photograph, and of the programme that makes the films: a changed one makes new films."""
    made_by = b"".join((Path(__file__).parent / name).read_bytes() for name in MADE_BY)
    return hashlib.sha256(photograph + made_by).hexdigest()[:24]


def make(photograph: bytes, folder: Path) -> None:
    """Every action into the folder; the file "whole" comes last."""
    from reference.synthesis.head import Head

    head = Head(photograph)
    for place, action in enumerate(TARGETS):
        for index, pose in enumerate(acted(action, place, reach=head.reach(action))):
            (folder / f"{action}-{index:02d}.jpg").write_bytes(jpeg(head.show(pose), 93))
    (folder / "whole").touch()


def jpeg(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", quality: int = QUALITY) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def lively(
    frames: Sequence[bytes], chance: random.Random, size: tuple[int, int] | None = None, noise: float = 2.0
) -> list[bytes]:
    """The frames as a sensor sees them in this moment, in a hand that is never the same."""
    grain = np.random.default_rng(chance.getrandbits(32))
    bank = grain.standard_normal((700, 560, 3), np.float32) * np.float32(noise)
    taken = []
    for data in frames:
        image: Image.Image = Image.open(io.BytesIO(data))
        if size:
            image = image.resize(size)
        shaken = np.roll(np.asarray(image), (chance.randint(-2, 2), chance.randint(-2, 2)), (0, 1))
        down, across = chance.randint(0, 700 - image.height), chance.randint(0, 560 - image.width)
        lit = (
            shaken * np.float32(chance.uniform(0.985, 1.015))
            + bank[down : down + image.height, across : across + image.width]
        )
        taken.append(jpeg(np.clip(lit, 0, 255).astype(np.uint8)))
    return taken


def write_mjpeg(frames: Iterable[bytes], path: Path) -> Path:
    """A film that Chromium plays as a camera: JPEG after JPEG."""
    path.write_bytes(b"".join(frames))
    return path


def write_y4m(frames: Iterable[bytes], path: Path, rate: int = RATE) -> Path:
    """The same without compression, for programmes that read no JPEG."""
    with path.open("wb") as film:
        for index, data in enumerate(frames):
            image = Image.open(io.BytesIO(data)).convert("YCbCr")
            if index == 0:
                film.write(f"YUV4MPEG2 W{image.width} H{image.height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
            light, blue, red = image.split()
            half = (image.width // 2, image.height // 2)
            film.write(b"FRAME\n" + b"".join(part.tobytes() for part in (light, blue.resize(half), red.resize(half))))
    return path


if __name__ == "__main__":
    make(Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]))
