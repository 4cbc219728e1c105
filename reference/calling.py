# SPDX-License-Identifier: Apache-2.0
"""Reference client (参考合作方程序): signs requests of a partner's programme as the contract asks. Pure.

For tests, and to copy from; contract: docs/partner-api.md.
"""

import base64
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kit.signed import CALLER, DATE, NONCE, SIGNATURE, signed_text


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def headers_for(
    key: Ed25519PrivateKey, caller: str, method: str, path: str, body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of one request; `caller` is "code/key id", `path` has its query."""
    date, number = str(int(now.timestamp())), secrets.token_urlsafe(18)
    signature = key.sign(signed_text(method, path, date, number, body))
    return {
        "content-type": "application/json",
        CALLER: caller,
        DATE: date,
        NONCE: number,
        SIGNATURE: _b64(signature),
    }


def declaration(code: str, kid: str, key: Ed25519PrivateKey) -> str:
    """The partner as it is declared where it may call (TOML)."""
    return f"""[[callers]]
code = "{code}"
name = {{ zh = "样例银行（虚构）", en = "Sample Bank (fictitious)" }}

[callers.keys]
{kid} = "{_b64(key.public_key().public_bytes_raw())}"
"""
