# SPDX-License-Identifier: Apache-2.0
import hashlib
from pathlib import Path

from licences import Store


def test_the_store_never_gives_out_what_was_changed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"licence")
    assert store.get(digest) == b"licence"
    assert store.get("0" * 64) is None
    (tmp_path / digest[:2] / digest).write_bytes(b"licencf")
    assert store.get(digest) is None


def test_a_file_is_known_by_its_hash_and_put_twice_it_is_there_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.put(b"licence") == store.put(b"licence") == hashlib.sha256(b"licence").hexdigest()
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"licence"]


def test_a_damaged_file_is_whole_again_when_it_is_put_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"licence")
    (tmp_path / digest[:2] / digest).write_bytes(b"lic")
    assert store.get(digest) is None
    store.put(b"licence")
    assert store.get(digest) == b"licence"


def test_what_a_crash_left_half_written_is_never_given_out(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"licence").hexdigest()
    (tmp_path / digest[:2]).mkdir()
    (tmp_path / digest[:2] / "tmpabcd.part").write_bytes(b"lice")
    store = Store(tmp_path)
    assert store.get(digest) is None
    store.put(b"licence")
    assert store.get(digest) == b"licence"
