# SPDX-License-Identifier: Apache-2.0
"""Reference bureau (参考信用信息来源): a small bureau that keeps the contract, with fictitious people and firms.

For tests and the demonstration; contract: docs/bureau-contract.md. Hides its own database. I/O: database, network.

    BUREAU_TOKEN=… [BUREAU_SECRET=…] python -m reference.bureau --port 8001 --database bureau.db
    python -m reference.bureau --contract    # writes docs/bureau-contract.json
"""

import argparse
import hashlib
import hmac
import json
import os
import sys
import time
import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import Boolean, Column, Date, Engine, MetaData, NullPool, String, Table, create_engine, func, select

from kit import clock
from kit.clock import Clock
from kit.numbers import body_check, credit_code_check, id_check, is_credit_code
from kit.signed import DATE, NONCE, SIGNATURE, signed_text
from kit.text import Frozen

VERSION = "1.1"  # the minor grows with the kinds of records; fields are those of version 1
CONTRACT = Path("docs/bureau-contract.json")
AROUND_S = 300
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
PLEDGED_FIRM = _firm("南京市栖霞区股权出质商贸有限公司（虚构）", "MA000003")
TAX_FIRM = _firm("南京市栖霞区税务非正常商贸有限公司（虚构）", "MA000004")
RISK_D_FIRM = _firm("南京市栖霞区风险丁类商贸有限公司（虚构）", "MA000005")
BREAKER = _person("毛诺言", "19870815", "011")
KNOWN = (
    CLEAN, DEBTOR, DEBTORS_NAMESAKE, BANNED, REPAIRED, BREAKER,
    UNREACHABLE_FIRM, CLEAN_FIRM, PLEDGED_FIRM, TAX_FIRM, RISK_D_FIRM,
)  # fmt: skip

_COURT = "南京市栖霞区人民法院（虚构）"
_REGULATOR = "南京市栖霞区市场监督管理局（虚构）"
_TAX = "国家税务总局南京市栖霞区税务局（虚构）"
_SEED = (
    (DEBTOR, "dishonest_judgment_debtor", _COURT, date(2025, 4, 18), None, False),
    (BANNED, "false_registration_responsible", _REGULATOR, date(2025, 9, 1), None, False),
    (REPAIRED, "dishonest_judgment_debtor", _COURT, date(2024, 3, 5), None, True),
    (UNREACHABLE_FIRM, "abnormal_operations_unreachable", _REGULATOR, date(2026, 7, 2), None, False),
    (PLEDGED_FIRM, "equity_pledged", _REGULATOR, date(2026, 2, 9), None, False),
    (TAX_FIRM, "tax_abnormal", _TAX, date(2026, 5, 20), None, False),
    (RISK_D_FIRM, "risk_class_d", _REGULATOR, date(2026, 1, 1), None, False),
    (BREAKER, "broken_commitment", _REGULATOR, date(2026, 4, 3), None, False),
)


def _engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def seed(path: Path) -> None:
    """Create the database if needed, and fill it if it is empty."""
    with _engine(path).begin() as connection:
        _metadata.create_all(connection)
        if connection.scalar(select(func.count()).select_from(_subjects)):
            return
        for known in KNOWN:
            connection.execute(_subjects.insert().values(number=known.number, name=known.name))
        for known, *rest in _SEED:
            names = ("kind", "source_body", "since", "until", "repaired")
            connection.execute(_records.insert().values(number=known.number, **dict(zip(names, rest, strict=True))))


_Given = Annotated[str, StringConstraints(min_length=1, max_length=100)]


Said = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


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


class RecordAnswered(Frozen):
    """One record under the number. `until`: its last day, included; null: none is set."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
    source_body: Said
    since: date
    until: date | None
    repaired: bool


class Answer(Frozen):
    """The answer about a person or firm. `name_agrees` is null for a number that is not known."""

    reference: Said
    source: Said
    subject: Literal["natural", "legal"]
    number: Said
    name_agrees: bool | None
    answered_at: AwareDatetime
    records: Annotated[tuple[RecordAnswered, ...], Field(max_length=200)]


class FirmAnswer(Frozen):
    """What an organisation is called; `name` is null for a number that is not known."""

    reference: Said
    source: Said
    number: Said
    name: Said | None
    answered_at: AwareDatetime


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
        "answered_at": clock.now(),
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
        "answered_at": clock.now(),
        "records": [{key: value for key, value in record.items() if key != "number"} for record in found],
    }


class _Door:
    """Who may ask: with the token, and with a request signed anew if the bureau has a secret."""

    def __init__(self, token: str, secret: str, now: Clock) -> None:
        self._token, self._secret, self._now = token, secret, now
        self._used: set[str] = set()

    async def __call__(
        self,
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
    ) -> None:
        token = given.credentials if given else ""
        is_known = hmac.compare_digest(token.encode(), self._token.encode())
        if not is_known or (self._secret and not self._is_signed(request, await request.body())):
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    def _is_signed(self, request: Request, body: bytes) -> bool:
        moment, number = request.headers.get(DATE, ""), request.headers.get(NONCE, "")
        if not moment.isdecimal() or abs(self._now().timestamp() - int(moment)) > AROUND_S or number in self._used:
            return False
        text = signed_text(request.method, request.url.path, moment, number, body)
        expected = hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get(SIGNATURE, "")):
            return False
        self._used.add(number)
        return True


def create_app(
    database_path: Path, token: str, delay_s: float = 0.0, *, secret: str = "", now: Clock = clock.now
) -> FastAPI:
    """The bureau over the database at `database_path`; every answer waits `delay_s` seconds."""
    app = FastAPI(title="Credit bureau", version=VERSION, docs_url=None, redoc_url=None)
    engine = _engine(database_path)
    door = Depends(_Door(token, secret, now))

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/queries", dependencies=[door], responses={401: {"description": "token or signature"}})
    def query(asked: Question) -> Answer:
        time.sleep(delay_s)
        return Answer.model_validate(_answer(engine, asked))

    @app.post("/v1/firms", dependencies=[door], responses={401: {"description": "token or signature"}})
    def firm(asked: FirmQuestion) -> FirmAnswer:
        time.sleep(delay_s)
        return FirmAnswer.model_validate(_named(engine, asked))

    return app


def contract() -> str:
    """The contract as OpenAPI, which is what this bureau keeps."""
    described = create_app(Path("bureau.db"), "token").openapi()
    return json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="A credit bureau with fictitious data.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--database", type=Path, default=Path("data/bureau.db"))
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--contract", action="store_true", help="write the contract as OpenAPI, and nothing else")
    asked = parser.parse_args()
    if asked.contract:
        CONTRACT.write_text(contract(), "utf-8")
        return
    token = os.environ.get("BUREAU_TOKEN", "")
    if not token:
        sys.exit("BUREAU_TOKEN is not set: the bureau answers nobody without a token.")
    asked.database.parent.mkdir(parents=True, exist_ok=True)
    seed(asked.database)
    app = create_app(asked.database, token, asked.delay, secret=os.environ.get("BUREAU_SECRET", ""))
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
