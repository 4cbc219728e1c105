# SPDX-License-Identifier: Apache-2.0
"""Receipts (回执): what an applicant takes home: the entry, its place in the tree, and the salts that open it.

Hides the form: a C2SP tlog-proof whose extra line holds the leaf and, a line of JSON each, field, salt and value of
what the leaf only commits to. A leaf has no line break. Once the salts are erased here only such a file still opens it.
I/O: database.
"""

import base64
import json
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.disclosures import COMMITTED, Disclosure
from audit.leaves import canonical
from audit.log import Entry
from audit.notes import Verifier
from audit.proving import FORMAT, NotInTree, prove_inclusion
from audit.tree import leaf_hash, proves_inclusion
from kit.commitments import opens


@dataclass(frozen=True, slots=True)
class Receipt:
    """`leaf` as it was hashed; `opened` are the words that it commits to and whose salts came with it."""

    index: int
    leaf: bytes
    opened: dict[str, str]


def _openings(session: Session, entry_id: int) -> dict[str, dict[str, str]]:
    query = select(Disclosure).where(Disclosure.entry_id == entry_id).order_by(Disclosure.field)
    return {one.field: one.opening for one in session.scalars(query)}


def _judged(told: dict[str, str], openings: dict[str, dict[str, str]]) -> dict[str, str]:
    """Values that are what was committed to; another one under the same field is not believed."""
    return {
        field: said["value"]
        for field, said in openings.items()
        if opens(told.get(field, ""), bytes.fromhex(said["salt"]), field, said["value"].encode())
    }


def opened(session: Session, entry: Entry) -> dict[str, str]:
    """What the entry commits to, as far as nobody has erased or changed it."""
    return _judged(entry.told.get(COMMITTED, {}), _openings(session, entry.id))


def receipt_of(session: Session, subject: str, event: str) -> str:
    """For the last entry of this kind about the subject. Raises NotInTree."""
    query = select(Entry).where(Entry.subject == subject, Entry.event == event)
    entry = session.scalar(query.order_by(Entry.id.desc()).limit(1))
    if entry is None or entry.index is None:
        raise NotInTree()
    proof = prove_inclusion(session, entry.index)
    said = [canonical({"field": field, **one}).encode() for field, one in _openings(session, entry.id).items()]
    return _written(b"\n".join([proof.leaf, *said]), proof.index, proof.path, proof.note)


def _written(extra: bytes, index: int, path: Iterable[bytes], note: str) -> str:
    lines = [f"extra {base64.b64encode(extra).decode()}", f"index {index}"]
    return "\n".join([FORMAT, *lines, *(base64.b64encode(digest).decode() for digest in path), "", note])


def read_receipt(text: str, verifier: Verifier) -> Receipt:
    """Check form, signature, path and every opening. Raises NoteRefused for the checkpoint, NotInTree for all else."""
    head, _, note = text.partition("\n\n")
    said = verifier.open(note)
    try:
        _form, extra, index, *path = head.split("\n")
        leaf, *lines = base64.b64decode(extra.removeprefix("extra ")).split(b"\n")
        place, hashes = int(index.removeprefix("index ")), [base64.b64decode(line) for line in path]
        is_exact = text == _written(base64.b64decode(extra.removeprefix("extra ")), place, hashes, note)
        openings = {one.pop("field"): one for one in map(json.loads, lines)}
        found = _judged(json.loads(leaf)["facts"].get(COMMITTED, {}), openings)
    except (ValueError, KeyError, TypeError, NotBase64) as error:
        raise NotInTree() from error
    is_in = proves_inclusion(leaf_hash(leaf), place, said.size, hashes, said.root)
    if not is_exact or not is_in or found.keys() != openings.keys():
        raise NotInTree()
    return Receipt(place, leaf, found)
