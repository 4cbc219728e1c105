# SPDX-License-Identifier: Apache-2.0
"""Owned (专钥封存): a value of a row sealed under the row's own key, so that erasing the key erases old copies too.

I/O: the keyring. A row that was written before it had a key is opened under the master key, and sealed under a key of
its own as soon as it is written again. The key's name is bound to the value: rows cannot exchange theirs.
"""

import json
from typing import Any, Generic, Self, TypeVar, overload

from kit import keyring
from kit.sealing import seal_under, unseal, unseal_under

Value = TypeVar("Value")
MARK = b"AS\x02"  # 2: AES-256-GCM under a key of the ring; what the master key sealed begins with another number


def seal_owned(value: bytes, key: str, purpose: str) -> bytes:
    """Under the key of that name. Raises KeyGone."""
    opened = keyring.installed().get(key)
    if opened is None:
        raise keyring.KeyGone()
    return MARK + seal_under(opened, value, f"{purpose}:{key}")


def unseal_owned(sealed: bytes, key: str | None, purpose: str) -> bytes:
    """The value again. Raises KeyGone once it was erased, SealBroken for one that was altered."""
    if not sealed.startswith(MARK):
        return unseal(sealed, purpose)
    opened = keyring.installed().get(key) if key else None
    if opened is None:
        raise keyring.KeyGone()
    return unseal_under(opened, sealed[len(MARK) :], f"{purpose}:{key}")


class Owned(Generic[Value]):
    """An attribute of a mapped class: any JSON value, kept in the binary column `column`, under the key in `key`.

    What was opened is remembered by the row as long as the column holds the same bytes. With `gone` that is what one
    reads of a row whose key was erased (it came back with an old copy); without, KeyGone.
    """

    def __init__(self, column: str, key: str, purpose: str, gone: Value | None = None) -> None:
        self._column, self._key, self._purpose, self._gone = column, key, purpose, gone

    @overload
    def __get__(self, row: None, kind: type) -> Self: ...

    @overload
    def __get__(self, row: object, kind: type) -> Value: ...

    def __get__(self, row: Any, kind: type) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self._column)
        if sealed is None:
            return None
        try:
            return self._opened(row, sealed)[1]
        except keyring.KeyGone:
            if self._gone is None:
                raise
            return self._gone

    def _opened(self, row: Any, sealed: bytes) -> tuple[bytes, Any, bytes]:
        """What is sealed, the value that is handed out, and the bytes it was read from, which nobody can change."""
        remembered: tuple[bytes, Any, bytes] | None = row.__dict__.get(f"_opened_{self._column}")
        if remembered is None or remembered[0] is not sealed:
            written = unseal_owned(sealed, getattr(row, self._key), self._purpose)
            remembered = row.__dict__[f"_opened_{self._column}"] = (sealed, json.loads(written), written)
        return remembered

    def __set__(self, row: Any, value: Value) -> None:
        if value is None:
            setattr(row, self._column, None)
            return
        sealed, written = getattr(row, self._column), json.dumps(value, ensure_ascii=False).encode()
        if sealed is not None and sealed.startswith(MARK) and self._kept(row, sealed) == written:
            return  # the row stays as it is, as with any other column
        if getattr(row, self._key) is None:
            setattr(row, self._key, keyring.installed().make())
        setattr(row, self._column, seal_owned(written, getattr(row, self._key), self._purpose))

    def _kept(self, row: Any, sealed: bytes) -> bytes | None:
        """Not the value that was handed out: whoever has it may have changed it in place."""
        try:
            return self._opened(row, sealed)[2]
        except keyring.KeyGone:
            return None
