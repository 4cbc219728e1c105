# SPDX-License-Identifier: Apache-2.0
"""Instruments (申请文书): what applicants sign, written from their answers: articles, resolutions, promises.

A plain company needs no upload beyond identity card and proof of its address (公司法第46条；实施细则第25至32条).
"""

from instruments.application import application_form, personal_page
from instruments.changes import ARTICLES, RULES, Business, Facts, Owner, is_needed, owners_of, told
from instruments.document import render
from instruments.writing import CODES, Block, Instrument, Unwritable, write

__all__ = [
    "ARTICLES",
    "CODES",
    "RULES",
    "Block",
    "Business",
    "Facts",
    "Instrument",
    "Owner",
    "Unwritable",
    "application_form",
    "is_needed",
    "owners_of",
    "personal_page",
    "render",
    "told",
    "write",
]
