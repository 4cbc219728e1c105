# SPDX-License-Identifier: Apache-2.0
"""Office (审批机关): what the verbs need from the world around them, composed once by `main`. No logic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from approval.gate import Gate
from catalogue import Catalogue
from credit import Bureau
from kit.clock import Clock
from kit.database import Database
from licences import Issuer
from notices import Maker

Kick = Callable[[Session, str, str, float], None]
"""Have a worker carry on with the application after a wait in seconds, if the transaction commits.

The third argument tells one kick from another: the same one twice is one.
"""


@dataclass(frozen=True, slots=True)
class Office:
    """`straight_through` lets the machine approve a case without doubts; off where liveness is not checked."""

    database: Database
    catalogue: Catalogue
    gates: Mapping[str, Gate]
    bureau: Bureau
    issuer: Issuer
    maker: Maker
    clock: Clock
    kick: Kick
    registrar: str
    straight_through: bool
    public_url: str = ""  # of the links in text messages
