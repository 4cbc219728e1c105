# SPDX-License-Identifier: Apache-2.0
"""The divisions hang together, and a wrong file says where."""

from datetime import date
from pathlib import Path

import pytest

from addresses import division_of, in_force, load_divisions, name_of, path_of, streets
from forms import load_forms
from kit.declared import Refused

TODAY = date(2026, 11, 23)
HEAD = "version = 1\n\n[divisions]\n"
CITY = '320100 = { name = { zh = "甲市", en = "A" }, valid_from = 2024-01-01, confidence = "M" }\n'
DISTRICT = (
    '320113 = { name = { zh = "乙区", en = "B" }, parent = "320100", valid_from = 2024-01-01, confidence = "M" }\n'
)
STREET = (
    '320113001 = { name = { zh = "丙街道", en = "C" }, parent = "320113", valid_from = 2024-01-01, confidence = "M" }\n'
)


def test_the_district_has_nine_streets_all_verified() -> None:
    ours = streets("320113", TODAY)
    assert [d.name.zh for d in ours] == [
        "尧化街道",
        "马群街道",
        "迈皋桥街道",
        "燕子矶街道",
        "栖霞街道",
        "龙潭街道",
        "仙林街道",
        "八卦洲街道",
        "西岗街道",
    ]
    assert {d.confidence for d in ours} == {"V"}


def test_every_district_of_the_city_is_there_with_streets() -> None:
    districts = [d for d in load_divisions().divisions.values() if d.parent == "320100"]
    assert len(districts) == 11
    assert all(len(streets(d.code, TODAY)) >= 6 for d in districts)
    known = [d.name for d in load_divisions().divisions.values() if d.is_street]
    assert all(name.zh.endswith(("街道", "镇")) for name in known)
    assert all(name.en.endswith((" Subdistrict", " Town")) for name in known)


def test_the_forms_offer_the_streets_of_the_table() -> None:
    table = [(d.code, d.name) for d in streets("320113", TODAY)]
    asked = [f for form in load_forms().values() for p in form.pages for f in p.fields if f.name == "street"]
    assert asked
    for field in asked:
        assert [(option.value, option.label) for option in field.options] == table


def test_a_code_leads_from_the_city_down() -> None:
    assert [d.name.zh for d in path_of("320113001")] == ["南京市", "栖霞区", "尧化街道"]
    assert name_of("320113010").en == "Xigang Subdistrict"
    assert path_of("999999999") == ()
    assert division_of("999999999") is None
    with pytest.raises(KeyError):
        name_of("999999999")


def test_a_division_stands_from_its_first_day_to_its_last() -> None:
    assert in_force("320113001", TODAY)
    assert not in_force("320113001", date(2023, 12, 31))
    assert not in_force("320113008", TODAY)
    ended = division_of("320113001")
    assert ended is not None
    ended = ended.model_copy(update={"valid_to": date(2025, 6, 30)})
    assert ended.is_in_force(date(2025, 6, 30))
    assert not ended.is_in_force(date(2025, 7, 1))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (HEAD + CITY + STREET, 5, "nobody declares its parent 320113"),
        (HEAD + CITY + DISTRICT + STREET.replace("320113001", "320114001"), 6, "cannot lie in 320113"),
        (HEAD + CITY + STREET.replace('parent = "320113"', 'parent = "320100"'), 5, "cannot lie in 320100"),
        (HEAD + DISTRICT.replace('parent = "320100", ', ""), 4, "only a city stands alone"),
        (HEAD + CITY.replace('"M"', '"X"'), 4, "Input should be"),
        (HEAD + CITY.replace("2024-01-01", "2024-01-01, valid_to = 2023-01-01"), 4, "valid_to lies before"),
        (HEAD + CITY + "32011 = { }\n", 5, "Field required"),
        (HEAD + CITY + CITY, 0, "overwrite"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    file = tmp_path / "divisions.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Refused) as refused:
        load_divisions(file)
    told = str(refused.value)
    assert told.startswith(f"divisions.toml:{line}" if line else "divisions.toml")
    assert reason in told


def test_a_sound_file_loads(tmp_path: Path) -> None:
    file = tmp_path / "divisions.toml"
    file.write_text(HEAD + CITY + DISTRICT + STREET, "utf-8")
    assert set(load_divisions(file).divisions) == {"320100", "320113", "320113001"}
