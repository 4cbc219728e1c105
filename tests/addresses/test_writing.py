# SPDX-License-Identifier: Apache-2.0
"""One place is written in many ways and found by one; two places never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addresses import normalise, normalise_typed

STANDARD = "文苑路118号3幢201室"
PIECES = [
    *"0１2九十百千零〇二号栋幢座单元室房层楼#-— ,，A路",
    "号楼",
    "江苏省",
    "南京市",
    "栖霞区",
    "仙林街道",
    "竹镇镇",
]
BUILDINGS = ["栋", "幢", "座", "号楼", "#楼"]
ROOMS = ["室", "房", "号房", "号室", "房间", ""]
LEADS = ["", "江苏省南京市栖霞区仙林街道", "南京市栖霞区", "栖霞区仙林街道", "仙林街道"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "written",
    [
        "文苑路 118 号 3 幢 201 室",
        "文苑路１１８号３栋２０１室",
        "文苑路一百一十八号三号楼201房",
        "文苑路一一八号3座二〇一室",
        "江苏省南京市栖霞区仙林街道文苑路118号03幢201",
        "仙林街道，文苑路118号、3#楼 201号房",
    ],
)
def test_the_same_place_is_found_however_it_is_written(written: str) -> None:
    assert normalise(written) == STANDARD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("文苑路118号3幢201室", "文苑路118号3幢202室"),
        ("文苑路118号3幢201室", "文苑路1183幢201室"),
        ("文苑路118 3幢", "文苑路1183幢"),
        ("文苑路1-18号", "文苑路118号"),
        ("文苑路一百二号", "文苑路120号"),
        ("文苑路118号1单元201室", "文苑路118号1幢201室"),
        ("仙林街道办事处3楼", "尧化街道办事处3楼"),
        ("三元巷5号", "3元巷5号"),
        ("江苏路5号", "南京路5号"),
        ("文苑路118号A座", "文苑路118号B座"),
        ("文苑路118号（原3幢）", "文苑路118号3幢"),
    ],
)
def test_two_places_stay_two(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [("十", "10"), ("十八", "18"), ("二十一", "21"), ("一百零五", "105"), ("一千零一十", "1010"), ("十百", None)],
)
def test_numerals_of_houses_are_read(numeral: str, digits: str | None) -> None:
    assert normalise(f"文苑路{numeral}号") == f"文苑路{digits or numeral}号"


def test_a_place_that_says_nothing_has_no_key() -> None:
    assert [normalise(text) for text in ("", "  ", "　，", "江苏省南京市栖霞区仙林街道")] == ["", "", "", ""]


def test_what_is_still_being_typed_is_not_completed() -> None:
    assert normalise_typed("文苑路 118 号三栋 2") == "文苑路118号3幢2"
    assert STANDARD.startswith(normalise_typed("文苑路118号3号楼20"))


@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    for way in (normalise, normalise_typed):
        assert way(way(text)) == way(text)


@given(
    st.integers(1, 999),
    st.integers(1, 60),
    st.integers(1, 40),
    st.sampled_from(BUILDINGS),
    st.sampled_from(ROOMS),
    st.sampled_from(LEADS),
    st.booleans(),
    st.sampled_from(["", " ", "　", "，"]),
)
def test_variants_of_one_address_come_to_one_key(
    house: int, building: int, room: int, block: str, door: str, lead: str, is_wide: bool, gap: str
) -> None:
    written = lead + gap.join([f"文苑路{house}号", f"{building}{block}", f"{room}{door}"])
    written = written.translate(FULL_WIDTH) if is_wide else written
    assert normalise(written) == f"文苑路{house}号{building}幢{room}室"
