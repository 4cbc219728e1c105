# SPDX-License-Identifier: Apache-2.0
"""Another master key: whatever moment the work ends at, everything opens, and it goes on where it ended."""

import secrets
from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import LargeBinary, select, type_coerce, update

from console.keys import rotated
from identity import Account, evidence_of
from identity.vault import SealedPicture, keep_picture, view_picture
from kit import sealing
from kit.database import Base, Database
from kit.keyring import DatabaseKeyring
from kit.resealing import Done, reseal, sealed_columns
from kit.sealing import SealBroken, fingerprint, seal, unseal, unwrap, wrap
from tests.conftest import NOON

OLD, NEW = bytes(range(32)), secrets.token_bytes(32)
# Public keys, challenges and tree hashes say nothing; salts lie under a person's key.
UNDER_NO_MASTER = {"passkey.public_key", "passkey_challenge.challenge", "log_tile.hashes", "identity_record.salts"}
NAMES = [f"林清和{number}" for number in range(7)]


class Died(BaseException):
    """The process ended."""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    sealing.install(OLD)
    yield
    sealing.install(OLD)


def rotate_to(new: bytes, *old: bytes) -> None:
    root = sealing.root()
    sealing.install(new, *old)
    sealing.find_under(root)


def filled(database: Database) -> None:
    with database.writing() as session:
        session.add_all(
            Account(id=f"a-{number}", role="applicant", name=name, phone="13800000001", created_at=NOON)
            for number, name in enumerate(NAMES)
        )
        session.add(SealedPicture(id="before", sealed=seal(b"jpeg", "picture"), kept_at=NOON))
        evidence_of(session, "c-1").card_sealed = seal(b'{"a": 1}', "card")
        evidence_of(session, "c-2").card_read = {"b": 2}
        keep_picture(session, b"under its own key", NOON)


def prefixes(database: Database) -> set[bytes]:
    with database.reading() as session:
        return {bytes(one)[: sealing.PREFIX] for one in session.scalars(select(type_coerce(Account.name, LargeBinary)))}


def names(database: Database) -> list[str | None]:
    with database.reading() as session:
        return list(session.scalars(select(Account.name).order_by(Account.id)))


def test_a_value_names_its_algorithm_and_key_and_one_without_names_still_opens() -> None:
    assert seal(b"x", "answers").startswith(sealing.current())
    nameless = sealing.seal_under(sealing._key(sealing.current(), "answers"), b"x", "answers")
    assert unseal(nameless, "answers") == b"x"
    rotate_to(NEW, OLD)
    assert unseal(nameless, "answers") == b"x"
    rotate_to(NEW)
    with pytest.raises(SealBroken):
        unseal(nameless, "answers")


def test_the_name_of_the_key_cannot_be_exchanged() -> None:
    sealed = seal(b"x", "answers")
    rotate_to(NEW, OLD)
    with pytest.raises(SealBroken):
        unseal(sealing.current() + sealed[sealing.PREFIX :], "answers")


def test_everything_opens_under_the_new_key_alone_afterwards(database: Database, ring: DatabaseKeyring) -> None:
    filled(database)
    ring.keep_root(sealing.root())
    found = fingerprint("13800000001", "phone")
    rotate_to(NEW, OLD)
    assert rotated(database, ring)
    sealing.install(NEW)
    root = ring.root()
    assert root is not None
    sealing.find_under(root)
    assert names(database) == NAMES
    assert fingerprint("13800000001", "phone") == found
    with database.reading() as session:
        assert view_picture(session, "before") == b"jpeg"
        own = session.scalars(select(SealedPicture.id).where(SealedPicture.key.is_not(None))).one()
        assert view_picture(session, own) == b"under its own key"
        assert [evidence_of(session, case).card_read for case in ("c-1", "c-2")] == [{"a": 1}, {"b": 2}]
    sealing.install(OLD)
    assert not ring.opens()
    for refused in (lambda: names(database), ring.root):
        with pytest.raises(SealBroken):
            refused()


def test_a_death_in_the_middle_leaves_both_keys_readable_and_it_goes_on(
    database: Database, ring: DatabaseKeyring
) -> None:
    filled(database)
    rotate_to(NEW, OLD)
    die_at = "account.name"

    def die(done: Done) -> None:
        if done.column == die_at:
            raise Died

    with pytest.raises(Died):
        reseal(database, Base.metadata, die, portion=2)
    with database.writing() as session:  # as if it had died within the column
        old = _sealed_before("林清和0")
        session.execute(update(Account).where(Account.id == "a-0").values(name=type_coerce(old, LargeBinary)))
    assert len(prefixes(database)) == 2
    assert names(database) == NAMES
    again = {done.column: done for done in reseal(database, Base.metadata, lambda _: None, portion=2)}
    assert again["account.name"].resealed == 1
    assert again["account.phone"].resealed == len(NAMES)
    sealing.install(NEW)
    assert names(database) == NAMES
    assert prefixes(database) == {sealing.current()}


def _sealed_before(name: str) -> bytes:
    rotate_to(OLD)
    sealed = seal(f'"{name}"'.encode(), "account")
    rotate_to(NEW, OLD)
    return sealed


def keys_now(ring: DatabaseKeyring, names: Iterable[str]) -> dict[str, bytes | None]:
    """As a process that has just started reads them."""
    fresh = DatabaseKeyring(ring._database.url, lambda: NOON)
    found = {name: fresh.get(name) for name in names}
    fresh.close()
    return found


def test_a_key_of_the_ring_is_wrapped_anew_a_portion_at_a_time(database: Database, ring: DatabaseKeyring) -> None:
    made = {name: ring.get(name) for name in (ring.make() for _ in range(5))}
    rotate_to(NEW, OLD)

    def die(done: int) -> None:
        raise Died

    with pytest.raises(Died):
        ring.wrap_anew(die, portion=2)
    assert keys_now(ring, made) == made
    assert ring.wrap_anew(lambda done: None) == 3
    sealing.install(NEW)
    assert keys_now(ring, made) == made


def test_what_neither_key_opens_is_counted_left_and_told(
    database: Database, ring: DatabaseKeyring, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(database)
    with database.writing() as session:
        broken = type_coerce(b"nonsense that nobody sealed at all", LargeBinary)
        session.execute(update(Account).where(Account.id == "a-3").values(name=broken))
    rotate_to(NEW, OLD)
    assert not rotated(database, ring)
    assert "KEEP OLD_MASTER_KEY" in capsys.readouterr().out


def test_every_column_that_seal_writes_is_known() -> None:
    known = {f"{table.name}.{column.name}": purpose for table, column, purpose in sealed_columns(Base.metadata)}
    assert known["material.sealed"] == "material"
    assert known["sealed_picture.sealed"] == "picture"
    assert known["evidence.card_read"] == "card"
    assert known["application.answers"] == "answers"
    binary = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary - known.keys() <= UNDER_NO_MASTER


def test_a_wrapped_key_is_bound_to_its_name() -> None:
    wrapped = wrap(b"k" * 32, "one")
    assert unwrap(wrapped, "one") == b"k" * 32
    with pytest.raises(SealBroken):
        unwrap(wrapped, "another")
