# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): what can be applied for, each item declared in one file and cross-checked at start-up."""

from catalogue.item import Item, PersonAsked, UnknownItem
from catalogue.loading import Catalogue, Inconsistent, load_catalogue

__all__ = ["Catalogue", "Inconsistent", "Item", "PersonAsked", "UnknownItem", "load_catalogue"]
