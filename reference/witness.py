# SPDX-License-Identifier: Apache-2.0
"""Reference witness (参考见证方): cosigns checkpoints of a log that only grows (C2SP tlog-witness, tlog-cosignature).

For tests, and for another department that wants to begin. It keeps one checkpoint for each log it knows and does its
own arithmetic (RFC 6962 §2.1.2): whoever wrote the log is not trusted to check it. I/O: a folder, network.

    python -m reference.witness --port 8010 --folder DIR --name witness.example/w1 --log VKEY
"""

import argparse
import base64
import hashlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fastapi import FastAPI, Request, Response

from kit import clock

DASH = "\u2014"
MOST_BYTES = 65536


@dataclass(frozen=True)
class Log:
    """A log whose checkpoints are cosigned."""

    origin: str
    public: bytes

    @classmethod
    def from_vkey(cls, vkey: str) -> "Log":
        origin, _id, key = vkey.strip().split("+", 2)
        return cls(origin, base64.b64decode(key)[1:])

    def signed(self, body: str, lines: list[str]) -> bool:
        wanted = _key_id(self.origin, 1, self.public)
        for line in lines:
            dash, name, code = line.split(" ")
            raw = base64.b64decode(code)
            if (dash, name, raw[:4]) == (DASH, self.origin, wanted):
                try:
                    Ed25519PublicKey.from_public_bytes(self.public).verify(raw[4:], body.encode())
                except InvalidSignature:
                    continue
                return True
        return False


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(old: int, old_root: bytes, new: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Old and new root as the path makes them. Raises ValueError if it is too long, StopIteration if too short."""
    steps = iter(path)

    def rebuild(before: int, now: int, is_known: bool) -> tuple[bytes, bytes]:
        if before == now:
            whole = old_root if is_known else next(steps)
            return whole, whole
        half = 1 << ((now - 1).bit_length() - 1)
        if before <= half:
            left_then, left = rebuild(before, half, is_known)
            return left_then, _node(left, next(steps))
        right_then, right = rebuild(before - half, now - half, False)
        left = next(steps)
        return _node(left, right_then), _node(left, right)

    roots = rebuild(old, new, True)
    if next(steps, None) is not None:
        raise ValueError("longer than it need be")
    return roots


class Keeper:
    """What the witness remembers, one file for each log, and its key."""

    def __init__(self, folder: Path, name: str, now_s: Callable[[], int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.name, self._now_s = folder, name, now_s
        key = folder / "witness.key"
        if not key.exists():
            key.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
            key.chmod(0o600)
        self._key = Ed25519PrivateKey.from_private_bytes(key.read_bytes())
        self.lock = threading.Lock()

    @property
    def vkey(self) -> str:
        public = self._key.public_key().public_bytes_raw()
        code = base64.b64encode(b"\x04" + public).decode()
        return f"{self.name}+{_key_id(self.name, 4, public).hex()}+{code}"

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:16]}.json"

    def known(self, origin: str) -> tuple[int, bytes]:
        file = self._file(origin)
        if not file.exists():
            return 0, b""
        told = json.loads(file.read_text("utf-8"))
        return int(told["size"]), bytes.fromhex(told["root"])

    def keep(self, origin: str, size: int, root: bytes) -> None:
        fresh = self._file(origin).with_suffix(".tmp")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"origin": origin, "size": size, "root": root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file(origin))

    def cosign(self, body: str) -> str:
        time = self._now_s()
        signature = time.to_bytes(8) + self._key.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
        raw = _key_id(self.name, 4, self._key.public_key().public_bytes_raw()) + signature
        return f"{DASH} {self.name} {base64.b64encode(raw).decode()}\n"


def _judge(keeper: Keeper, logs: dict[str, Log], sent: str) -> tuple[int, str]:
    """Status and body, as tlog-witness says."""
    request, _, note = sent.partition("\n\n")
    text, _, lines = note.partition("\n\n")
    body = text + "\n"
    said: Iterator[str] = iter(request.split("\n"))
    old = int(next(said).removeprefix("old "))
    path = [base64.b64decode(line, validate=True) for line in said]
    origin, size_text, root_text = text.split("\n")[:3]
    size, root = int(size_text), base64.b64decode(root_text, validate=True)
    if origin not in logs:
        return 404, ""
    if not logs[origin].signed(body, lines.splitlines()):
        return 403, ""
    if old > size:
        return 400, ""
    with keeper.lock:
        known, known_root = keeper.known(origin)
        if old != known:
            return 409, f"{known}\n"
        if old and grown(old, known_root, size, path) != (known_root, root):
            return (409 if old == size else 422), ""
        if not old and path:
            return 422, ""
        keeper.keep(origin, size, root)
    return 200, keeper.cosign(body)


def create_app(keeper: Keeper, logs: list[Log]) -> FastAPI:
    """A witness of these logs."""
    app = FastAPI(title="Reference witness", docs_url=None, redoc_url=None, openapi_url=None)
    known = {log.origin: log for log in logs}

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        sent = await request.body()
        try:
            status, body = _judge(keeper, known, sent.decode()) if len(sent) <= MOST_BYTES else (413, "")
        except (ValueError, StopIteration, RuntimeError):
            status, body = 422, ""
        kind = "text/x.tlog.size" if status == 409 else "text/plain"
        return Response(body, status, media_type=kind)

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Cosigns checkpoints of a log that only grows.")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--name", default="witness.invalid/w1")
    parser.add_argument("--log", action="append", required=True, help="vkey of a log")
    asked = parser.parse_args()
    keeper = Keeper(asked.folder, asked.name, lambda: int(clock.now().timestamp()))
    sys.stdout.write(f"{keeper.vkey}\n")
    app = create_app(keeper, [Log.from_vkey(vkey) for vkey in asked.log])
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
