# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from pydantic import model_validator

from kit.declared import Refused, declared, fault, line_of, read_toml
from kit.text import Frozen

TEXT = """# a form
code = "x"
people = [{ role = "a" }, { role = "b" }]

[[pages]]
name = "one"
[[pages.fields]]
name = "first"
kind = "text"

[[pages]]
name = "two"
[[pages.fields]]
name = "second"
[[pages.fields]]
name = "third"
kind = "odd"

[steps.review]
kind = "human"
next = { approve = "end" }
"""


class Small(Frozen):
    code: str
    count: int = 1

    @model_validator(mode="after")
    def is_small(self) -> "Small":
        if self.count > 9:
            raise ValueError("count is too large")
        return self


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("code",), 2),
        (("people", 1, "role"), 3),
        (("pages", 0), 5),
        (("pages", 1, "name"), 12),
        (("pages", 1, "fields", 1, "kind"), 17),
        (("pages", 1, "fields", 0, "kind"), 17),  # not there: the next place where it could be looked for
        (("steps", "review", "human", "next"), 21),
        (("steps", "review"), 19),
        (("nothing",), None),
        ((), None),
    ],
)
def test_a_fault_is_said_with_its_line(where: tuple[int | str, ...], line: int | None) -> None:
    assert line_of(TEXT, where) == line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('code = "a"\ncount = "many"\n', r"it\.toml:2 count: .*integer"),
        ("count = 2\nother = 1\n", r"(?s)it\.toml code: .*required.*it\.toml:2 other: Extra"),
        ('code = "a"\ncount = 10\n', r"it\.toml: count is too large"),
        ("code = \n", r"it\.toml: .*line 1"),
        ("\udcff", r"it\.toml: "),
    ],
)
def test_what_is_wrong_is_refused_with_file_line_and_reason(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "it.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Refused, match=said):
        declared(file, Small)


def test_every_fault_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "it.toml"
    file.write_text("count = 'x'\nodd = 1\n", "utf-8")
    with pytest.raises(Refused) as refused:
        declared(file, Small)
    assert len(str(refused.value).splitlines()) == 3


def test_a_missing_file_is_refused_and_a_good_one_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gone\.toml"):
        read_toml(tmp_path / "gone.toml")
    file = tmp_path / "it.toml"
    file.write_text('code = "a"\n', "utf-8")
    assert declared(file, Small) == Small(code="a")
    assert str(fault(file, ("code",), "no such thing")) == "it.toml:1: no such thing"
