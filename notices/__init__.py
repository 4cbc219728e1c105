# SPDX-License-Identifier: Apache-2.0
"""Notices (文书): what the office says in writing: numbered, rendered, sealed, and served with proof."""

from notices.document import Remedies
from notices.kinds import BETWEEN_OFFICES, Declaration, FactsMissing, Kind, declaration
from notices.making import Made, Maker, hand_over, put, read
from notices.notice import Notice, NoticeCounter
from notices.writing import find, of_application, pending, unmade, write

__all__ = [
    "BETWEEN_OFFICES",
    "Declaration",
    "FactsMissing",
    "Kind",
    "Made",
    "Maker",
    "Notice",
    "NoticeCounter",
    "Remedies",
    "declaration",
    "find",
    "hand_over",
    "of_application",
    "pending",
    "put",
    "read",
    "unmade",
    "write",
]
