# SPDX-License-Identifier: Apache-2.0
"""Privacy (个人信息): what must never enter the log, for nothing can be taken out of it again. Pure.

A second line of defence: callers pass no personal data, and this refuses what slipped through. Minimal processing and
the right to erasure: 个人信息保护法 第6条、第47条.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from audit.chain import JSON
from kit.errors import DomainError


class PersonalDataInLog(DomainError):
    """Facts that look like an identity number or a mobile number; the fact names only the key, never the value."""


_HASHES = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])")
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[ -]?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?!\d)"
)
_MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def looks_personal(text: str) -> bool:
    """Whether an 18-character identity number (GB 11643) or a mainland mobile number stands in `text`."""
    plain = _HASHES.sub("", unicodedata.normalize("NFKC", text))
    return bool(_IDENTITY.search(plain) or _MOBILE.search(plain))


def refuse_personal(value: JSON, key: str = "facts") -> None:
    """Look through keys, strings and whole numbers at any depth. Raises PersonalDataInLog."""
    if isinstance(value, str):
        if looks_personal(value):
            raise PersonalDataInLog(key=key)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if looks_personal(str(name)):
                raise PersonalDataInLog(key="a key")
            refuse_personal(inner, str(name))
    elif isinstance(value, Sequence):
        for inner in value:
            refuse_personal(inner, key)
    elif isinstance(value, int) and _IDENTITY.search(str(value)):  # an amount of money may have eleven digits
        raise PersonalDataInLog(key=key)
