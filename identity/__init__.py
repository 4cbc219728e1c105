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
from identity.assertions import AssertionOfAnother, AssertionRefused
from identity.assuring import AlreadyAssured
from identity.checks import Band, Bands, Comparison, FaceReading, Fault, Verdict, judge
from identity.codes import Check, PhoneCode, TooManyCodes, check_code, send_code, waiting_code
from identity.evidence import (
    BANDS,
    CONSENT_VERSION,
    HOLDER,
    AttemptsUsedUp,
    ConsentMissing,
    Evidence,
    PortraitMissing,
    copy_evidence,
    delete_pictures,
    destroy_evidence,
    everybody,
    evidence_of,
    hand_over,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
)
from identity.messages import Message, latest_messages, write_message
from identity.partners import Partner, PartnerSilent, PartnerUnknown
from identity.routes import MEETINGS, OFFICERS, Route, Routes, Way, load_routes
from identity.sessions import account_of, sign_in, sign_out
from identity.vault import view_picture

__all__ = [
    "BANDS",
    "CONSENT_VERSION",
    "HOLDER",
    "MEETINGS",
    "OFFICERS",
    "Account",
    "AlreadyAssured",
    "AssertionOfAnother",
    "AssertionRefused",
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
    "Partner",
    "PartnerSilent",
    "PartnerUnknown",
    "PhoneCode",
    "PortraitMissing",
    "Role",
    "Route",
    "Routes",
    "TooManyCodes",
    "Verdict",
    "Way",
    "account_of",
    "applicant_with_phone",
    "check_code",
    "copy_evidence",
    "delete_pictures",
    "demonstration_password",
    "destroy_evidence",
    "enrol_staff",
    "everybody",
    "evidence_of",
    "hand_over",
    "judge",
    "keep_portrait",
    "latest_messages",
    "load_routes",
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
