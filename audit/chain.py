# SPDX-License-Identifier: Apache-2.0
"""Chain (哈希链): each entry of the log carries the hash of the one before it. Hides what exactly is hashed. Pure.

The hash is SHA-256 (GB/T 18238.3, FIPS 180-4) over a JSON array in UTF-8 without spaces: index, moment, event, subject,
actor, the text of the facts, previous hash. Standard library only. `audit.offline` reads the same format a second
time, on its own: an auditor need not trust the program that wrote the log.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

JSON: TypeAlias = bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"] | None

GENESIS = "0" * 64
"""What stands as `previous` of the first entry."""


class Link(NamedTuple):
    """One entry as the chain sees it: `at` in ISO 8601 UTC with microseconds, `facts` as canonical JSON text."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks here
    at: str
    event: str
    subject: str
    actor: str
    facts: str
    previous: str
    hash: str


def canonical(value: JSON) -> str:
    """The one text of a JSON value: keys in code-point order, no spaces, no NaN. Raises TypeError or ValueError."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    text.encode()  # a lone surrogate has no bytes to hash: UnicodeEncodeError is a ValueError
    return text


def written(moment: datetime) -> str:
    """A moment as it is hashed and exported."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def hash_of(index: int, at: str, event: str, subject: str, actor: str, facts: str, previous: str) -> str:
    """The hash of one entry, 64 hexadecimal digits."""
    return hashlib.sha256(canonical([index, at, event, subject, actor, facts, previous]).encode()).hexdigest()


def link(index: int, at: datetime, event: str, subject: str, actor: str, facts: str, previous: str) -> Link:
    """The entry that follows the one whose hash is `previous`."""
    moment = written(at)
    told = hash_of(index, moment, event, subject, actor, facts, previous)
    return Link(index, moment, event, subject, actor, facts, previous, told)


def verify(links: Iterable[Link]) -> tuple[int, str, int | None]:
    """Walk a whole log from its first entry: (last index, last hash, the first index that does not hold or None)."""
    index, previous = 0, GENESIS
    for entry in links:
        if entry.index != index + 1 or entry.previous != previous or hash_of(*entry[:7]) != entry.hash:
            return index, previous, index + 1
        index, previous = entry.index, entry.hash
    return index, previous, None
