# SPDX-License-Identifier: Apache-2.0
"""Inherited (随主封存): a column sealed under the key of what its row belongs to, so that all of it dies with one key.

I/O: the keyring. A value names its key, so that reading asks for nothing else; whose key it is, is found when the row
is flushed. Rows of an owner without a key are sealed under the master key, as `kit.sealing.Sealed` does.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, LargeBinary, MetaData, case, event, inspect, type_coerce, update
from sqlalchemy.orm import Mapper, Session, UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value

from kit import keyring
from kit.sealing import Sealed, seal_under, unseal_under

MARK = b"AS\x03"  # 3: AES-256-GCM under the key of the ring that is named next
NAME = 32  # octets in which the key's name stands
_FLUSHING = "keyed_rows"  # in `session.info`: whose values wear their key at the moment

_find: dict[str, Callable[[Session, str], str | None]] = {}


def owners(column: str, key_of: Callable[[Session, str], str | None]) -> None:
    """Rows that point to their owner by `column` are sealed under the key whose name `key_of` gives."""
    _find[column] = key_of


def _key_of(session: Session, column: str, owner: str) -> str | None:
    return _find[column](session, owner) if column in _find else None


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A value on its way into the database, and the key it is sealed under."""

    value: Any
    key: str


class SealedWith(Sealed):
    """Any JSON value sealed for `purpose` under the key of the row's owner, or `gone` once that was thrown away."""

    cache_ok = True
    own_mark = MARK

    def __init__(self, purpose: str, gone: Any = None, of: str = "application_id") -> None:
        super().__init__(purpose)
        self.of = of
        self._gone = json.dumps(gone)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if not isinstance(value, _Keyed):
            return super().process_bind_param(value, dialect)
        if value.value is None:
            return None
        opened = keyring.installed().get(value.key)
        if opened is None:
            raise keyring.KeyGone()
        written = json.dumps(value.value, ensure_ascii=False).encode()
        return MARK + value.key.encode().ljust(NAME) + seal_under(opened, written, f"{self.purpose}:{value.key}")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        if value is None or not value.startswith(MARK):
            return super().process_result_value(value, dialect)
        key = key_named_in(value)
        opened = keyring.installed().get(key) if key else None
        if opened is None:
            return json.loads(self._gone)
        return json.loads(unseal_under(opened, value[len(MARK) + NAME :], f"{self.purpose}:{key}"))


def key_named_in(sealed: bytes) -> str | None:
    """The name of the key that opens this value of a `SealedWith`; None for one that lies under the master key."""
    if not sealed.startswith(MARK):
        return None
    return sealed[len(MARK) : len(MARK) + NAME].decode("ascii", errors="replace").rstrip()


def blank(session: Session, metadata: MetaData, owner: str, of: str = "application_id") -> None:
    """Take what is sealed out of every row of this owner; reading it then gives what `gone` says."""
    for table in metadata.sorted_tables:
        sealed = [c for c in table.columns if isinstance(c.type, SealedWith) and c.type.of == of]
        if sealed:
            empty = {c: case((c.is_(None), None), else_=type_coerce(MARK, LargeBinary)) for c in sealed}
            session.execute(update(table).where(table.c[of] == owner).values(empty))


def _columns(mapper: Mapper[Any]) -> Iterator[tuple[str, SealedWith]]:
    for attribute in mapper.column_attrs:
        kind = attribute.columns[0].type
        if isinstance(kind, SealedWith):
            yield attribute.key, kind


@event.listens_for(Session, "before_flush")
def _put_keys_on(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    keyed = session.info.setdefault(_FLUSHING, [])
    with session.no_autoflush:
        for row in [*session.new, *session.dirty]:
            state = inspect(row)
            for name, kind in _columns(state.mapper):
                value = state.attrs[name].loaded_value if not state.pending else state.dict.get(name)
                if not state.attrs[name].history.has_changes() or value is None or isinstance(value, _Keyed):
                    continue
                owner = getattr(row, kind.of)
                if owner and (key := _key_of(session, kind.of, owner)):
                    setattr(row, name, _Keyed(value, key))
                    keyed.append((row, name, value))


@event.listens_for(Session, "after_flush")
def _take_keys_off(session: Session, _context: UOWTransaction) -> None:
    for row, name, value in session.info.pop(_FLUSHING, []):
        set_committed_value(row, name, value)
