# SPDX-License-Identifier: Apache-2.0
"""Reaching (对外连接): how this installation reaches the credit bureaus, from its settings. I/O: files."""

from credit import Bureau, Reach, bureau_at
from kit.certificates import mutual_trust
from kit.settings import Settings


def bureau_of(settings: Settings) -> Bureau:
    """One bureau, or two; the files were looked at when the settings were (`kit.soundness`)."""
    first = Reach(
        settings.bureau_url, settings.bureau_token.get_secret_value(), settings.bureau_secret.get_secret_value()
    )
    second = Reach(
        settings.bureau_second_url,
        settings.bureau_second_token.get_secret_value(),
        settings.bureau_second_secret.get_secret_value(),
    )
    trust = mutual_trust(settings.bureau_authority, settings.bureau_certificate, settings.bureau_certificate_key)
    return bureau_at(first, second if second.url else None, trust)
