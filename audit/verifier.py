# SPDX-License-Identifier: Apache-2.0
"""Verifier (离线核验): says whether an exported log is as it was signed. Needs this one file and Python ≥ 3.11.

    python verify_export.py EXPORT.zip|FOLDER [--key VKEY] [--held FILE]
    python verify_export.py RECEIPT.tlog-proof --key VKEY

An export holds `entries.jsonl` (a line is the exact text of one entry), `hashes.bin` (SHA-256 of every entry of the
log, 32 bytes each), `checkpoints.txt` (signed notes: so many entries, this root), `log.vkey` (the key), perhaps
`disclosures.jsonl`, and for a selection `indices.txt` (the place of each line in the log).
What is verified: (1) each checkpoint is signed by the key; (2) the tree over hashes.bin (RFC 6962) has the root of
every checkpoint at its size, and of those held elsewhere; (3) each line hashes to its place; (4) each disclosed value
is the one the entry committed to. A CSV or Parquet export is a copy without proof: only its checksum is verified.
A receipt (C2SP tlog-proof) holds one entry: (1), (3) by its path to the root (RFC 9162), and (4); what it says is told.
Exit 0 if everything holds, 1 if not. I/O: one file or folder is read.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

SENTENCES = {
    "unreadable": ("文件缺失或格式不对", "a file is missing or malformed"),
    "line": ("该行与日志不符：被改动、删除、插入或换序", "the line is not what the log holds: edited, cut or moved"),
    "count": ("行数与日志不符：有缺失或多余", "entries are missing or too many"),
    "signature": ("检查点不是这把密钥签的", "the checkpoint is not signed by this key"),
    "root": ("哈希与签名的检查点不符：日志被改写", "the tree differs from a signed checkpoint: the log was rewritten"),
    "short": ("日志比检查点短：末尾被截去", "the log is shorter than a checkpoint says: its tail was cut"),
    "disclosure": ("披露的内容不是记录所承诺的", "the disclosed value is not what the entry committed to"),
    "no_key": ("核验回执需要公布的公钥", "a receipt is verified with the published key"),
    "path": ("记录不在日志的这个位置", "the entry is not in the log at this place"),
    "checksum": ("文件与清单的校验和不符", "a file does not match the checksum in the manifest"),
}
OWN_KEY = ("公钥取自文件本身，请与公布的公钥比对", "The key came with the export: compare it with the published one")
UNREADABLE = (ValueError, LookupError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error)
RECEIPT = "c2sp.org/tlog-proof@v1"
END = (-1, 0, b"")  # place, number and text behind the last line
NO_PROOF = ("表格副本不含证明，只核对了校验和", "A table is a copy without proof: its checksum was verified")

# Ed25519 (RFC 8032 §5.1), verification only.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    w, x = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    y, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = x - w, z - y, z + y, x + w
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, a: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    for bit in f"{n:b}":
        total = add(total, total)
        total = add(total, a) if bit == "1" else total
    return total


def point(data: bytes) -> Point:
    """Raises ValueError for 32 bytes that are no point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - xx) % P or y >= P or (x == 0 and sign):
        raise ValueError("no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(challenge, a))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P
    return len(signature) == 64 and s < L and same


class Fault(Exception):
    """Which of SENTENCES, and where: a line, a size, a file."""


@dataclass
class Report:
    """`entries` counts lines; `size` and `root` are those of the newest checkpoint."""

    kind: str = ""
    entries: int = 0
    checkpoints: int = 0
    disclosures: int = 0
    size: int = 0
    root: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults


def open_checkpoint(note: str, name: str, key: bytes) -> tuple[int, bytes]:
    """Size and root of a signed note. Raises Fault."""
    text, _, lines = note.partition("\n\n")
    body = f"{text}\n".encode()
    origin, size, root = text.split("\n")[:3]
    for line in lines.split("\n")[:-1]:
        dash, who, code = line.split(" ")
        raw = base64.b64decode(code)
        named = dash == "\u2014" and origin == who == name and base64.b64encode(raw).decode() == code
        named = named and raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
        if named and is_signed(key, body, raw[4:]):
            return int(size), base64.b64decode(root)
    raise Fault("signature", size)


def read(path: Any) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def lines_of(files: Any, is_selection: bool) -> Iterator[tuple[int, int, bytes]]:
    """Place in the log, number in the file, and text of each line."""
    places = (int(line) for line in read(files / "indices.txt")) if is_selection else count()
    for number, line in enumerate(read(files / "entries.jsonl"), 1):
        yield next(places, -1), number, line
    if is_selection and next(places, None) is not None:
        raise Fault("count", "indices.txt")


def judge(line: bytes, number: int, digest: bytes, disclosed: list[Any]) -> int:
    """Whether the line is the entry with this hash and what is disclosed of it what it commits to."""
    if line[-1:] != b"\n" or hashlib.sha256(b"\x00" + line[:-1]).digest() != digest:
        raise Fault("line", number)
    for said in disclosed:
        told = json.loads(line)["facts"]["committed"][said["field"]]
        secret = said["field"].encode() + b"\x00" + said["value"].encode()
        if hmac.new(bytes.fromhex(said["salt"]), secret, "sha256").hexdigest() != told:
            raise Fault("disclosure", f"{number} {said['field']}")
    return len(disclosed)


def walk(files: Any, report: Report, sizes: set[int], disclosed: dict[int, list[Any]]) -> dict[int, bytes]:
    """Read hashes.bin once, beside it the lines; gives the root at each of `sizes` that there is."""
    sha, roots = hashlib.sha256, {0: hashlib.sha256(b"").digest()}
    stack: list[bytes] = []
    lines = lines_of(files, report.kind == "selection")
    place, number, line = next(lines, END)
    with (files / "hashes.bin").open("rb") as file:
        while digest := file.read(32):
            if place == report.size:
                report.disclosures += judge(line, number, digest, disclosed.pop(place, []))
                report.entries = number
                place, number, line = next(lines, END)
            elif report.kind == "complete":
                raise Fault("count", report.size)
            report.size = size = report.size + 1
            while not size & 1:  # as many complete pairs as the count has zeros at its end
                digest, size = sha(b"\x01" + stack.pop() + digest).digest(), size >> 1
            stack.append(digest)
            if report.size in sizes:
                root = stack[-1]
                for left in stack[-2::-1]:
                    root = sha(b"\x01" + left + root).digest()
                roots[report.size] = root
    if number or disclosed:
        raise Fault("count", number)
    return roots


def climb(digest: bytes, at: int, size: int, path: list[bytes]) -> bytes:
    """The root that a path leads to from an entry's hash (RFC 9162 §2.1.3.2). Raises Fault."""
    last, place = size - 1, at
    for step in path:
        if at & 1 or at == last:
            digest = hashlib.sha256(b"\x01" + step + digest).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\x01" + digest + step).digest()
        at, last = at >> 1, last >> 1
    if last or not 0 <= place < size:
        raise Fault("path", place)
    return digest


def read_receipt(text: str, report: Report, vkey: str | None) -> None:
    report.kind, report.entries, report.checkpoints = "receipt", 1, 1
    if vkey is None:
        raise Fault("no_key", "--key")
    name, _id, code = vkey.strip().split("+", 2)
    head, _, note = text.partition("\n\n")
    report.size, root = open_checkpoint(note, name, base64.b64decode(code)[1:])
    form, *said = head.split("\n")
    words = dict(zip(("extra", "index"), said, strict=False))
    whole, place = base64.b64decode(words["extra"][6:]), int(words["index"][6:])
    path = [base64.b64decode(line) for line in said[2:]]
    written = [f"extra {base64.b64encode(whole).decode()}", f"index {place}"]
    written += [base64.b64encode(step).decode() for step in path]
    if form != RECEIPT or said != written:  # one way to write it: no byte may be another
        raise Fault("unreadable", "receipt")
    leaf, *disclosed = whole.split(b"\n")
    digest = hashlib.sha256(b"\x00" + leaf).digest()
    if climb(digest, place, report.size, path) != root:
        raise Fault("path", place)
    openings = [json.loads(line) for line in disclosed]
    report.disclosures, report.root = judge(leaf + b"\n", place, digest, openings), root.hex()
    entry = json.loads(leaf)
    report.told = [f"{entry['at']} {entry['event']} {entry['subject']}"]
    report.told += [f"  {said['field']}: {said['value']}" for said in openings]


def verify(files: Any, report: Report, vkey: str | None, held: str) -> None:
    manifest = json.loads((files / "manifest.json").read_bytes())
    report.kind = manifest["kind"]
    if report.kind == "table":
        report.entries = manifest["count"]
        report.notes.append(NO_PROOF)
        with (files / manifest["file"]).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == manifest["sha256"]:
                return
        raise Fault("checksum", manifest["file"])
    if vkey is None:
        report.notes.append(OWN_KEY)
    name, _id, code = (vkey or (files / "log.vkey").read_text()).strip().split("+", 2)
    key = base64.b64decode(code)[1:]
    texts = ((files / "checkpoints.txt").read_text("utf-8"), held)
    own, other = ([open_checkpoint(n, name, key) for n in text.split("%\n") if n.strip()] for text in texts)
    signed = own + other
    disclosed: dict[int, list[Any]] = {}
    for line in read(files / "disclosures.jsonl") if manifest["disclosures"] else ():
        said = json.loads(line)
        disclosed.setdefault(said["index"], []).append(said)
    roots = walk(files, report, {size for size, _root in signed}, disclosed)
    for size, root in signed:
        if roots.get(size) != root:
            raise Fault("root" if size in roots else "short", size)
    if report.size != max((size for size, _root in own), default=0):  # what is behind the last signature is nobody's
        raise Fault("count", report.size)
    report.root, report.checkpoints = roots[report.size].hex(), len(signed)


def verify_export(path: str | Path, vkey: str | None = None, held: str = "") -> Report:
    """Stops at the first fault. `vkey`: the published key; `held`: checkpoints noted elsewhere."""
    report = Report()
    try:
        path = Path(path)
        if path.is_file() and next(read(path), b"").rstrip(b"\n") == RECEIPT.encode():
            read_receipt(path.read_text("utf-8"), report, vkey)
            return report
        verify(path if path.is_dir() else zipfile.Path(path), report, vkey, held)
    except Fault as fault:
        report.faults.append((fault.args[0], str(fault.args[1])))
    except UNREADABLE as error:
        report.faults.append(("unreadable", type(error).__name__))
    return report


def sentences_of(report: Report) -> list[str]:
    """What a person reads."""
    said = [f"{SENTENCES[kind][0]}：{at}。{SENTENCES[kind][1]}: {at}." for kind, at in report.faults]
    said += report.told
    said += [f"说明：{zh}。Note: {en}." for zh, en in report.notes]
    if not report.ok:
        return [*said, "核验未通过。NOT VERIFIED."]
    counted = f"{report.entries} entries ({report.kind}), {report.checkpoints} checkpoints"
    return [*said, f"核验通过 VERIFIED: {counted}, {report.disclosures} disclosures, {report.size} {report.root}"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an exported log. 核验导出的日志。")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", help="the published key (vkey) 另行公布的公钥")
    parser.add_argument("--held", type=Path, help="checkpoints kept elsewhere 另处保存的检查点")
    asked = parser.parse_args(arguments)
    report = verify_export(asked.export, asked.key, asked.held.read_text("utf-8") if asked.held else "")
    sys.stdout.buffer.write("".join(f"{line}\n" for line in sentences_of(report)).encode())
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
