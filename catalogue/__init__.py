# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): what can be applied for, each item declared in one file and cross-checked at start-up.

`catalogue.search` is entered by itself: it loads a dictionary of sounds that no worker needs.
"""

from catalogue.fitting import Inconsistent
from catalogue.item import (
    Confidence,
    EntryResult,
    Item,
    LeastCapital,
    LicenceResult,
    Material,
    OwnedType,
    Ownership,
    PermitResult,
    PersonAsked,
    UnknownItem,
)
from catalogue.loading import Catalogue, load_catalogue
from catalogue.plans import Plan, load_plans, once

__all__ = [
    "Catalogue",
    "Confidence",
    "EntryResult",
    "Inconsistent",
    "Item",
    "LeastCapital",
    "LicenceResult",
    "Material",
    "OwnedType",
    "Ownership",
    "PermitResult",
    "PersonAsked",
    "Plan",
    "UnknownItem",
    "load_catalogue",
    "load_plans",
    "once",
]
