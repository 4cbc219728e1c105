# SPDX-License-Identifier: Apache-2.0
"""Desk (服务台): what pages need of the world, composed once by `main`. No logic."""

from dataclasses import dataclass

from approval.office import Office
from identity.card import CardReader
from identity.face import FaceMatcher
from kit.settings import Settings
from licences import Store


@dataclass(frozen=True)
class Desk:
    """`trust` is the certificate (PEM) of the authority that signs our licences."""

    office: Office
    matcher: FaceMatcher
    cards: CardReader
    store: Store
    settings: Settings
    trust: bytes
