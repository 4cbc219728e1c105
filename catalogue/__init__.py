# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): what can be applied for, each item declared in one file and cross-checked at start-up."""

from catalogue.fitting import Inconsistent
from catalogue.item import Confidence, Item, LicenceResult, Material, PermitResult, PersonAsked, UnknownItem
from catalogue.loading import Catalogue, load_catalogue

__all__ = [
    "Catalogue",
    "Confidence",
    "Inconsistent",
    "Item",
    "LicenceResult",
    "Material",
    "PermitResult",
    "PersonAsked",
    "UnknownItem",
    "load_catalogue",
]
