# SPDX-License-Identifier: Apache-2.0
"""Instruments (申请文书): what applicants sign, written from their answers: articles, resolutions, promises.

A plain company needs no upload beyond identity card and proof of its address (公司法第46条；实施细则第25至32条).
"""

from instruments.application import application_form, personal_page
from instruments.document import render
from instruments.writing import CODES, Block, Instrument, Unwritable, write

__all__ = ["CODES", "Block", "Instrument", "Unwritable", "application_form", "personal_page", "render", "write"]
