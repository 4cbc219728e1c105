# SPDX-License-Identifier: Apache-2.0
"""Face (人脸比对): the port through which the face on a card is compared with a living one. I/O: processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from identity.checks import Comparison, FaceReading
from identity.liveness.reading import FrameReading
from identity.workers import Workers

MOST_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Portrait:
    """The card's photograph (JPEG written anew), the portrait cut out of it, and what was measured."""

    jpeg: bytes
    crop: bytes
    reading: FaceReading


class FaceMatcher(Protocol):
    """What pages need of a matcher. `model` names the weights that decide."""

    @property
    def model(self) -> str: ...

    def read_portrait(self, data: bytes) -> Portrait:
        """Raises NotAnImage, ImageTooLarge, ImageTruncated, FaceServiceDown."""
        ...

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        """The comparison, and the live frame to keep. Raises as `read_portrait`."""
        ...

    def measure(self, frames: Sequence[bytes]) -> list[FrameReading]:
        """What liveness is judged by. Raises as `read_portrait`."""
        ...

    def close(self) -> None: ...


class DlibMatcher:
    """face_recognition (dlib) in the workers."""

    def __init__(self, workers: Workers) -> None:
        self.workers, self.model = workers, workers.model

    def read_portrait(self, data: bytes) -> Portrait:
        return Portrait(*self.workers.do("workshop:read_portrait", [data]))

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        pictures = [card, *frames[:MOST_FRAMES]]
        answer: tuple[Comparison, bytes | None] = self.workers.do("workshop:compare", pictures, self.model)
        return answer

    def measure(self, frames: Sequence[bytes]) -> list[FrameReading]:
        readings: list[FrameReading] = self.workers.do("liveness.gauge:measure", frames)
        return readings

    def close(self) -> None:
        self.workers.close()
