# SPDX-License-Identifier: Apache-2.0
"""Reaching (对外连接): how this installation reaches the credit bureaus, from its settings.

I/O: files, database.
"""

from credit import Bureau, ListSource, Reach, TwoSources, bureau_at
from kit import clock
from kit.certificates import mutual_trust
from kit.database import Database
from kit.settings import Settings


def bureau_of(settings: Settings, database: Database) -> Bureau:
    """One bureau, or two; where none answers, the published lists that were taken in.

    The files of certificates were looked at when the settings were (`kit.soundness`).
    """
    first = Reach(
        settings.bureau_url, settings.bureau_token.get_secret_value(), settings.bureau_secret.get_secret_value()
    )
    second = Reach(
        settings.bureau_second_url,
        settings.bureau_second_token.get_secret_value(),
        settings.bureau_second_secret.get_secret_value(),
    )
    trust = mutual_trust(settings.bureau_authority, settings.bureau_certificate, settings.bureau_certificate_key)
    return TwoSources(bureau_at(first, second if second.url else None, trust), ListSource(database, clock.now))
