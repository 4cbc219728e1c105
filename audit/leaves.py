# SPDX-License-Identifier: Apache-2.0
"""Leaf (日志条目原文): the exact bytes that stand for one entry in the tree. Hides the format. Pure.

One JSON object (RFC 8259, UTF-8) without spaces, keys in code-point order: actor, at (ISO 8601 UTC, microseconds),
event, facts, subject, v. The row of an entry holds these parts and nothing else, so there is no second copy that could
say something different. The index is no part of it: it is not known when the entry is written.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import TypeAlias

JSON: TypeAlias = bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"] | None

MOST_BYTES = 65535
"""Entry bundles write the length of a leaf in two bytes (C2SP tlog-tiles)."""


def canonical(value: JSON) -> str:
    """The one text of a JSON value: keys in code-point order, no spaces, no NaN. Raises TypeError or ValueError."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    text.encode()  # a lone surrogate has no bytes to hash: UnicodeEncodeError is a ValueError
    return text


def written(moment: datetime) -> str:
    """A moment as it is hashed and exported."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def leaf(at: datetime, event: str, subject: str, actor: str, facts: str) -> bytes:
    """The bytes that are hashed; `facts` is canonical text already."""
    return leaf_at(written(at), event, subject, actor, facts)


def leaf_at(moment: str, event: str, subject: str, actor: str, facts: str) -> bytes:
    """The same, of a moment that is written already."""
    said = encode_basestring
    told = f'"actor":{said(actor)},"at":"{moment}","event":{said(event)},"facts":{facts},"subject":{said(subject)}'
    return f'{{{told},"v":1}}'.encode()
