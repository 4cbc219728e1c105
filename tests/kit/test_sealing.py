# SPDX-License-Identifier: Apache-2.0
import pickle

import pytest

from kit.sealing import SealBroken, fingerprint, seal, sealer, unseal


def test_what_was_sealed_opens_again_and_shows_nothing() -> None:
    sealed = seal("王小明".encode(), "answers")
    assert "王小明".encode() not in sealed
    assert unseal(sealed, "answers").decode() == "王小明"


def test_one_flipped_bit_is_found() -> None:
    sealed = bytearray(seal(b"value", "answers"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), "answers")


def test_a_seal_for_one_purpose_does_not_open_for_another() -> None:
    with pytest.raises(SealBroken):
        unseal(seal(b"value", "answers"), "portrait")


def test_a_fingerprint_finds_equal_values_only() -> None:
    assert fingerprint("13800000000", "phone") == fingerprint("13800000000", "phone")
    assert fingerprint("13800000000", "phone") != fingerprint("13800000001", "phone")


def test_an_error_comes_back_from_another_process_with_its_facts() -> None:
    error = pickle.loads(pickle.dumps(SealBroken(purpose="answers")))  # noqa: S301 (our own bytes)
    assert isinstance(error, SealBroken)
    assert error.facts == {"purpose": "answers"}


def test_many_values_are_sealed_as_one_is() -> None:
    quickly = sealer("purpose")
    sealed = [quickly(b"value"), quickly(b"value")]
    assert sealed[0] != sealed[1]
    assert [unseal(one, "purpose") for one in sealed] == [b"value", b"value"]
    with pytest.raises(SealBroken):
        unseal(sealed[0], "another")
