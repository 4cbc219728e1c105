# SPDX-License-Identifier: Apache-2.0
"""Licences (证照): issued once, signed, and checkable by anybody. The result that a person keeps."""

from licences.checking import MOST_BYTES, FileCheck, FileReason, FileVerdict, check_file, signature_fault
from licences.document import render
from licences.issuing import (
    Document,
    Grant,
    Issuer,
    being_made,
    end,
    find,
    in_force,
    of_application,
    of_holder,
    pause,
    put_in_force,
    read_document,
    reserve,
    revoke,
)
from licences.licence import Copy, CreditCode, Licence, LicenceCounter, LicenceDocument, Status, Template
from licences.numbering import CODED, PoolEmpty, fictitious_codes, fill_pool
from licences.reading import ConfinedSeals, SealNotRead, Seals, check_upload
from licences.signing import FileSigner, Signer, make_demonstration_authority
from licences.store import Store
from licences.typeface import Unprintable, missing_characters, prepare_typeface
from licences.typesetting import DoesNotFit

__all__ = [
    "CODED",
    "MOST_BYTES",
    "ConfinedSeals",
    "Copy",
    "CreditCode",
    "Document",
    "DoesNotFit",
    "FileCheck",
    "FileReason",
    "FileSigner",
    "FileVerdict",
    "Grant",
    "Issuer",
    "Licence",
    "LicenceCounter",
    "LicenceDocument",
    "PoolEmpty",
    "SealNotRead",
    "Seals",
    "Signer",
    "Status",
    "Store",
    "Template",
    "Unprintable",
    "being_made",
    "check_file",
    "check_upload",
    "end",
    "fictitious_codes",
    "fill_pool",
    "find",
    "in_force",
    "make_demonstration_authority",
    "missing_characters",
    "of_application",
    "of_holder",
    "pause",
    "prepare_typeface",
    "put_in_force",
    "read_document",
    "render",
    "reserve",
    "revoke",
    "signature_fault",
]
