# SPDX-License-Identifier: Apache-2.0
"""Reference key management (参考密钥管理服务): wraps and unwraps keys of others under its own; keeps the contract.

For tests and the demonstration; contract: docs/kms-contract.md. Its key lives in this process only: what it wrapped is
lost with it, so nothing real may be wrapped here. I/O: network.

    KMS_SECRET=… python -m reference.kms --port 8005
"""

import argparse
import os
import secrets
from dataclasses import dataclass, field

import uvicorn
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit import clock
from kit.clock import Clock
from reference.signatures import is_signed

MOST_BYTES = 4096


class ToWrap(BaseModel):
    """A key to be wrapped."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(pattern=r"^[0-9a-f]{64}$")


class ToUnwrap(BaseModel):
    """What `wrap` gave."""

    model_config = ConfigDict(extra="forbid")

    wrapped: str = Field(pattern=r"^[0-9a-f]{24,400}$")


@dataclass
class Held:
    """Its key, numbers that were used, what was asked, and whether it is out of order just now."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    numbers: set[str] = field(default_factory=set)
    acts: list[str] = field(default_factory=list)
    is_away: bool = False


def create_app(secret: str, held: Held | None = None, now: Clock = clock.now) -> FastAPI:
    """The system; whoever knows the secret may ask it."""
    app = FastAPI(title="Reference key management", version="1", docs_url=None, redoc_url=None)
    held = held or Held()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/v1/{act}")
    async def answer(act: str, request: Request) -> Response:
        body = await request.body()
        if held.is_away:
            return JSONResponse({"error": "unavailable"}, 503)
        if len(body) > MOST_BYTES or not is_signed(request, body, secret, held.numbers, now().timestamp()):
            return JSONResponse({"error": "unsigned"}, 401)
        held.acts.append(act)
        try:
            return _done(act, body, held)
        except (ValidationError, InvalidTag):
            return JSONResponse({"error": "not ours"}, 422)

    return app


def _done(act: str, body: bytes, held: Held) -> Response:
    if act == "wrap":
        nonce, key = secrets.token_bytes(12), bytes.fromhex(ToWrap.model_validate_json(body).key)
        return JSONResponse({"wrapped": (nonce + AESGCM(held.key).encrypt(nonce, key, None)).hex()})
    if act == "unwrap":
        wrapped = bytes.fromhex(ToUnwrap.model_validate_json(body).wrapped)
        return JSONResponse({"key": AESGCM(held.key).decrypt(wrapped[:12], wrapped[12:], None).hex()})
    return JSONResponse({"error": "unknown"}, 404)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Wraps keys as long as it runs.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8005)
    asked = parser.parse_args()
    uvicorn.run(create_app(os.environ["KMS_SECRET"]), host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
