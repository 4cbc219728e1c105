# SPDX-License-Identifier: Apache-2.0
"""Images (图像): what was uploaded, decoded within limits and written anew. Runs inside the face worker. Pure.

Only the pixels survive: no metadata, no thumbnail, nothing appended. Every upload is hostile.
"""

import io
import struct
import warnings
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from kit.errors import DomainError

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 24_000_000
MOST_PNG_PIXELS = 12_000_000  # JPEG is decoded at a smaller size, PNG only as a whole: twice as many take a second
LONGEST_SIDE = 2000
MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
TURNS = {  # EXIF 2.3 table 6: where row 0 and column 0 of the stored picture belong
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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
            most = MOST_PNG_PIXELS if file.format == "PNG" else MOST_PIXELS
            if file.width * file.height > most:
                raise ImageTooLarge(limit=most)
            file.draft("RGB", (longest, longest))
            turn = _turn_of(file)
            image = file.convert("RGB")
    except UnidentifiedImageError as error:
        raise NotAnImage() from error
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ImageTruncated() from error
    image.info = {}  # a comment would be written into the new file
    image.thumbnail((longest, longest))
    return image if turn is None else image.transpose(turn)


def _turn_of(file: Image.Image) -> Image.Transpose | None:
    """How the camera was held; a damaged note of it (the parser then raises what it likes) counts as none."""
    try:
        return TURNS.get(file.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, struct.error):
        return None


def written(image: Image.Image, quality: int = 85) -> CleanImage:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return CleanImage(out.getvalue(), image.width, image.height)


def clean(data: bytes) -> CleanImage:
    """The picture, written anew. Raises NotAnImage, ImageTooLarge, ImageTruncated."""
    return written(opened(data))
