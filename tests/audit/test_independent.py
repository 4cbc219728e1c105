# SPDX-License-Identifier: Apache-2.0
"""Our log as a public implementation of the C2SP formats reads it: aics-tlog, which needs Python 3.12.

Under 3.12 it is among the libraries of development. Under 3.11 TLOG_PYTHON names an interpreter that has it
(`python3.12 -m venv DIR && DIR/bin/pip install aics-tlog==0.2.1`); without one the test says what it skipped.
"""

import os
import subprocess
import sys
from base64 import b64encode
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

import audit
from audit import HttpWitness, Ledger, Verifier
from audit.proving import prove_consistency, prove_inclusion
from audit.sequencing import Checkpoint
from audit.tree import tile_path
from kit.database import Database
from reference.witness import Keeper, Log, create_app
from tests.audit.logs import a_ledger, filled
from tests.reference.running import running

PYTHON = os.environ.get("TLOG_PYTHON", sys.executable if find_spec("aics_tlog") else "")
SIZES = (1, 255, 1, 300, 43)
READER = """
import base64, pathlib, random, sys
import aics_tlog as t
folder = pathlib.Path(sys.argv[1])
log, witness = (t.parse_vkey(line) for line in (folder / "keys").read_text().splitlines())
reader = t.FileSystemTileReader(folder)
notes = [t.parse_note(text) for text in (folder / "checkpoints.txt").read_text().split("%\\n") if text.strip()]
checkpoints = []
for note in notes:
    result = t.verify_checkpoint(note, log)
    assert result.log_ok and not result.error, result
    checkpoints.append(t.checkpoint.checkpoint_from_note(note)[0])
last = checkpoints[-1]
assert t.verify_checkpoint(notes[-1], log, [witness], 1).ok
forged = (folder / "checkpoints.txt").read_text().split("%\\n")[-2].replace("\\n600\\n", "\\n601\\n")
assert not t.verify_checkpoint(t.parse_note(forged), log).ok
for one in checkpoints:
    assert t.tree_root_from_tiles(reader, one.size, last.size) == one.root, one
chance, checked = random.Random(6), 0
for _ in range(200):
    index = chance.randrange(last.size)
    proof = t.inclusion_proof_from_tiles(reader, index, last.size)
    entry = t.read_entry(reader, index, last.size)
    assert t.verify_inclusion(t.leaf_hash(entry), index, last.size, proof, last.root)
    checked += 1
for name, verify in (("inclusion", t.verify_inclusion), ("consistency", t.verify_consistency)):
    for line in (folder / name).read_text().splitlines():
        first, second, *hashes = line.split()
        decoded = [base64.b64decode(h) for h in hashes]
        if name == "inclusion":
            leaf = t.leaf_hash(t.read_entry(reader, int(first), last.size))
            assert verify(leaf, int(first), int(second), decoded, last.root)
            assert not verify(t.leaf_hash(b"other"), int(first), int(second), decoded, last.root)
        else:
            old_root, new_root, *path = decoded
            assert verify(int(first), int(second), old_root, new_root, path)
        checked += 1
print(checked)
"""


def publish(ledger: Ledger, folder: Path, witness: str) -> int:
    """The log as it is served, in files; gives how many proofs of ours there are to verify."""
    count = 0
    with ledger.database.snapshot() as session:
        size = audit.head(session).size
        for level in range(2):
            whole, rest = divmod(size // 256**level, 256)
            for number, width in [*((n, None) for n in range(whole)), *([(whole, rest)] if rest else [])]:
                place = tile_path(number) + (f".p/{width}" if width else "")
                resources = {f"tile/{level}/{place}": audit.hash_tile(session, level, number, width)}
                if level == 0:
                    resources[f"tile/entries/{place}"] = audit.entry_bundle(session, number, width)
                for name, content in resources.items():
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    assert content is not None
                    path.write_bytes(content)
        sizes = [sum(SIZES[: n + 1]) for n in range(len(SIZES))]
        notes = [session.get_one(Checkpoint, at).note for at in sizes]
        (folder / "checkpoints.txt").write_text("".join(f"{note}%\n" for note in notes), "utf-8")
        (folder / "keys").write_text(f"{ledger.verifier.vkey}\n{witness}\n", "utf-8")
        with (folder / "inclusion").open("w") as file:
            for index in range(0, size, 7):
                path_of = prove_inclusion(session, index).path
                file.write(" ".join([str(index), str(size), *(b64(h) for h in path_of)]) + "\n")
                count += 1
        with (folder / "consistency").open("w") as file:
            for old in sizes:
                for new in (at for at in sizes if at >= old):
                    proof = prove_consistency(session, old, new)
                    hashes = [proof.old_root, proof.new_root, *proof.path]
                    file.write(" ".join([str(old), str(new), *(b64(h) for h in hashes)]) + "\n")
                    count += 1
    return count


def b64(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.skipif(not PYTHON, reason="TLOG_PYTHON names no interpreter with aics-tlog")
def test_a_public_implementation_verifies_checkpoints_tiles_entries_and_proofs(
    database: Database, noon: datetime, tmp_path: Path
) -> None:
    bare, keeper = a_ledger(database), Keeper(tmp_path / "witness", "witness.invalid/w1", lambda: 1795406400)
    with running(create_app(keeper, [Log.from_vkey(bare.verifier.vkey)])) as url, httpx.Client(trust_env=False) as c:
        witness = HttpWitness(url, Verifier.from_vkey(keeper.vkey), c)
        ledger = Ledger(database, bare.key, (witness,))
        for count in SIZES:
            filled(ledger, noon, count)
        ledger.show(noon)
    ours = publish(ledger, tmp_path, keeper.vkey)
    (tmp_path / "reader.py").write_text(READER, "utf-8")
    told = subprocess.run([PYTHON, str(tmp_path / "reader.py"), str(tmp_path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) == 200 + ours
