# SPDX-License-Identifier: Apache-2.0
"""Desk (服务台): what pages need of the world, composed once by `main`. No logic."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from approval.office import Office
from audit import Ledger
from identity import Caller, Directory, HttpTokens, Partner, TokenSource
from identity.card import CardReader
from identity.examining import Examiner
from identity.face import FaceMatcher
from identity.leaked import Leaked, nobody_knows
from identity.partners import AssertionSource, HttpPartners
from kit.settings import Settings
from licences import Seals, Store
from web.readiness import Readiness


@dataclass(frozen=True)
class Desk:
    """`trust` is the certificate (PEM) of the authority that signs our licences."""

    office: Office
    matcher: FaceMatcher
    cards: CardReader
    store: Store
    settings: Settings
    trust: bytes
    ledger: Ledger
    examiner: Examiner  # of files that are uploaded
    seals: Seals  # reads those of files that anybody brings
    partners: Mapping[str, Partner] = field(default_factory=dict)  # who may vouch for a person; none unless declared
    assertions: AssertionSource = field(default_factory=HttpPartners)
    readiness: Readiness = field(default_factory=Readiness)  # nothing is asked unless declared
    directories: Mapping[str, Directory] = field(default_factory=dict)  # who else may say who signs in
    tokens: TokenSource = field(default_factory=HttpTokens)
    leaked: Leaked = nobody_knows  # whether a password was stolen elsewhere
    callers: Mapping[str, Caller] = field(default_factory=dict)  # partners whose programmes may ask
