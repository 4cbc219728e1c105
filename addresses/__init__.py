# SPDX-License-Identifier: Apache-2.0
"""Addresses (地址): divisions and their streets, the standard address library, one way of writing an address."""

from addresses.divisions import Division, division_of, in_force, load_divisions, name_of, path_of, streets
from addresses.importing import Refusal, Report, import_file, import_lines
from addresses.library import LEAST_TYPED, StandardAddress, find, has_any, suggest
from addresses.writing import normalise, normalise_typed

__all__ = [
    "LEAST_TYPED",
    "Division",
    "Refusal",
    "Report",
    "StandardAddress",
    "division_of",
    "find",
    "has_any",
    "import_file",
    "import_lines",
    "in_force",
    "load_divisions",
    "name_of",
    "normalise",
    "normalise_typed",
    "path_of",
    "streets",
    "suggest",
]
