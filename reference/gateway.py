# SPDX-License-Identifier: Apache-2.0
"""Reference gateway (参考短信网关): takes messages and keeps the contract; it sends nothing to anybody.

For tests and the demonstration; contract: docs/sms-contract.md. Hides what it has taken, which lives in this process
only. I/O: network.

    SMS_SECRET=… python -m reference.gateway --port 8003
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

MOST_BYTES = 4096


class Asked(BaseModel):
    """One message."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=120)
    phone: str = Field(pattern=r"^1[3-9]\d{9}$")
    text: str = Field(min_length=1, max_length=500)


@dataclass
class Taken:
    """What the gateway has: messages by key, numbers that were used, and whether it is out of order just now."""

    messages: dict[str, Asked] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    asked: int = 0
    is_away: bool = False


def create_app(secret: str, taken: Taken | None = None, now: Clock = clock.now) -> FastAPI:
    """The gateway; whoever knows the secret may ask it."""
    app = FastAPI(title="Reference gateway of messages", version="1", docs_url=None, redoc_url=None)
    held = taken or Taken()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/messages")
    async def take(request: Request) -> Response:
        body = await request.body()
        held.asked += 1
        if held.is_away:
            return JSONResponse({"error": "unavailable"}, 503)
        if len(body) > MOST_BYTES or not is_signed(request, body, secret, held.numbers, now().timestamp()):
            return JSONResponse({"error": "unsigned"}, 401)
        try:
            message = Asked.model_validate_json(body)
        except ValidationError:
            return JSONResponse({"error": "malformed"}, 422)
        before = held.messages.setdefault(message.key, message)
        if before != message:
            return JSONResponse({"error": "another message of this key"}, 422)
        return JSONResponse({"key": message.key}, 202)

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="A gateway that takes messages and sends none.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8003)
    asked = parser.parse_args()
    uvicorn.run(create_app(os.environ["SMS_SECRET"]), host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
