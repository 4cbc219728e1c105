# SPDX-License-Identifier: Apache-2.0
"""Audit (审计): the decision log (决定日志) that remembers everything and that nobody can change unseen."""

from audit.chain import GENESIS, JSON
from audit.export import Checked, check, export_csv, export_jsonl
from audit.log import Entry, EntryMalformed, Filters, Head, append, head, of_subject, search
from audit.offline import Fault, Report, verify_export
from audit.privacy import PersonalDataInLog

__all__ = [
    "GENESIS",
    "JSON",
    "Checked",
    "Entry",
    "EntryMalformed",
    "Fault",
    "Filters",
    "Head",
    "PersonalDataInLog",
    "Report",
    "append",
    "check",
    "export_csv",
    "export_jsonl",
    "head",
    "of_subject",
    "search",
    "verify_export",
]
