# SPDX-License-Identifier: Apache-2.0
"""Checking (核验): whether a file is an original of ours. Hides what can be wrong with a signed PDF. I/O: database.

First the register: a file whose hash it holds is an original, whatever else. Then the build (`anatomy`): what is not
built like ours is refused unread. Only then the signature, strictly: one signature, ours, over the whole file,
certified against any change. Readers call many altered files valid.
"""

import hashlib
import io
import logging
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from licences.anatomy import Build, build_of
from licences.licence import Licence, LicenceDocument
from licences.signing import FIELD

MOST_BYTES = 8 * 2**20
LIMITS = DecodeLimits(document_budget=DocumentDecodeBudget(base_allowance=2**20, max_ratio=0))
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class FileVerdict(StrEnum):
    GENUINE = "genuine"
    NO = "no"


class FileReason(StrEnum):
    NOT_A_PDF = "not_a_pdf"
    TOO_LARGE = "too_large"
    UNKNOWN_FILE = "unknown_file"  # no seal of ours at all
    ALTERED = "altered"  # our seal, but the file was changed
    FOREIGN_SIGNATURE = "foreign_signature"
    SIGNED_BUT_UNKNOWN = "signed_but_unknown"  # our seal holds, the register does not know the file


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The verdict; the licence as the register has it now, where the file is known."""

    verdict: FileVerdict
    licence: Licence | None
    reasons: tuple[FileReason, ...]


def check_file(session: Session, data: bytes, trust: bytes) -> FileCheck:
    """`trust`: certificate (PEM) of the authority behind our signatures. Never raises for what is in the file."""
    if (reason := unread(data)) is not None:
        return _no(reason)
    licence = original(session, data)
    if licence is not None:
        return FileCheck(FileVerdict.GENUINE, licence, ())
    return _no(signature_fault(data, trust) or FileReason.SIGNED_BUT_UNKNOWN)


def unread(data: bytes) -> FileReason | None:
    """Why the file is not looked into at all, or None."""
    if len(data) > MOST_BYTES:
        return FileReason.TOO_LARGE
    return None if data.startswith(b"%PDF-") else FileReason.NOT_A_PDF


def original(session: Session, data: bytes) -> Licence | None:
    """The licence of which this very file is the document."""
    digest = hashlib.sha256(data).hexdigest()
    return session.scalar(
        select(Licence)
        .join(LicenceDocument, LicenceDocument.licence_id == Licence.id)
        .where(LicenceDocument.sha256 == digest)
    )


def _no(reason: FileReason) -> FileCheck:
    return FileCheck(FileVerdict.NO, None, (reason,))


def signature_fault(data: bytes, trust: bytes) -> FileReason | None:
    """What is wrong with the signature, or None if it is ours and covers every byte of the file."""
    build = build_of(data)
    if build is None:
        return _claim(data)
    try:
        return _fault(data, trust, build)
    except Exception:  # whatever the library stumbles over in a hostile file is a no
        return _claim(data)


def _claim(data: bytes) -> FileReason:
    """What a file that does not hold pretends to be."""
    if FIELD.encode() in data:
        return FileReason.ALTERED
    return FileReason.FOREIGN_SIGNATURE if b"/ByteRange" in data else FileReason.UNKNOWN_FILE


def _fault(data: bytes, trust: bytes, build: Build) -> FileReason | None:
    reader = PdfFileReader(io.BytesIO(data), strict=True, decode_limits=LIMITS)
    fields = reader.root["/AcroForm"]["/Fields"]
    if len(fields) != 1 or "/Kids" in fields[0]:  # a tree of fields can be grown without end
        return FileReason.ALTERED
    (signature,) = reader.embedded_signatures
    if signature.field_name != FIELD:
        return FileReason.FOREIGN_SIGNATURE
    if tuple(int(number) for number in signature.byte_range) != build.byte_range:
        return FileReason.ALTERED
    status = validate_pdf_signature(signature, _context(trust, signature))
    if status.intact and status.valid and not status.trusted:
        return FileReason.FOREIGN_SIGNATURE
    holds = (
        status.intact
        and status.valid
        and status.trusted
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level is ModificationLevel.NONE
        and status.docmdp_ok is True
        and signature.docmdp_level == MDPPerm.NO_CHANGES
    )
    return None if holds else FileReason.ALTERED


def _context(trust: bytes, signature: EmbeddedPdfSignature) -> ValidationContext:
    """Trust in our authority alone, at the time of sealing: a licence outlives the certificate that sealed it."""
    root = Certificate.load(pem.unarmor(trust)[2])
    sealed_at = signature.self_reported_timestamp
    return ValidationContext(
        trust_roots=[root],
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=sealed_at,
        best_signature_time=sealed_at,
    )
