# SPDX-License-Identifier: Apache-2.0
"""Identity (身份): accounts, sessions, codes, and the evidence that a person is the holder of an application.

The face matcher stands in `identity.face`; only the processes of `identity.workers` load the image libraries.
"""

from identity.accounts import (
    Account,
    Role,
    applicant_with_phone,
    demonstration_password,
    enrol_staff,
    lock_account,
    sign_in_staff,
    staff,
)
from identity.checks import Band, Bands, Comparison, FaceReading, Fault, Verdict, judge
from identity.codes import Check, PhoneCode, TooManyCodes, check_code, send_code, waiting_code
from identity.evidence import (
    BANDS,
    CONSENT_VERSION,
    AttemptsUsedUp,
    ConsentMissing,
    Evidence,
    PortraitMissing,
    copy_evidence,
    delete_pictures,
    destroy_evidence,
    evidence_of,
    hand_over,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
)
from identity.liveness.session import clear_live_sessions
from identity.messages import Message, latest_messages, write_message
from identity.sessions import account_of, sign_in, sign_out
from identity.vault import view_picture

__all__ = [
    "BANDS",
    "CONSENT_VERSION",
    "Account",
    "AttemptsUsedUp",
    "Band",
    "Bands",
    "Check",
    "Comparison",
    "ConsentMissing",
    "Evidence",
    "FaceReading",
    "Fault",
    "Message",
    "PhoneCode",
    "PortraitMissing",
    "Role",
    "TooManyCodes",
    "Verdict",
    "account_of",
    "applicant_with_phone",
    "check_code",
    "clear_live_sessions",
    "copy_evidence",
    "delete_pictures",
    "demonstration_password",
    "destroy_evidence",
    "enrol_staff",
    "evidence_of",
    "hand_over",
    "judge",
    "keep_portrait",
    "latest_messages",
    "lock_account",
    "may_compare",
    "record_comparison",
    "record_consent",
    "send_code",
    "sign_in",
    "sign_in_staff",
    "sign_out",
    "staff",
    "view_picture",
    "waiting_code",
    "write_message",
]
