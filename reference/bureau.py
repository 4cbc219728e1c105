# SPDX-License-Identifier: Apache-2.0
"""Reference bureau (参考信用信息来源): a small bureau that keeps the contract, with fictitious people and firms.

For tests and the demonstration; contract: docs/bureau-contract.md. Hides its own database. I/O: database, network.

    BUREAU_TOKEN=… python -m reference.bureau --port 8001 --database bureau.db
"""

import argparse
import hmac
import os
import sys
import time
import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import uvicorn
from fastapi import FastAPI, Header, Response
from pydantic import StringConstraints
from sqlalchemy import Boolean, Column, Date, Engine, MetaData, NullPool, String, Table, create_engine, func, select

from kit import clock
from kit.numbers import body_check, credit_code_check, id_check, is_credit_code
from kit.text import Frozen

SOURCE = "参考信用信息来源（虚构数据）"

_metadata = MetaData()
_subjects = Table("subject", _metadata, Column("number", String(18), primary_key=True), Column("name", String(100)))
_records = Table(
    "record",
    _metadata,
    Column("number", String(18), index=True),
    Column("kind", String(60)),
    Column("source_body", String(200)),
    Column("since", Date),
    Column("until", Date, nullable=True),
    Column("repaired", Boolean),
)
_queries = Table(
    "query",
    _metadata,
    Column("reference", String(40), primary_key=True),
    Column("purpose", String(100)),
    Column("case_number", String(100)),
)


class Known(NamedTuple):
    """A fictitious person or firm that the bureau knows."""

    name: str
    number: str


def _person(name: str, born: str, order: str) -> Known:
    first17 = f"999999{born}{order}"  # no area has the code 999999
    return Known(name, first17 + id_check(first17))


def _firm(name: str, body: str) -> Known:
    first17 = "91320113" + body + body_check(body)
    return Known(name, first17 + credit_code_check(first17))


CLEAN = _person("林清和", "19900307", "001")
DEBTOR = _person("钱守约", "19850612", "003")
DEBTORS_NAMESAKE = _person("钱守约", "19920101", "005")
BANNED = _person("贾立新", "19790923", "007")
REPAIRED = _person("信修远", "19880229", "009")
UNREACHABLE_FIRM = _firm("南京市栖霞区查无此处商贸有限公司（虚构）", "MA000001")
CLEAN_FIRM = _firm("南京市栖霞区一路平安商贸有限公司（虚构）", "MA000002")

_COURT = "南京市栖霞区人民法院（虚构）"
_REGULATOR = "南京市栖霞区市场监督管理局（虚构）"
_SEED = (
    (DEBTOR, "dishonest_judgment_debtor", _COURT, date(2025, 4, 18), None, False),
    (BANNED, "false_registration_responsible", _REGULATOR, date(2025, 9, 1), None, False),
    (REPAIRED, "dishonest_judgment_debtor", _COURT, date(2024, 3, 5), None, True),
    (UNREACHABLE_FIRM, "abnormal_operations_unreachable", _REGULATOR, date(2026, 7, 2), None, False),
)


def _engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def seed(path: Path) -> None:
    """Create the database if needed, and fill it if it is empty."""
    with _engine(path).begin() as connection:
        _metadata.create_all(connection)
        if connection.scalar(select(func.count()).select_from(_subjects)):
            return
        for known in (CLEAN, DEBTOR, DEBTORS_NAMESAKE, BANNED, REPAIRED, UNREACHABLE_FIRM, CLEAN_FIRM):
            connection.execute(_subjects.insert().values(number=known.number, name=known.name))
        for known, *rest in _SEED:
            names = ("kind", "source_body", "since", "until", "repaired")
            connection.execute(_records.insert().values(number=known.number, **dict(zip(names, rest, strict=True))))


_Given = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Question(Frozen):
    """The request of version 1."""

    subject: Literal["natural", "legal"]
    name: _Given
    number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
    purpose: _Given
    case: _Given


class FirmQuestion(Frozen):
    """The request of version 1 about an organisation."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
    purpose: _Given
    case: _Given


def _named(engine: Engine, asked: FirmQuestion) -> dict[str, Any]:
    """What an organisation is called; of a person's number nothing is said."""
    reference = f"RB-{uuid.uuid4()}"
    with engine.begin() as connection:
        name = connection.scalar(select(_subjects.c.name).where(_subjects.c.number == asked.number))
        connection.execute(_queries.insert().values(reference=reference, purpose=asked.purpose, case_number=asked.case))
    return {
        "reference": reference,
        "source": SOURCE,
        "number": asked.number,
        "name": name if is_credit_code(asked.number) else None,
        "answered_at": clock.now().isoformat(),
    }


def _answer(engine: Engine, asked: Question) -> dict[str, Any]:
    reference = f"RB-{uuid.uuid4()}"
    with engine.begin() as connection:
        name = connection.scalar(select(_subjects.c.name).where(_subjects.c.number == asked.number))
        found = connection.execute(select(_records).where(_records.c.number == asked.number)).mappings().all()
        connection.execute(_queries.insert().values(reference=reference, purpose=asked.purpose, case_number=asked.case))
    return {
        "reference": reference,
        "source": SOURCE,
        "subject": asked.subject,
        "number": asked.number,
        "name_agrees": None if name is None else name == asked.name,
        "answered_at": clock.now().isoformat(),
        "records": [{key: value for key, value in record.items() if key != "number"} for record in found],
    }


def create_app(database_path: Path, token: str, delay_s: float = 0.0) -> FastAPI:
    """The bureau over the database at `database_path`; every answer waits `delay_s` seconds."""
    app = FastAPI(title="Reference credit bureau", version="1", docs_url=None, redoc_url=None)
    engine = _engine(database_path)
    expected = f"Bearer {token}".encode()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/queries", response_model=None)
    def query(asked: Question, authorization: Annotated[str, Header()] = "") -> dict[str, Any] | Response:
        if not hmac.compare_digest(authorization.encode(), expected):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        time.sleep(delay_s)
        return _answer(engine, asked)

    @app.post("/v1/firms", response_model=None)
    def firm(asked: FirmQuestion, authorization: Annotated[str, Header()] = "") -> dict[str, Any] | Response:
        if not hmac.compare_digest(authorization.encode(), expected):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        time.sleep(delay_s)
        return _named(engine, asked)

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="A credit bureau with fictitious data.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--database", type=Path, default=Path("data/bureau.db"))
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    asked = parser.parse_args()
    token = os.environ.get("BUREAU_TOKEN", "")
    if not token:
        sys.exit("BUREAU_TOKEN is not set: the bureau answers nobody without a token.")
    asked.database.parent.mkdir(parents=True, exist_ok=True)
    seed(asked.database)
    uvicorn.run(create_app(asked.database, token, asked.delay), host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
