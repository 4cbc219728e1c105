# SPDX-License-Identifier: Apache-2.0
"""Network (ONNX 网络): a face network from an ONNX file, on the processor. I/O: model file. Runs in the workers.

The file may be in float or quantised to 8 bits; what it wants to be given stands in it: layout and side in the shape of
its input, `mean`, `scale` and `colour` (rgb or bgr) in its metadata, else as most published networks have it.
"""

import warnings
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from identity.matching.chips import FIVE_POINTS_SIDE, five_point_chip
from identity.matching.embedder import Box, Pixels, Vector, as_unit
from identity.weights import ModelFile, ModelRefused, verified

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import onnxruntime

MEAN, SCALE = 127.5, 127.5
CHANNELS = 3
FLOAT, BYTES = "tensor(float)", "tensor(uint8)"


class OnnxEmbedder:
    """A direction (unit length) from a chip aligned by five points."""

    is_unit = True

    def __init__(self, file: ModelFile) -> None:
        verified(file)
        self.name, self.sha256 = file.name, file.sha256
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            read = Path(file.path).read_bytes()
            self._session = onnxruntime.InferenceSession(read, options, providers=["CPUExecutionProvider"])
        except Exception:  # the runtime's own kinds of failure share no ancestor but this
            raise ModelRefused(f"{file.path} is not an ONNX network that can be run here.") from None
        self._given = self._session.get_inputs()[0]
        self._is_channels_first, self._side = self._layout(file)
        self._mean, self._scale, self._is_bgr = self._preparation(file)
        self.size = len(self._run(np.zeros((self._side, self._side, CHANNELS), np.uint8)))

    def chip(self, pixels: Pixels, box: Box) -> Pixels:
        return five_point_chip(pixels, box, self._side)

    def embed(self, chip: Pixels) -> Vector:
        return as_unit(self._run(chip))

    def _run(self, chip: Pixels) -> Vector:
        given = chip[:, :, ::-1] if self._is_bgr else chip
        if self._given.type != BYTES:
            given = ((given.astype(np.float32) - self._mean) / self._scale).astype(np.float32)
        batch = given.transpose(2, 0, 1)[None] if self._is_channels_first else given[None]
        answer = self._session.run(None, {self._given.name: np.ascontiguousarray(batch)})[0]
        return np.asarray(answer, dtype=np.float64).reshape(-1)

    def _layout(self, file: ModelFile) -> tuple[bool, int]:
        """(channels first, side); the batch may be of any size or of one."""
        shape: list[Any] = list(self._given.shape)
        first, last = shape[1:] == [CHANNELS, *shape[2:]], shape[-1:] == [CHANNELS]
        sides = shape[2:] if first else shape[1:3]
        known = [side for side in sides if isinstance(side, int)] or [FIVE_POINTS_SIDE]
        fits = (
            len(shape) == 4
            and first != last
            and len(set(known)) == 1
            and (shape[0] in (1, None) or isinstance(shape[0], str))
        )
        if not fits or self._given.type not in (FLOAT, BYTES) or len(self._session.get_inputs()) != 1:
            raise ModelRefused(f"{file.path} does not take one square RGB picture.")
        return first, known[0]

    def _preparation(self, file: ModelFile) -> tuple[float, float, bool]:
        said = self._session.get_modelmeta().custom_metadata_map
        try:
            mean, scale = float(said.get("mean", MEAN)), float(said.get("scale", SCALE))
        except ValueError:
            mean = scale = 0.0
        if not (isfinite(mean) and isfinite(scale) and scale > 0) or said.get("colour", "rgb") not in ("rgb", "bgr"):
            raise ModelRefused(f"The metadata of {file.path} (mean, scale, colour) cannot be used.")
        return mean, scale, said.get("colour") == "bgr"
