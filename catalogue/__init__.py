# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): what can be applied for, each item declared in one file and cross-checked at start-up."""

from catalogue.fitting import Inconsistent
from catalogue.item import Confidence, Item, LicenceResult, Material, PermitResult, PersonAsked, UnknownItem
from catalogue.loading import Catalogue, load_catalogue
from catalogue.plans import Plan, load_plans, once
from catalogue.search import Hit, Index, build, search

__all__ = [
    "Catalogue",
    "Confidence",
    "Hit",
    "Inconsistent",
    "Index",
    "Item",
    "LicenceResult",
    "Material",
    "PermitResult",
    "PersonAsked",
    "Plan",
    "UnknownItem",
    "build",
    "load_catalogue",
    "load_plans",
    "once",
    "search",
]
