# SPDX-License-Identifier: Apache-2.0
"""Keyrings for tests: one that forgets with its process, and one in a folder that several processes share."""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from kit.keyring import DatabaseKeyring
from kit.random import new_id


def ring_in(folder: Path) -> DatabaseKeyring:
    """The real keyring beside the files of this folder: what one process seals, the others open."""
    ring = DatabaseKeyring(f"sqlite:///{folder / 'keys.db'}", lambda: datetime(2026, 11, 23, 4, 0, tzinfo=UTC))
    ring.create_table()
    return ring


class MemoryKeyring:
    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.made: dict[str, datetime] = {}
        self.now = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    def make(self) -> str:
        name = new_id()
        self.keys[name], self.made[name] = secrets.token_bytes(32), self.now
        return name

    def get(self, name: str) -> bytes | None:
        return self.keys.get(name)

    def throw_away(self, names: Collection[str]) -> None:
        for name in names:
            self.keys.pop(name, None)

    def made_before(self, moment: datetime, after: str = "") -> list[str]:
        return sorted(name for name in self.keys if name > after and self.made[name] < moment)[:5000]
