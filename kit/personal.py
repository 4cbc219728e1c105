# SPDX-License-Identifier: Apache-2.0
"""Personal numbers (个人号码): find what looks like an identity or mobile number in any text, and blank it. Pure.

A second line of defence for places that must hold none: the decision log, the journal, errors.
"""

import re
import unicodedata

_HASHES = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])")
IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[ -]?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?!\d)"
)
MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


def looks_personal(text: str) -> bool:
    """Whether an 18-character identity number (GB 11643) or a mainland mobile number stands in `text`."""
    plain = _HASHES.sub("", unicodedata.normalize("NFKC", text))
    return bool(IDENTITY.search(plain) or MOBILE.search(plain))


def blanked(text: str) -> str:
    """The text with stars for what looks like such a number; a text without one comes back as it is."""
    if not looks_personal(text):
        return text
    return MOBILE.sub("***", IDENTITY.sub("***", unicodedata.normalize("NFKC", text)))
