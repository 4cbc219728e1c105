# SPDX-License-Identifier: Apache-2.0
"""Images (图像): what was uploaded, decoded within limits and written anew. Runs inside the face worker. Pure.

Only the pixels survive: no metadata, no thumbnail, nothing appended. Every upload is hostile.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from kit.errors import DomainError

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 2000
MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class NotAnImage(DomainError):
    """Neither JPEG nor PNG, whatever it is called."""


class ImageTooLarge(DomainError):
    """More bytes or pixels than a photograph of a card or a face needs."""


class ImageTruncated(DomainError):
    """The file begins like a picture but does not end like one."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A JPEG of our own making, at most 2000 px on the longer side."""

    jpeg: bytes
    width: int
    height: int


def opened(data: bytes, longest: int = LONGEST_SIDE) -> Image.Image:
    """RGB pixels, upright, scaled down. Raises NotAnImage, ImageTooLarge, ImageTruncated."""
    if len(data) > MOST_BYTES:
        raise ImageTooLarge(limit=MOST_BYTES)
    if not data.startswith(MAGIC):
        raise NotAnImage()
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # importing face_recognition turns this on for the whole process
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
            if file.width * file.height > MOST_PIXELS:
                raise ImageTooLarge(limit=MOST_PIXELS)
            file.draft("RGB", (longest, longest))
            image = ImageOps.exif_transpose(file).convert("RGB")
    except UnidentifiedImageError as error:
        raise NotAnImage() from error
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ImageTruncated() from error
    image.thumbnail((longest, longest))
    return image


def written(image: Image.Image, quality: int = 85) -> CleanImage:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return CleanImage(out.getvalue(), image.width, image.height)


def clean(data: bytes) -> CleanImage:
    """The picture, written anew. Raises NotAnImage, ImageTooLarge, ImageTruncated."""
    return written(opened(data))
