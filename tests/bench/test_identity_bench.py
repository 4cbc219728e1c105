# SPDX-License-Identifier: Apache-2.0
"""The bench on made-up descriptions and pictures: who is compared with whom, and what counts as better."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from bench.identity_curve import drawn
from bench.identity_measuring import Trials, trials
from bench.identity_methods import Candidate, Descriptions, Outcome, halves, pattern_of, tried
from bench.identity_photographs import HARD, SPOILINGS, Photograph, as_frames, as_portrait, photographs_in
from bench.identity_statistics import Rate, trade_off
from identity.matching.embedder import Vector, apart


def a_picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 50), (120, 90, 60)).save(path)


def test_a_folder_is_a_person_or_a_group_of_persons(tmp_path: Path) -> None:
    for name in ("zhang/1.jpg", "zhang/2.JPG", "over 60/li/1.png", "over 60/zhang/1.jpg", "zhang/SOURCES.md"):
        a_picture(tmp_path / name) if not name.endswith("md") else (tmp_path / name).write_text("words")
    found = photographs_in(tmp_path)
    assert {(p.group, p.person) for p in found} == {
        ("", "zhang"),
        ("over 60", "over 60/li"),
        ("over 60", "over 60/zhang"),
    }
    assert len(found) == 4


def test_what_is_no_picture_has_no_pixels(tmp_path: Path) -> None:
    broken = tmp_path / "1.jpg"
    broken.write_bytes(b"\xff\xd8\xff broken")
    assert Photograph("", "li", broken).pixels() is None


@pytest.mark.parametrize("how", SPOILINGS, ids=str)
def test_a_portrait_is_as_wide_as_the_card_has_it(how: object) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (300, 260, 3)).astype(np.uint8)
    portrait = as_portrait(pixels, (20, 200, 200, 20), how)  # type: ignore[arg-type]
    assert portrait.shape[1] == how.width  # type: ignore[attr-defined]
    assert portrait.shape[2] == 3


def test_a_grey_portrait_is_grey_also_beyond_the_border_of_the_photograph() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (100, 100, 3)).astype(np.uint8)
    portrait = as_portrait(pixels, (0, 100, 100, 0), HARD[0]).astype(int)
    assert np.abs(portrait[..., 0] - portrait[..., 1]).max() < 3


def test_simulated_frames_differ_and_are_the_same_again() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (80, 60, 3)).astype(np.uint8)
    first, again = list(as_frames(pixels, 3)), list(as_frames(pixels, 3))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])


def people(count: int, each: int = 2) -> list[Photograph]:
    return [Photograph("", f"p{n}", Path(f"{n}-{k}.jpg")) for n in range(count) for k in range(each)]


def test_no_photograph_is_compared_with_itself_and_a_missing_face_with_nobody() -> None:
    photographs = people(2)
    vectors: list[Vector | None] = [np.array([0.0]), np.array([1.0]), None, np.array([3.0])]
    once = trials(photographs, vectors, vectors, lambda a, b: apart(a, b, is_unit=False), both_ways=False)
    assert (once.genuine.tolist(), once.impostors.tolist()) == ([1.0], [3.0, 2.0])
    both = trials(photographs, vectors, vectors, lambda a, b: apart(a, b, is_unit=False), both_ways=True)
    assert (len(both.genuine), len(both.impostors)) == (2, 4)


def test_within_a_group_both_belong_to_it() -> None:
    people = np.array(["a", "b", "c"])
    of = Trials(np.arange(3.0), np.array([0, 0, 1]), np.array([1, 2, 2]), people, np.array(["x", "x", "y"]))
    assert of.within("x").scores.tolist() == [0.0]


def test_the_halves_share_no_person_and_leave_none_out() -> None:
    photographs = people(9)
    first, second = halves(photographs)
    assert {photographs[i].person for i in first} & {photographs[i].person for i in second} == set()
    assert sorted([*first, *second]) == list(range(18))


def described(spread: float, persons: int = 30) -> Descriptions:
    """Persons far apart in the plane, each photograph off by the spread."""
    chance = np.random.default_rng(4)
    middles = chance.uniform(0, 10, (persons, 2))
    lives: list[Vector | None] = [middles[n // 4] + chance.normal(0, spread, 2) for n in range(4 * persons)]
    return Descriptions(lives, lives)


def test_only_what_is_truly_better_beats_the_plain_model() -> None:
    def plainly(_half: object) -> object:
        return lambda one, other: apart(one, other, is_unit=False)

    named = (("plain", 1.0), ("the same", 1.0), ("sharper", 0.2), ("blunter", 2.0))
    wanted = [Candidate(name, described(spread), plainly) for name, spread in named]  # type: ignore[arg-type]
    plain, same, sharper, blunter = tried(people(30, 4), wanted, 0.02)
    assert not same.beats(plain)
    assert sharper.at_equal.share < plain.at_equal.share < blunter.at_equal.share
    assert sharper.chance < 0.001
    assert not blunter.beats(plain)


def test_fewer_refusals_bought_with_more_false_matches_are_no_improvement() -> None:
    plain = Outcome("plain", Rate(1, 100), Rate(9, 20), Rate(9, 20), 0, 0)
    assert not Outcome("loose", Rate(2, 100), Rate(0, 20), Rate(0, 20), 9, 0).beats(plain)
    assert Outcome("sharp", Rate(1, 100), Rate(0, 20), Rate(0, 20), 9, 0).beats(plain)


def test_a_pattern_does_not_change_with_the_light() -> None:
    chip = np.random.default_rng(6).integers(0, 120, (112, 112, 3)).astype(np.uint8)
    assert np.allclose(pattern_of(chip), pattern_of(chip * 2))


def test_the_picture_of_the_curve_is_well_formed_and_names_each() -> None:
    points = trade_off(np.array([0.3, 0.4]), np.array([0.35, 0.6, 0.7]))
    picture = drawn({"plain": points, "a < b": points}, "errors & limits")
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg")
    assert "a &lt; b" in picture
