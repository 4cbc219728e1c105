# SPDX-License-Identifier: Apache-2.0
"""Certificates (证书): whom this machine trusts. Hides that reading them takes a while. I/O: files."""

import ssl
from functools import cache


@cache
def public_trust() -> ssl.SSLContext:
    """The authorities that the machine trusts, read once: whatever it trusts later asks for a new process."""
    return ssl.create_default_context()
