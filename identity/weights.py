# SPDX-License-Identifier: Apache-2.0
"""Weights (模型文件): which files describe faces, and that they are the ones that were meant. I/O: files.

Loads no image library, so that a service with a wrong file stops before anything else begins.
"""

import hashlib
import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

BUNDLED = "bundled"
BUNDLED_NAME = "dlib_face_recognition_resnet_v1"
BUNDLED_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
BUNDLED_FILE = ("face_recognition_models", "models/dlib_face_recognition_resnet_model_v1.dat")
LONGEST_LABEL = 80  # the column that keeps it
SHORT = 12


class ModelRefused(Exception):
    """One sentence for the operator: what is wrong with a file, and which."""


class Method(StrEnum):
    """What is embedded of a picture: its chip, the mean of chip and mirror image, or the mean of moved copies."""

    PLAIN = "plain"
    FLIP = "flip"
    JITTER = "jitter"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that was checked, and what it is called in the evidence."""

    path: str
    sha256: str
    name: str

    @property
    def is_onnx(self) -> bool:
        return self.path.lower().endswith(".onnx")


@dataclass(frozen=True, slots=True)
class Choice:
    """What decides: one model or several, how they are applied, and against which cohorts (one a model, or none)."""

    models: tuple[ModelFile, ...]
    method: Method = Method.PLAIN
    cohorts: tuple[ModelFile, ...] = ()

    @property
    def key(self) -> str:
        """Under which the bands are found; nothing of it may change without new bands."""
        return key_of([m.sha256 for m in self.models], self.method, [c.sha256 for c in self.cohorts])

    @property
    def label(self) -> str:
        names = "+".join(model.name for model in self.models)
        return f"{names[: LONGEST_LABEL - len(self.key) - 1]} {self.key}"


def key_of(models: Sequence[str], method: str, cohorts: Sequence[str] = ()) -> str:
    """From hashes: short where one model is applied plainly, else with what is done beside it."""
    parts = ["+".join(sha256[:SHORT] for sha256 in models)]
    parts += [] if method == Method.PLAIN else [method]
    parts += ["cohort:" + _together(cohorts)] if cohorts else []
    return " ".join(parts)


def choose(models: str = BUNDLED, hashes: str = "", method: str = Method.PLAIN, cohorts: str = "") -> Choice:
    """From settings: paths (or "bundled") with commas between, a SHA-256 for each path. Raises ModelRefused."""
    wanted, given = _listed(models) or [BUNDLED], _listed(hashes)
    by_path = [path for path in wanted if path != BUNDLED]
    if len(given) != len(by_path):
        raise ModelRefused(f"FACE_MODEL names {len(by_path)} files and FACE_MODEL_SHA256 {len(given)} hashes.")
    if len(set(wanted)) != len(wanted) or len(wanted) > 2:
        raise ModelRefused("FACE_MODEL names one model, or two different ones.")
    if method not in list(Method):
        raise ModelRefused(f"FACE_METHOD is one of {', '.join(Method)}, not {method!r}.")
    expected = iter(given)
    files = tuple(bundled() if path == BUNDLED else model_file(path, next(expected)) for path in wanted)
    against = tuple(ModelFile(path, digest_of(path), Path(path).stem) for path in _listed(cohorts))
    if against and len(against) != len(files):
        raise ModelRefused("FACE_COHORT names a file for each model, or none.")
    return Choice(files, Method(method), against)


def bundled() -> ModelFile:
    """The weights inside the package face_recognition_models."""
    package, inside = BUNDLED_FILE
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModelRefused(f"The package {package} is not installed.")
    path = Path(found.submodule_search_locations[0]) / inside
    return verified(ModelFile(str(path), BUNDLED_SHA256, BUNDLED_NAME))


def model_file(path: str, sha256: str) -> ModelFile:
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(path).stem)
    return verified(ModelFile(path, sha256.strip().lower(), name))


def verified(file: ModelFile) -> ModelFile:
    """The file itself. Raises ModelRefused."""
    digest = digest_of(file.path)
    if digest != file.sha256:
        raise ModelRefused(f"{file.path} is not the expected file: its SHA-256 is {digest}, not {file.sha256}.")
    return file


def digest_of(path: str) -> str:
    """Raises ModelRefused."""
    try:
        file = Path(path)
        return _digest(path, file.stat().st_mtime_ns, file.stat().st_size)
    except OSError as error:
        raise ModelRefused(f"{path} cannot be read ({error.strerror or 'no such file'}).") from None


@lru_cache(maxsize=16)
def _digest(path: str, _changed: int, _size: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(words: str) -> list[str]:
    return [part.strip() for part in words.split(",") if part.strip()]


def _together(hashes: Sequence[str]) -> str:
    return "+".join(sha256[:SHORT] for sha256 in hashes)
