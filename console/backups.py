# SPDX-License-Identifier: Apache-2.0
"""Backups (备份与恢复): one consistent copy of database and files, the keys apart, sealed; and the way back.

Order makes the copy consistent while others write: a file and a key are durable before the row that names them, so
the database goes first, then files, then keys. A restore refuses whatever is not whole before it writes anything.
I/O: database, files, processes.
"""

import hashlib
import hmac
import io
import shutil
import tarfile
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kit import sealing
from kit.copying import NotEmpty, copy_in, copy_out, must_be_empty, suffix_of
from kit.errors import DomainError
from kit.masterkey import master_key
from kit.settings import Settings
from kit.strongbox import BoxClosed, lock, unlock

MANIFEST, FILES, POOL, SIGNING = "manifest.json", "files.list", "files", "signing.tar"


class BackupRefused(DomainError):
    """The backup cannot be made or taken back; `why` is one sentence for whoever does it."""


class Part(BaseModel):
    """One sealed file of the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    sha256: str
    size: int


class Manifest(BaseModel):
    """What the backup holds. `seal` is over all of the rest, under BACKUP_KEY."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = 1
    kind: str  # "data" or "keys"
    made_at: datetime
    schema_version: str
    log_entries: int
    log_head: str
    files: int
    master: str  # tells one MASTER_KEY from another, and nothing of either
    parts: tuple[Part, ...]
    seal: str = ""

    def sealed(self, key: bytes) -> "Manifest":
        said = self.model_copy(update={"seal": ""}).model_dump_json().encode()
        return self.model_copy(update={"seal": hmac.new(key, b"manifest" + said, "sha256").hexdigest()})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation keeps things."""

    database: str
    keys_database: str
    documents: Path
    signing: Path


@dataclass(frozen=True, slots=True)
class Head:
    """Schema and log when the copy begins: what comes back is at least that."""

    schema_version: str
    log_entries: int
    log_head: str


def place_of(settings: Settings) -> Place:
    folder = settings.data_dir
    return Place(settings.database, settings.keys_database, folder / "documents", folder / "keys")


def key_of(settings: Settings) -> bytes:
    """Raises BackupRefused."""
    said = settings.backup_key.get_secret_value()
    try:
        key = bytes.fromhex(said)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise BackupRefused(why="BACKUP_KEY must be 64 hexadecimal digits: it seals the backup.")
    if key == master_key(settings):
        raise BackupRefused(why="BACKUP_KEY must not be MASTER_KEY: whoever finds one must not have the other.")
    return key


def back_up(place: Place, key: bytes, to: Path, keys_to: Path, head: Head, now: datetime) -> tuple[Path, Path]:
    """Data below `to`, keys below `keys_to`; gives the two folders. Raises BackupRefused, CopyFailed.

    Files go into a pool that all backups share: each is copied once. A backup without its manifest does not count.
    """
    to, keys_to = to.resolve(), keys_to.resolve()
    if to == keys_to or to in keys_to.parents or keys_to in to.parents:
        raise BackupRefused(why="The keys must lie apart from what they open: name another folder.")
    name = now.strftime("%Y%m%dT%H%M%S.%fZ")
    data, keys = to / name, keys_to / name
    for folder in (data, keys):
        folder.mkdir(parents=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=to, prefix=".making-") as temporary:
        work = Path(temporary)
        copied = work / f"database{suffix_of(place.database)}"
        copy_out(place.database, copied)
        hashes = sorted(_pooled(place.documents, to / POOL, key))
        (work / FILES).write_text("".join(f"{one}\n" for one in hashes))
        parts = tuple(_sealed(key, one, data) for one in (copied, work / FILES))
        ring = work / f"keyring{suffix_of(place.keys_database)}"
        copy_out(place.keys_database, ring)
        (work / SIGNING).write_bytes(_packed(place.signing))
        key_parts = tuple(_sealed(key, one, keys) for one in (ring, work / SIGNING))
    master = sealing.mark_of_master()
    for kind, folder, its, count in (("keys", keys, key_parts, 0), ("data", data, parts, len(hashes))):
        manifest = Manifest(
            kind=kind,
            made_at=now,
            schema_version=head.schema_version,
            log_entries=head.log_entries,
            log_head=head.log_head,
            files=count,
            master=master,
            parts=its,
        )
        (folder / MANIFEST).write_text(manifest.sealed(key).model_dump_json(indent=1))
    return data, keys


def restore(place: Place, key: bytes, data: Path, keys: Path, known: Collection[str]) -> Manifest:
    """Into an empty place only; everything is checked before anything is written there.

    `known`: schema versions that this release can bring up to date. Raises BackupRefused, NotEmpty, CopyFailed.
    """
    manifest = _opened(data, key, "data")
    of_keys = _opened(keys, key, "keys")
    if of_keys.made_at != manifest.made_at:
        raise BackupRefused(why="Data and keys are not of the same backup.")
    if manifest.schema_version not in known:
        raise BackupRefused(why="The backup was made by a newer release: install that one first.")
    if place.documents.exists() and any(place.documents.iterdir()):
        raise NotEmpty(place=place.documents.name)
    for url in (place.database, place.keys_database):
        must_be_empty(url)
    with _unlocked(key, data, manifest) as plain, _unlocked(key, keys, of_keys) as plain_keys:
        half = _taken_files(key, data.parent / POOL, plain[FILES].read_text().split(), manifest, place)
        _take_keys(place, plain_keys)
        copy_in(place.database, _starting(plain, "database"))
        if place.documents.exists():
            place.documents.rmdir()
        half.rename(place.documents)
    return manifest


def _starting(plain: dict[str, Path], word: str) -> Path:
    return next(path for name, path in plain.items() if name.startswith(word))


def _taken_files(key: bytes, pool: Path, hashes: list[str], manifest: Manifest, place: Place) -> Path:
    """All files in a folder beside their place: it gets its name when everything else is there."""
    if len(hashes) != manifest.files:
        raise BackupRefused(why="The list of files is not that of this backup.")
    missing = [one for one in hashes if not _boxed(pool, one).is_file()]
    if missing:
        raise BackupRefused(
            why=f"{len(missing)} of {len(hashes)} files are not in the backup, the first: {missing[0]}."
        )
    half = place.documents.with_name(place.documents.name + ".restoring")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for one in hashes:
        _take_out(key, pool, one, half)
    return half


def _take_keys(place: Place, plain: dict[str, Path]) -> None:
    copy_in(place.keys_database, _starting(plain, "keyring"))
    place.signing.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(plain[SIGNING]) as packed:
        packed.extractall(place.signing, filter="data")


def _opened(folder: Path, key: bytes, kind: str) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise BackupRefused(why=f"{folder.name} has no {MANIFEST}: the backup was not finished.") from None
    except ValidationError:
        raise BackupRefused(why=f"The {MANIFEST} of {folder.name} is not one.") from None
    if not hmac.compare_digest(manifest.sealed(key).seal, manifest.seal):
        raise BackupRefused(why=f"{folder.name} was sealed under another BACKUP_KEY, or its {MANIFEST} was changed.")
    if manifest.kind != kind:
        raise BackupRefused(why=f"{folder.name} holds {manifest.kind}, not {kind}.")
    if manifest.master != sealing.mark_of_master():
        raise BackupRefused(why="MASTER_KEY is not the one under which this was sealed: nothing could be read.")
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file() or path.stat().st_size != part.size or _hash(path) != part.sha256:
            raise BackupRefused(why=f"{part.name} is missing, cut or changed.")
    return manifest


@contextmanager
def _unlocked(key: bytes, folder: Path, manifest: Manifest) -> Iterator[dict[str, Path]]:
    with tempfile.TemporaryDirectory() as temporary:
        plain: dict[str, Path] = {}
        for part in manifest.parts:
            name = part.name.removesuffix(".box")
            plain[name] = Path(temporary) / name
            try:
                unlock(key, folder / part.name, plain[name])
            except BoxClosed:
                raise BackupRefused(why=f"{part.name} does not open under this BACKUP_KEY.") from None
        yield plain


def _sealed(key: bytes, plain: Path, folder: Path) -> Part:
    box = folder / f"{plain.name}.box"
    lock(key, plain, box)
    return Part(name=box.name, sha256=_hash(box), size=box.stat().st_size)


def _pooled(documents: Path, pool: Path, key: bytes) -> Iterator[str]:
    """Copy what the pool has not; a file whose content is not what its name says is left out and told by the check."""
    for path in sorted(documents.glob("??/*")):
        if path.suffix or _hash(path) != path.name:
            continue
        box = _boxed(pool, path.name)
        if not box.is_file():
            box.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half = box.with_suffix(".part")
            lock(key, path, half)
            half.replace(box)
        yield path.name


def _boxed(pool: Path, sha256: str) -> Path:
    return pool / sha256[:2] / f"{sha256}.box"


def _take_out(key: bytes, pool: Path, sha256: str, to: Path) -> None:
    path = to / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        unlock(key, _boxed(pool, sha256), path)
    except BoxClosed:
        raise BackupRefused(why=f"The file {sha256} does not open under this BACKUP_KEY.") from None
    if _hash(path) != sha256:
        raise BackupRefused(why=f"The file {sha256} is not what its name says.")


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(folder.glob("*")):
            tar.add(path, path.name)
    return packed.getvalue()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
