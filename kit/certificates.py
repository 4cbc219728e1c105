# SPDX-License-Identifier: Apache-2.0
"""Certificates (证书): whom this machine trusts, and by what it shows who it is. Hides that reading takes a while.

I/O: files.
"""

import ssl
from functools import cache
from pathlib import Path


@cache
def public_trust() -> ssl.SSLContext:
    """The authorities that the machine trusts, read once: whatever it trusts later asks for a new process."""
    return ssl.create_default_context()


def mutual_trust(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Towards one counterpart: it must be of `authority` (else of any the machine trusts), and is shown `certificate`.

    Files in PEM. Raises OSError (ssl.SSLError is one) for a file that is missing or no such thing.
    """
    if authority is None and certificate is None:
        return public_trust()
    trust = ssl.create_default_context(cafile=str(authority) if authority else None)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        trust.load_cert_chain(str(certificate), str(key) if key else None)
    return trust
