# SPDX-License-Identifier: Apache-2.0
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from identity.weights import BUNDLED_SHA256, LONGEST_LABEL, Choice, Method, ModelFile, ModelRefused, choose, digest_of
from identity.workers import Workers


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "for our district.onnx"
    path.write_bytes(b"weights")
    return str(path)


def test_without_a_word_the_bundled_model_decides() -> None:
    chosen = choose()
    assert [model.sha256 for model in chosen.models] == [BUNDLED_SHA256]
    assert chosen.label == f"dlib_face_recognition_resnet_v1 {BUNDLED_SHA256[:12]}"


def test_a_file_with_its_hash_is_taken(file: str) -> None:
    chosen = choose(file, digest_of(file).upper())
    assert chosen.models[0].is_onnx
    assert chosen.models[0].name == "for_our_district"


@pytest.mark.parametrize("digest", ["0" * 64, "", "not a hash", f"{'0' * 64},{'1' * 64}"])
def test_a_file_with_another_hash_or_none_is_refused_in_one_sentence(file: str, digest: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        choose(file, digest)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        choose(str(tmp_path / "none.dat"), "0" * 64)


def test_a_file_that_is_written_anew_is_hashed_anew(file: str) -> None:
    before = digest_of(file)
    Path(file).write_bytes(b"other weights")
    assert digest_of(file) != before


def test_an_unknown_method_three_models_or_half_a_cohort_are_refused(file: str) -> None:
    digest = digest_of(file)
    with pytest.raises(ModelRefused, match="FACE_METHOD"):
        choose(method="magic")
    with pytest.raises(ModelRefused, match="two different ones"):
        choose(f"bundled,{file},{file}", f"{digest},{digest}")
    with pytest.raises(ModelRefused, match="FACE_COHORT"):
        choose(f"bundled,{file}", digest, cohorts=file)


def test_a_label_fits_its_column_and_keeps_its_key() -> None:
    model, held = ModelFile("a.dat", "a" * 64, "n" * 60), ModelFile("c.npz", "c" * 64, "c")
    label = Choice((model, model), Method.JITTER, (held, held)).label
    assert len(label) <= LONGEST_LABEL
    assert label.partition(" ")[2] == Choice((model, model), Method.JITTER, (held, held)).key


def test_workers_say_what_is_wrong_with_a_model(file: str) -> None:
    with pytest.raises(ModelRefused, match="can be run here"):
        Workers(1, choice=choose(file, digest_of(file)))


def test_the_service_does_not_start_with_another_file_and_says_why(file: str, tmp_path: Path) -> None:
    wanted = {"MASTER_KEY": secrets.token_hex(32), "DATA_DIR": str(tmp_path / "data"), "FACE_MODEL": file}
    begun = subprocess.run(
        [sys.executable, "-W", "ignore", "main.py", "serve", "--port", "1"],
        env={**os.environ, **wanted, "FACE_MODEL_SHA256": "0" * 64},
        capture_output=True,
        text=True,
        check=False,
    )
    assert begun.returncode == 2
    assert begun.stderr.strip().splitlines()[-1].startswith(f"{file} is not the expected file: its SHA-256 is ")
