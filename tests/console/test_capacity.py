# SPDX-License-Identifier: Apache-2.0
"""The formula gives the numbers that were reckoned apart from it for a district, a city, a province, the country."""

import pytest

from console.capacity import Model, at_most, need, table

# New a year: a day, submissions/s, requests/s, p99.9, ×30, faces/s, p99.9, MB/s, TB, GB, cores web and face, clerks.
RECKONED = {
    10_000: (40, 0.006, 0.8, 5, 25, 0.02, 1, 0.02, 0.03, 0.25, 0.002, 0.006, 0.2),
    350_000: (1400, 0.19, 29, 47, 875, 0.56, 4, 0.6, 1.1, 9, 0.06, 0.19, 7),
    2_000_000: (8000, 1.1, 167, 208, 5000, 3.2, 10, 3.3, 6.5, 50, 0.33, 1.1, 40),
    33_000_000: (132_000, 18, 2750, 2913, 82_500, 52, 76, 55, 107, 825, 5.5, 18, 660),
}


@pytest.mark.parametrize("new", RECKONED)
def test_the_formula_gives_what_was_reckoned(new: int) -> None:
    n = need(new)
    means = (n.new_a_day, n.submissions_s, n.requests_s, n.with_all_s, n.faces_s, n.upload_mb_s)
    stores = (n.files_tb_year, n.database_gb_year, n.web_cores, n.face_cores, n.clerks)
    said = RECKONED[new]
    for value, expected in zip(means, (said[0], said[1], said[2], said[4], said[5], said[7]), strict=True):
        assert value == pytest.approx(expected, rel=0.21)
    for value, expected in zip(stores, said[8:], strict=True):
        assert value == pytest.approx(expected, rel=0.21)
    assert n.requests_p999 == pytest.approx(said[3], abs=1, rel=0.002)
    assert n.faces_p999 == pytest.approx(said[6], abs=1)


def test_at_most_is_the_quantile_of_poisson() -> None:
    assert [at_most(mean) for mean in (0.0, 0.5, 1.0, 10.0)] == [0, 4, 5, 21]
    assert at_most(701) == pytest.approx(at_most(699), abs=4)


def test_half_the_time_of_a_face_is_half_the_cores() -> None:
    assert need(1e6, Model(face_core_s=0.175)).face_cores == pytest.approx(need(1e6).face_cores / 2)


def test_the_table_has_a_column_for_each_place() -> None:
    lines = table({"District": 10_000, "City": 350_000})
    assert lines[0] == "| | District | City |"
    assert all(line.count("|") == 4 for line in lines)
    assert "| new a working day | 40 | 1,400 |" in lines
