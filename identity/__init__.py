# SPDX-License-Identifier: Apache-2.0
"""Identity (身份): accounts, sessions, codes, and the evidence that a person is the holder of an application.

The face matcher stands in `identity.face`; only the processes of `identity.workers` load the image libraries.
"""

from identity.accounts import (
    Account,
    Role,
    applicant_with_phone,
    demonstration_password,
    lock_account,
    sign_in_staff,
    staff,
)
from identity.assertions import AssertionOfAnother, AssertionRefused
from identity.assuring import AlreadyAssured
from identity.bands import BANDS, bands_of
from identity.checks import Band, Bands, Comparison, FaceReading, Fault, Verdict, judge
from identity.codes import Check, PhoneCode, TooManyCodes, check_code, send_code, waiting_code
from identity.consents import Consent, ConsentText, current_consent, load_consents
from identity.enrolling import enrol_staff
from identity.evidence import (
    CONSENT_VERSION,
    HOLDER,
    AttemptsUsedUp,
    ConsentMissing,
    Evidence,
    PortraitMissing,
    copy_evidence,
    delete_pictures,
    destroy_everybodys_evidence,
    destroy_evidence,
    everybodys_evidence,
    evidence_of,
    hand_over,
    keep_for,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
)
from identity.liveness.session import clear_live_sessions
from identity.messages import Message, latest_messages, write_message
from identity.partners import Partner, PartnerSilent, PartnerUnknown
from identity.retention import Retention, load_retention, persons_held, when_final
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
    "Consent",
    "ConsentMissing",
    "ConsentText",
    "Evidence",
    "FaceReading",
    "Fault",
    "Message",
    "Partner",
    "PartnerSilent",
    "PartnerUnknown",
    "PhoneCode",
    "PortraitMissing",
    "Retention",
    "Role",
    "Route",
    "Routes",
    "TooManyCodes",
    "Verdict",
    "Way",
    "account_of",
    "applicant_with_phone",
    "bands_of",
    "check_code",
    "clear_live_sessions",
    "copy_evidence",
    "current_consent",
    "delete_pictures",
    "demonstration_password",
    "destroy_everybodys_evidence",
    "destroy_evidence",
    "enrol_staff",
    "everybodys_evidence",
    "evidence_of",
    "hand_over",
    "judge",
    "keep_for",
    "keep_portrait",
    "latest_messages",
    "load_consents",
    "load_retention",
    "load_routes",
    "lock_account",
    "may_compare",
    "persons_held",
    "record_comparison",
    "record_consent",
    "send_code",
    "sign_in",
    "sign_in_staff",
    "sign_out",
    "staff",
    "view_picture",
    "waiting_code",
    "when_final",
    "write_message",
]
