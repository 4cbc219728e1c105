# SPDX-License-Identifier: Apache-2.0
"""Cohort file (参照人群文件): descriptions of consenting strangers for FACE_COHORT, one photograph a person.

python -m bench.identity_cohort PHOTOS FILE.npz: folders as for bench.identity. Describes with the one model and method
that the settings choose. The file is face data: keep it like the master key. I/O: files, model files.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np

from bench.identity_photographs import photographs_in
from identity.checks import LEAST_FRAME_WIDTH
from identity.matching.cohort import LEAST, write_cohort
from identity.matching.describing import embedded, embedder_of
from identity.weights import ModelFile, choose
from identity.workshop import DETECT_AT, _one_face
from kit.settings import Settings


def strangers(
    folder: Path, model: ModelFile, method: str
) -> tuple["np.ndarray[tuple[int, ...], np.dtype[np.float64]]", int]:
    """A description for each person of whom one photograph passes every gate, and how many had none."""
    embedder, chosen = embedder_of(model), choose(method=method).method
    described: dict[str, object] = {}
    people = photographs_in(folder)
    for photograph in people:
        pixels = photograph.pixels()
        if photograph.person in described or pixels is None:
            continue
        box, reading = _one_face(pixels, LEAST_FRAME_WIDTH, DETECT_AT)
        if box is not None and not reading.faults:
            described[photograph.person] = embedded(embedder, embedder.chip(pixels, box), chosen)
    return np.array(list(described.values()), dtype=np.float64), len({p.person for p in people} - set(described))


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", type=Path)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    settings = Settings()
    choice = choose(settings.face_model, settings.face_model_sha256, settings.face_method)
    if len(choice.models) != 1:
        raise SystemExit("A cohort belongs to one model: name one in FACE_MODEL.")
    held, missing = strangers(asked.photos, choice.models[0], choice.method)
    if len(held) < LEAST:
        raise SystemExit(f"{len(held)} persons could be described; at least {LEAST} are needed.")
    write_cohort(asked.file, held, choice.models[0].sha256, choice.method)
    print(f"{asked.file}: {len(held)} persons; {missing} had no photograph that could be used.")


if __name__ == "__main__":
    main()
