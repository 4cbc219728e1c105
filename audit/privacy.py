# SPDX-License-Identifier: Apache-2.0
"""Privacy (个人信息): what must never enter the log, for nothing can be taken out of it again. Pure.

A second line of defence: callers pass no personal data, and this refuses what slipped through. Minimal processing and
the right to erasure: 个人信息保护法 第6条、第47条.
"""

from collections.abc import Mapping, Sequence

from audit.leaves import JSON
from kit.errors import DomainError
from kit.personal import IDENTITY, looks_personal


class PersonalDataInLog(DomainError):
    """Facts that look like an identity number or a mobile number; the fact names only the key, never the value."""


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
    elif isinstance(value, int) and IDENTITY.search(str(value)):  # an amount of money may have eleven digits
        raise PersonalDataInLog(key=key)
