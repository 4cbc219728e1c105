# SPDX-License-Identifier: Apache-2.0
"""Office (审批机关): what the verbs need from the world around them, composed once by `main`. No logic."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from approval.gatebook import GateBook
from catalogue import Catalogue
from credit import Bureau
from identity.retention import Retention, load_retention
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
    gates: GateBook
    bureau: Bureau
    issuer: Issuer
    maker: Maker
    clock: Clock
    kick: Kick
    registrar: str
    straight_through: bool
    retention: Retention = field(default_factory=load_retention)
    audit_contact: str = ""  # whom to call when the decision log does not hold
    public_url: str = ""  # of the links in text messages
