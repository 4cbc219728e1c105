# SPDX-License-Identifier: Apache-2.0
"""Notes (签名检查点): what a log signs and what witnesses add to it. Hides formats and keys. Pure.

C2SP signed-note, tlog-checkpoint (origin, size, root) and tlog-cosignature, all with Ed25519 (RFC 8032).
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kit.errors import DomainError

_DASH = "\u2014 "
_LOG, _WITNESS = 1, 4  # the byte that says what a key signs
_NAME = re.compile(r"[^\s+]+")
_BODY = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


class NoteRefused(DomainError):
    """The note is malformed, of another log, or without a signature of the key it must have."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a checkpoint says: of so many entries this is the root (32 bytes)."""

    origin: str
    size: int
    root: bytes


def parts(note: str) -> tuple[str, list[str]]:
    """Body with its last newline, and the signature lines. Raises NoteRefused."""
    body, blank, signatures = note.partition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() != "" or not lines or not all(line.startswith(_DASH) for line in lines):
        raise NoteRefused(why="form")
    return body + "\n", lines


def read_body(body: str) -> Said:
    """Raises NoteRefused."""
    found = _BODY.fullmatch(body)
    if found is None:
        raise NoteRefused(why="form")
    return Said(found[1], int(found[2]), base64.b64decode(found[3]))


def body_of(said: Said) -> str:
    return f"{said.origin}\n{said.size}\n{base64.b64encode(said.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is asked for. `kind` is 1 for a log, 4 for a witness; `public` is the raw key."""

    name: str
    public: bytes
    kind: int = _LOG

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key in the text form that other programmes read."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def from_vkey(cls, text: str) -> "Verifier":
        """Raises NoteRefused."""
        try:
            name, _id, key = text.strip().split("+", 2)
            raw = base64.b64decode(key, validate=True)
        except (ValueError, binascii.Error) as error:
            raise NoteRefused(why="key") from error
        found = cls(name, raw[1:], raw[0] if raw else 0)
        if len(raw) != 33 or found.kind not in (_LOG, _WITNESS) or found.vkey != text.strip():
            raise NoteRefused(why="key")
        return found

    def _holds(self, body: str, signature: bytes) -> bool:
        signed = body
        if self.kind == _WITNESS:
            if len(signature) != 72:
                return False
            signed = f"cosignature/v1\ntime {int.from_bytes(signature[:8])}\n{body}"
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed.encode())
        except InvalidSignature:
            return False
        return True

    def line_in(self, body: str, lines: list[str]) -> str | None:
        """The line with this key's good signature over `body`."""
        for line in lines:
            name, _, code = line.removeprefix(_DASH).partition(" ")
            try:
                raw = base64.b64decode(code, validate=True)
            except (ValueError, binascii.Error):
                continue
            if base64.b64encode(raw).decode() != code:  # the bits behind the last byte may be others
                continue
            if name == self.name and raw[:4] == self.key_id and self._holds(body, raw[4:]):
                return line
        return None

    def open(self, note: str) -> Said:
        """What the checkpoint says, if this key signed it; a log's own name is its origin. Raises NoteRefused."""
        body, lines = parts(note)
        said = read_body(body)
        if self.kind == _LOG and said.origin != self.name:
            raise NoteRefused(why="origin")
        if self.line_in(body, lines) is None:
            raise NoteRefused(why="signature")
        return said


class LogKey:
    """The private key of the log, under its origin. Never shown."""

    def __init__(self, origin: str, private: Ed25519PrivateKey) -> None:
        if not _NAME.fullmatch(origin):
            raise NoteRefused(why="origin")
        self._private = private
        self.verifier = Verifier(origin, private.public_key().public_bytes_raw())

    @classmethod
    def fresh(cls, origin: str) -> "LogKey":
        return cls(origin, Ed25519PrivateKey.generate())

    @property
    def origin(self) -> str:
        return self.verifier.name

    def sign(self, size: int, root: bytes) -> str:
        """A checkpoint: signed note with this log's signature alone."""
        body = body_of(Said(self.origin, size, root))
        signature = self.verifier.key_id + self._private.sign(body.encode())
        return f"{body}\n{_DASH}{self.origin} {base64.b64encode(signature).decode()}\n"


def with_lines(note: str, lines: list[str]) -> str:
    """The note with these signature lines beside its own, each once."""
    body, own = parts(note)
    return body + "\n" + "".join(f"{line}\n" for line in [*own, *(line for line in lines if line not in own)])
