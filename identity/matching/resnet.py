# SPDX-License-Identifier: Apache-2.0
"""ResNet (dlib 网络): dlib's face network, with the bundled weights or those of another file. I/O: model file.

Runs in the workers.
"""

import warnings
from pathlib import Path

import dlib
import numpy as np

from identity.matching.chips import padded_chip
from identity.matching.embedder import Box, Pixels, Vector
from identity.weights import ModelFile, ModelRefused, verified

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from face_recognition.api import face_encoder, face_recognition_model  # the path from which it was loaded

SIDE = 150


class DlibEmbedder:
    """128 numbers, not of unit length, from a 150-px chip: what `face_recognition.face_encodings` gives."""

    size = 128
    is_unit = False

    def __init__(self, file: ModelFile) -> None:
        verified(file)
        self.name, self.sha256 = file.name, file.sha256
        if Path(file.path) == Path(face_recognition_model):
            self._network = face_encoder
            return
        try:
            self._network = dlib.face_recognition_model_v1(file.path)
        except RuntimeError:  # dlib says what it stumbled over, never in words for an operator
            raise ModelRefused(f"{file.path} is not a face network of dlib.") from None

    def chip(self, pixels: Pixels, box: Box) -> Pixels:
        return padded_chip(pixels, box, SIDE)

    def embed(self, chip: Pixels) -> Vector:
        return np.array(self._network.compute_face_descriptor(chip), dtype=np.float64)
