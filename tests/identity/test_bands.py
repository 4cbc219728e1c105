# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

import pytest

from identity import BANDS, Band, Bands, Comparison, bands_of, judge
from identity.bands import FILE, load_bands
from identity.weights import choose
from kit.declared import Refused

ALREADY = FILE.read_text("utf-8")


def declared(folder: Path, text: str) -> Path:
    file = folder / "bands.toml"
    file.write_text(text, "utf-8")
    return file


def compared(distance: float, model: str) -> Comparison:
    return Comparison(distance, 5, 228, model)


def test_the_bundled_model_has_its_measured_limits() -> None:
    bands = bands_of(choose().label)
    assert bands == BANDS
    assert (bands.accept, bands.person, bands.portrait_width, bands.same_picture) == (0.38, 0.60, 180, 0.15)


@pytest.mark.parametrize("distance", [-9.0, 0.0, 0.2, 0.5, 3.0])
@pytest.mark.parametrize("model", ["network 0123456789ab", "network", "", f"{choose().label} flip"])
def test_a_matcher_that_was_not_measured_accepts_nothing_and_sends_nobody_away(distance: float, model: str) -> None:
    verdict = judge(compared(distance, model), bands_of(model))
    assert (verdict.band, verdict.reasons) == (Band.PERSON, ("no_bands",))


def test_the_limits_of_one_matcher_say_nothing_of_another() -> None:
    assert judge(compared(0.3, "network 0123456789ab"), BANDS).band is Band.PERSON
    assert judge(compared(0.3, choose().label), BANDS).band is Band.ACCEPT


def test_what_is_done_beside_the_model_needs_limits_of_its_own(tmp_path: Path) -> None:
    flipped = ALREADY.replace("accept = 0.38", 'method = "flip"\naccept = 0.36', 1)
    table = load_bands(declared(tmp_path, flipped))
    assert table.of(f"{choose().label} flip").accept == 0.36
    assert not table.of(choose().label).is_measured


@pytest.mark.parametrize(
    ("found", "instead", "reason"),
    [
        ("impostor_pairs = 59340", "impostor_pairs = 0", "impostor_pairs"),
        ("genuine_pairs = 24\n", "", "genuine_pairs"),
        ('photographs = "', 'photographs = ""  # "', "photographs"),
        ("fmr_accept = 0.0014", "fmr_accept = 0.9", "fmr_accept lies above"),
        ("accept = 0.38", "accept = 0.70", "does not hold"),
        ("same_picture = 0.15", "same_picture = 0.40", "does not hold"),
        ("55533b28", "5553", "models"),
    ],
)
def test_limits_that_rest_on_nothing_do_not_load(tmp_path: Path, found: str, instead: str, reason: str) -> None:
    assert found in ALREADY
    with pytest.raises(Refused, match=reason):
        load_bands(declared(tmp_path, ALREADY.replace(found, instead, 1)))


def test_limits_without_their_evidence_do_not_load(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="evidence"):
        load_bands(declared(tmp_path, re.sub(r"\[matchers.evidence\].*", "", ALREADY, flags=re.S)))


def test_a_matcher_is_declared_once(tmp_path: Path) -> None:
    twice = ALREADY + ALREADY[ALREADY.index("[[matchers]]") :]
    with pytest.raises(Refused, match="declared twice"):
        load_bands(declared(tmp_path, twice))


def test_limits_without_a_number_are_no_limits() -> None:
    assert not Bands("none", float("-inf"), float("inf"), 0, float("-inf")).is_measured
