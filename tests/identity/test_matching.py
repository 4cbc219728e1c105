# SPDX-License-Identifier: Apache-2.0
"""What docs/matcher-contract.md asks of every embedder, and how descriptions become distances."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import face_recognition
import numpy as np
import pytest
from PIL import Image

from identity.matching import chips, cohort, describing
from identity.matching.describing import Matching, embedded, embedder_of, mean_of
from identity.matching.embedder import Box, Embedder, Pixels, apart
from identity.weights import Choice, Method, ModelFile, ModelRefused, bundled, choose, digest_of, model_file
from reference.photographs import Photographs
from tests.identity import networks

Face = tuple[Pixels, Box]


def face_in(photograph: Path) -> Face:
    image = Image.open(photograph).convert("RGB")
    image.thumbnail((480, 480))
    pixels = np.asarray(image)
    return pixels, face_recognition.face_locations(pixels)[0]


@pytest.fixture(scope="module")
def faces(pictures: Photographs) -> list[Face]:
    """Two photographs of one person, then one of another."""
    return [face_in(path) for path in (pictures.accept_portrait, pictures.accept_live, pictures.other)]


def saved(path: Path, content: bytes) -> ModelFile:
    path.write_bytes(content)
    return model_file(str(path), digest_of(str(path)))


def _copied(folder: Path) -> ModelFile:
    copy = shutil.copy(bundled().path, folder / "of another.dat")
    return model_file(str(copy), bundled().sha256)


FILES: dict[str, Callable[[Path], ModelFile]] = {
    "dlib": lambda _folder: bundled(),
    "dlib by path": _copied,
    "onnx": lambda folder: saved(folder / "float.onnx", networks.in_float()),
    "onnx, channels last, bytes of another scale": lambda folder: saved(
        folder / "last.onnx", networks.channels_last({"mean": "0", "scale": "255", "colour": "bgr"})
    ),
    "onnx in 8 bits": lambda folder: saved(folder / "whole.onnx", networks.in_8_bits()),
}


@pytest.fixture(scope="module", params=FILES)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    return FILES[request.param](tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def embedder(file: ModelFile) -> Embedder:
    return embedder_of(file)


def test_a_chip_is_a_square_of_rgb_bytes(embedder: Embedder, faces: list[Face]) -> None:
    chip = embedder.chip(*faces[0])
    assert (chip.dtype, chip.ndim, chip.shape[2], chip.shape[0]) == (np.uint8, 3, 3, chip.shape[1])


def test_a_face_becomes_finite_numbers_of_the_length_that_was_said(embedder: Embedder, faces: list[Face]) -> None:
    vector = embedder.embed(embedder.chip(*faces[0]))
    assert vector.dtype == np.float64
    assert vector.shape == (embedder.size,)
    assert np.isfinite(vector).all()
    if embedder.is_unit:
        assert np.linalg.norm(vector) == pytest.approx(1)


def test_the_same_face_gives_the_same_numbers_also_from_a_model_loaded_anew(file: ModelFile, faces: list[Face]) -> None:
    first, second = embedder_of(file), embedder_of(file)
    given = [one.embed(one.chip(*faces[0])) for one in (first, first, second)]
    assert np.array_equal(given[0], given[1])
    assert np.array_equal(given[0], given[2])


def test_a_model_says_which_file_it_is(embedder: Embedder, file: ModelFile) -> None:
    assert embedder.sha256 == file.sha256 == digest_of(file.path)
    assert " " not in embedder.name


def test_a_distance_is_the_same_both_ways_and_nothing_to_itself(file: ModelFile, faces: list[Face]) -> None:
    matching = Matching(Choice((file,)))
    one, two, _other = (matching.describe(*face) for face in faces)
    assert matching.distance(one, one) == pytest.approx(0, abs=1e-6)
    assert matching.distance(one, two) == pytest.approx(matching.distance(two, one))


def test_a_brighter_copy_lies_nearer_than_another_person(file: ModelFile, faces: list[Face]) -> None:
    matching = Matching(Choice((file,)))
    pixels, box = faces[0]
    brighter = np.clip(pixels * 1.05, 0, 255).astype(np.uint8)
    known = matching.describe(pixels, box)
    near, far = matching.describe(brighter, box), matching.describe(*faces[2])
    assert matching.distance(known, near) < matching.distance(known, far)


def test_a_file_that_changed_is_not_loaded(file: ModelFile, tmp_path: Path) -> None:
    changed = tmp_path / Path(file.path).name
    changed.write_bytes(Path(file.path).read_bytes()[:-1] + b"!")
    with pytest.raises(ModelRefused, match="not the expected file"):
        embedder_of(ModelFile(str(changed), file.sha256, file.name))


def test_dlib_gives_what_the_library_gives(faces: list[Face]) -> None:
    pixels, box = faces[0]
    plain = face_recognition.face_encodings(pixels, [box], model="large")[0]
    assert np.allclose(Matching(choose()).describe(pixels, box), plain, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.onnx", b""),
        ("text.onnx", b"not a network"),
        ("oblong.onnx", networks.not_square()),
        ("scaled by nothing.onnx", networks.in_float(said={"scale": "0"})),
        ("scaled by words.onnx", networks.in_float(said={"mean": "grey"})),
        ("of unknown colour.onnx", networks.in_float(said={"colour": "cmyk"})),
        ("text.dat", b"not a network"),
    ],
)
def test_what_is_no_face_network_is_refused_in_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    file = saved(tmp_path / name, content)
    with pytest.raises(ModelRefused) as refused:
        embedder_of(file)
    assert str(refused.value).count("\n") == 0
    assert name in str(refused.value)


def test_float_and_8_bits_say_nearly_the_same(faces: list[Face], tmp_path: Path) -> None:
    both = [
        embedder_of(saved(tmp_path / "f.onnx", networks.in_float(1))),
        embedder_of(saved(tmp_path / "w.onnx", networks.in_8_bits())),
    ]
    exact, whole = (one.embed(one.chip(*faces[0])) for one in both)
    assert apart(exact, whole, is_unit=True) < 0.05


def test_a_batch_of_one_and_of_any_size_are_both_taken(faces: list[Face], tmp_path: Path) -> None:
    one = embedder_of(saved(tmp_path / "one.onnx", networks.in_float(1)))
    named = embedder_of(saved(tmp_path / "named.onnx", networks.in_float("batch")))
    chip = one.chip(*faces[0])
    assert np.array_equal(one.embed(chip), named.embed(chip))


def test_five_points_are_brought_to_their_places() -> None:
    seen = np.array([[10.0, 20], [50, 25], [28, 50], [15, 70], [45, 72]])
    turned = seen @ np.array([[0, 2], [-2, 0]]) + [5, 7]
    moved = chips.similarity(seen, turned)
    assert np.allclose(seen @ moved[:, :2].T + moved[:, 2], turned)


def test_a_face_and_its_mirror_image_are_one_to_the_flipping_method(faces: list[Face]) -> None:
    embedder = embedder_of(bundled())
    chip = embedder.chip(*faces[0])
    flipped = [embedded(embedder, one, Method.FLIP) for one in (chip, chips.mirrored(chip))]
    assert np.allclose(flipped[0], flipped[1], atol=1e-6)
    assert not np.allclose(flipped[0], embedded(embedder, chip, Method.PLAIN), atol=1e-3)


def test_the_moved_copies_are_the_same_every_time(faces: list[Face]) -> None:
    embedder = embedder_of(bundled())
    chip = embedder.chip(*faces[0])
    first, second = list(chips.moved_a_little(chip, 3)), list(chips.moved_a_little(chip, 3))
    assert all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))
    assert not np.array_equal(first[0], first[1])


def test_the_mean_of_frames_is_the_mean_of_each_model(faces: list[Face], tmp_path: Path) -> None:
    network = saved(tmp_path / "f.onnx", networks.in_float())
    strangers = [a_cohort(tmp_path, bundled(), 128), a_cohort(tmp_path, network, networks.SIZE)]
    both = Matching(Choice((bundled(), network), cohorts=tuple(strangers)))
    singles = [
        Matching(Choice((model,), cohorts=(held,))) for model, held in zip((bundled(), network), strangers, strict=True)
    ]
    known = both.describe(*faces[0])
    frames = mean_of([both.describe(*faces[1]), both.describe(*faces[2])])
    expected = [
        single.distance(single.describe(*faces[0]), mean_of([single.describe(*face) for face in faces[1:]]))
        for single in singles
    ]
    assert both.distance(known, frames) == pytest.approx(np.mean(expected))


def a_cohort(folder: Path, model: ModelFile, size: int, count: int = 30, **other: Any) -> ModelFile:
    path = folder / f"{model.name}.npz"
    strangers = np.random.default_rng(3).normal(size=(count, size)) * 0.12
    cohort.write_cohort(path, other.get("strangers", strangers), other.get("sha256", model.sha256), Method.PLAIN)
    return ModelFile(str(path), digest_of(str(path)), path.stem)


def test_against_a_cohort_the_same_person_lies_further_below_strangers(faces: list[Face], tmp_path: Path) -> None:
    matching = Matching(Choice((bundled(),), cohorts=(a_cohort(tmp_path, bundled(), 128),)))
    one, two, other = (matching.describe(*face) for face in faces)
    assert matching.distance(one, two) < matching.distance(one, other)
    assert matching.distance(one, two) == pytest.approx(matching.distance(two, one))


def test_normalising_is_the_mean_of_both_sides() -> None:
    strangers = np.array([[1.0, 0], [3, 0]])
    held = cohort.Cohort(strangers, is_unit=False)
    known, described = np.array([0.0, 0]), np.array([0.0, 0.0])
    assert held.normalised(1.0, known, described) == pytest.approx((1 - 2) / 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sha256": "0" * 64}, "another model"),
        ({"count": 19}, "at least 20"),
        ({"strangers": np.zeros((30, 64))}, "128 numbers"),
        ({"strangers": np.full((30, 128), np.nan)}, "128 numbers"),
    ],
)
def test_a_cohort_that_does_not_fit_is_refused(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    held = a_cohort(tmp_path, bundled(), 128, **changes)
    with pytest.raises(ModelRefused, match=sentence):
        Matching(Choice((bundled(),), cohorts=(held,)))


def test_a_cohort_of_another_method_is_refused(tmp_path: Path) -> None:
    held = a_cohort(tmp_path, bundled(), 128)
    with pytest.raises(ModelRefused, match="another model or method"):
        Matching(Choice((bundled(),), Method.FLIP, (held,)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x80\x04pickle"])
def test_what_is_no_cohort_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "strangers.npz"
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match="not a cohort"):
        Matching(Choice((bundled(),), cohorts=(ModelFile(str(path), digest_of(str(path)), "strangers"),)))


def test_two_models_without_a_common_measure_are_refused(tmp_path: Path) -> None:
    network = saved(tmp_path / "f.onnx", networks.in_float())
    with pytest.raises(ModelRefused, match="between_strangers"):
        Matching(Choice((bundled(), network)))


def test_what_is_installed_describes_from_then_on(faces: list[Face], tmp_path: Path) -> None:
    try:
        describing.install(Choice((saved(tmp_path / "f.onnx", networks.in_float()),)))
        assert describing.describe(*faces[0]).shape == (networks.SIZE,)
        assert describing.label().startswith("f ")
    finally:
        describing.install(choose())
    assert describing.distance(describing.describe(*faces[0]), describing.describe(*faces[2])) > 0.6
