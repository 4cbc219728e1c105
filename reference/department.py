# SPDX-License-Identifier: Apache-2.0
"""Reference department (参考部门系统): takes what a department is told and keeps the contract.

For tests and the demonstration; contract: docs/partner-api.md. Hides what it has taken, which lives in this process
only; what comes twice is known by its number. I/O: network.

    HOOK_KEY=… python -m reference.department --port 8004
"""

import argparse
import os
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit import clock
from kit.clock import Clock
from reference.signatures import is_signed

MOST_BYTES = 1 << 20


class Told(BaseModel):
    """One notification, by its number in order."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=1)
    case_number: str = Field(max_length=40)
    credit_code: str = Field(max_length=18)
    act: str = Field(max_length=20)
    scope: list[str]
    permits: list[str]
    made_at: str


class Asked(BaseModel):
    """A portion."""

    model_config = ConfigDict(extra="forbid")

    notifications: list[Told] = Field(min_length=1, max_length=200)


@dataclass
class Taken:
    """What has come by number, numbers of requests that were used, and how many more requests are to fail."""

    told: dict[int, Told] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    asked: int = 0
    again: int = 0
    failing: int = 0


def create_app(key: str, taken: Taken | None = None, now: Clock = clock.now) -> FastAPI:
    """The department's system; whoever knows its key may tell it."""
    app = FastAPI(title="Reference system of a department", version="1", docs_url=None, redoc_url=None)
    held = taken or Taken()

    @app.post("/notifications")
    async def take(request: Request) -> Response:
        body = await request.body()
        held.asked += 1
        if held.failing:
            held.failing -= 1
            return JSONResponse({"error": "unavailable"}, 503)
        if len(body) > MOST_BYTES or not is_signed(request, body, key, held.numbers, now().timestamp()):
            return JSONResponse({"error": "signature"}, 401)
        try:
            asked = Asked.model_validate_json(body)
        except ValidationError:
            return JSONResponse({"error": "malformed"}, 422)
        for one in asked.notifications:
            held.again += one.number in held.told
            held.told[one.number] = one
        return JSONResponse({"received": len(asked.notifications)}, 202)

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8004)
    uvicorn.run(create_app(os.environ["HOOK_KEY"]), host="127.0.0.1", port=parser.parse_args().port)
