# SPDX-License-Identifier: Apache-2.0
import json

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kit.personal import blanked, looks_personal
from tests.builders import fictitious_id

NUMBER = fictitious_id("19900307", 1)
log = structlog.get_logger()


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_moment_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("bureau_slow", seconds=2.5, case="01JD")
    (line,) = told(capsys)
    assert (line["event"], line["level"], line["seconds"], line["case"]) == ("bureau_slow", "warning", 2.5, "01JD")
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("value", [NUMBER, f"号码{NUMBER}。", {"who": ["13800000001"]}, f"+86 138 0000 0001/{NUMBER}"])
def test_numbers_of_persons_are_blanked_wherever_they_stand(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    log.error("odd", value=value)
    written = capsys.readouterr().err
    assert not looks_personal(written)
    assert "***" in written


def test_a_traceback_is_told_without_the_values_of_its_variables(capsys: pytest.CaptureFixture[str]) -> None:
    name = "林清和"
    try:
        raise RuntimeError(f"a clumsy message with {NUMBER}")
    except RuntimeError:
        log.exception("look_failed")
    (line,) = told(capsys)
    assert "RuntimeError" in str(line["exception"])
    assert name not in str(line)
    assert NUMBER not in str(line)


def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(session: Session) -> None:
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(text("INSERT INTO account (id, name) VALUES (:id, :name)"), {"id": "a", "name": "样例姓名"})
    assert "样例姓名" not in str(refused.value.with_traceback(None)).split("[SQL")[1]


def test_a_text_without_numbers_stays_as_it_is() -> None:
    assert blanked("ＱＸ-20261123-000001 于上午办理") == "ＱＸ-20261123-000001 于上午办理"
