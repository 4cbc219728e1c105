# SPDX-License-Identifier: Apache-2.0
"""Reaching (对外连接): how this installation reaches credit bureaus, the gateway of messages and departments.

From its settings. I/O: files, database, network, threads.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from credit import Bureau, ListSource, Reach, TwoSources, bureau_at
from identity import gateway_at, sending
from kit import clock
from kit.certificates import mutual_trust
from kit.clock import Clock
from kit.database import Database
from kit.settings import Settings
from supervision import delivering, load_hooks


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


@contextmanager
def outgoing(settings: Settings, database: Database, clock: Clock) -> Iterator[None]:
    """Messages leave and departments are told, until the block ends. Raises kit.declared.Refused."""
    gateway = gateway_at(settings.sms_url, settings.sms_secret.get_secret_value())
    secret = settings.hook_secret.get_secret_value()
    hooks = load_hooks(settings.hooks, secret)
    with sending(database, gateway, clock), delivering(database, hooks, secret, clock):
        yield
