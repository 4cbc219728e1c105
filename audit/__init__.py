# SPDX-License-Identifier: Apache-2.0
"""Audit (审计): the decision log (决定日志) that remembers everything and that nobody can change unseen."""

from audit.checking import Checked, LogBroken, Standing, check, must_hold, note_check, standing
from audit.disclosures import erase
from audit.exporting import FORMS, VERIFIER, Asked, Form, export
from audit.keeping import Ledger, LogKeyForeign, Sequencer, ledger_of
from audit.leaves import JSON
from audit.log import Entry, EntryMalformed, Filters, append, of_subject, search
from audit.notes import LogKey, NoteRefused, Verifier
from audit.privacy import PersonalDataInLog
from audit.proving import Consistency, Inclusion, NotInTree, prove_consistency, prove_inclusion
from audit.receipts import Receipt, opened, read_receipt, receipt_of
from audit.sequencing import Head, behind, entry_bundle, hash_tile, head, newest, pending, sequence
from audit.tree import tile_number
from audit.verifier import Report, sentences_of, verify_export
from audit.witnesses import FolderWitness, HttpWitness, Shown, Witness, shown

__all__ = [
    "FORMS",
    "JSON",
    "VERIFIER",
    "Asked",
    "Checked",
    "Consistency",
    "Entry",
    "EntryMalformed",
    "Filters",
    "FolderWitness",
    "Form",
    "Head",
    "HttpWitness",
    "Inclusion",
    "Ledger",
    "LogBroken",
    "LogKey",
    "LogKeyForeign",
    "NotInTree",
    "NoteRefused",
    "PersonalDataInLog",
    "Receipt",
    "Report",
    "Sequencer",
    "Shown",
    "Standing",
    "Verifier",
    "Witness",
    "append",
    "behind",
    "check",
    "entry_bundle",
    "erase",
    "export",
    "hash_tile",
    "head",
    "ledger_of",
    "must_hold",
    "newest",
    "note_check",
    "of_subject",
    "opened",
    "pending",
    "prove_consistency",
    "prove_inclusion",
    "read_receipt",
    "receipt_of",
    "search",
    "sentences_of",
    "sequence",
    "shown",
    "standing",
    "tile_number",
    "verify_export",
]
