# SPDX-License-Identifier: Apache-2.0
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.notes import LogKey, NoteRefused, Verifier, parts, with_lines
from audit.tree import (
    EMPTY,
    Edge,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    root,
    tile_number,
    tile_path,
)

LEAVES = [leaf_hash(str(n).encode()) for n in range(1100)]


@cache
def by_the_book(first: int, end: int) -> bytes:
    """RFC 6962 §2.1, word for word."""
    count = end - first
    if count <= 1:
        return LEAVES[first] if count else EMPTY
    k = 1
    while k * 2 < count:
        k *= 2
    return node_hash(by_the_book(first, first + k), by_the_book(first + k, end))


@cache
def tiles() -> dict[tuple[int, int], bytes]:
    edge = Edge()
    for leaf in LEAVES:
        edge.add(leaf)
    return {**edge.done, **edge.partial()}


def read(level: int, number: int) -> bytes:
    return tiles().get((level, number), b"")


@given(st.integers(0, 1100))
def test_the_root_of_every_size_is_that_of_the_book(size: int) -> None:
    assert root(read, size) == by_the_book(0, size)
    edge = Edge(size, read)
    assert edge.root() == by_the_book(0, size)


@given(st.integers(0, 1100), st.integers(0, 1100))
def test_a_tree_goes_on_where_it_was_left(size: int, later: int) -> None:
    size, later = sorted((size, later))
    edge = Edge(size, read)
    for leaf in LEAVES[size:later]:
        edge.add(leaf)
    assert edge.root() == by_the_book(0, later)


@given(st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1100))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(read, index, size)
    there = by_the_book(0, size)
    assert proves_inclusion(LEAVES[index], index, size, path, there)
    assert not proves_inclusion(leaf_hash(b"other"), index, size, path, there)
    assert not proves_inclusion(LEAVES[index], index, size, [*path, EMPTY], there)
    if path:
        assert not proves_inclusion(LEAVES[index], index, size, path[:-1], there)
        assert not proves_inclusion(LEAVES[index], (index + 1) % size, size, path, there)


@given(st.data())
def test_a_proof_of_consistency_holds_for_its_two_trees_only(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 1100))
    old = data.draw(st.integers(0, new))
    path = consistency(read, old, new)
    before, after = by_the_book(0, old), by_the_book(0, new)
    assert proves_consistency(old, new, path, before, after)
    if old > 0:
        assert not proves_consistency(old, new, path, EMPTY, after)
        assert not proves_consistency(old, new, path, before, EMPTY)


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 2000)])
def test_what_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(LookupError):
        inclusion(read, index, size)


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3), (3, 2000)])
def test_a_log_that_is_not_so_long_has_no_proof(old: int, new: int) -> None:
    with pytest.raises(LookupError):
        consistency(read, old, new)


def test_tiles_have_the_addresses_of_the_standard() -> None:
    assert tile_path(1234067) == "x001/x234/067"
    assert tile_number("x001/x234/067.p/8") == (1234067, 8)
    assert tile_number(tile_path(0)) == (0, None)


def test_a_key_of_the_standard_opens_the_checkpoint_of_the_standard() -> None:
    """The example of C2SP signed-note: a vkey, a note."""
    key = Verifier.from_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    body = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    code = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    line = f"\u2014 PeterNeumann {code}"
    assert key.line_in(body, [line]) == line
    assert key.line_in(body + "x", [line]) is None


def test_a_note_of_another_log_key_or_form_is_refused() -> None:
    key, other = LogKey.fresh("test.invalid/log"), LogKey.fresh("test.invalid/log")
    note = key.sign(3, by_the_book(0, 3))
    assert key.verifier.open(note).size == 3
    assert Verifier.from_vkey(key.verifier.vkey) == key.verifier
    elsewhere = LogKey.fresh("test.invalid/other").sign(3, by_the_book(0, 3))
    for wrong in (note.replace("\n3\n", "\n4\n"), note.replace("\n3\n", "\n03\n"), note[:-1], "", elsewhere):
        with pytest.raises(NoteRefused):
            key.verifier.open(wrong)
    with pytest.raises(NoteRefused):
        other.verifier.open(note)
    assert with_lines(note, parts(note)[1]) == note
