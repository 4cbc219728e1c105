# SPDX-License-Identifier: Apache-2.0
"""Checking (核验): whether a file is an original of ours. Hides what can be wrong with a signed PDF. I/O: database.

First the register: a file whose hash it holds is an original, whatever else. Only then the signature, strictly: one
signature, ours, over the whole file, certified against any change. Readers call many altered files valid.
"""

import hashlib
import io
import logging
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from licences.licence import Licence, LicenceDocument
from licences.signing import FIELD

MOST_BYTES = 8 * 2**20
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
    if len(data) > MOST_BYTES:
        return _no(FileReason.TOO_LARGE)
    if not data.startswith(b"%PDF-"):
        return _no(FileReason.NOT_A_PDF)
    digest = hashlib.sha256(data).hexdigest()
    licence = session.scalar(
        select(Licence)
        .join(LicenceDocument, LicenceDocument.licence_id == Licence.id)
        .where(LicenceDocument.sha256 == digest)
    )
    if licence is not None:
        return FileCheck(FileVerdict.GENUINE, licence, ())
    return _no(signature_fault(data, trust) or FileReason.SIGNED_BUT_UNKNOWN)


def _no(reason: FileReason) -> FileCheck:
    return FileCheck(FileVerdict.NO, None, (reason,))


def signature_fault(data: bytes, trust: bytes) -> FileReason | None:
    """What is wrong with the signature, or None if it is ours and covers every byte of the file."""
    claims_ours = FIELD.encode() in data
    try:
        return _fault(data, trust)
    except Exception:  # whatever the library stumbles over in a hostile file is a no
        return FileReason.ALTERED if claims_ours else FileReason.UNKNOWN_FILE


def _fault(data: bytes, trust: bytes) -> FileReason | None:
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    signatures = list(reader.embedded_signatures)
    if not signatures:
        return FileReason.ALTERED if FIELD.encode() in data else FileReason.UNKNOWN_FILE
    ours = [signature for signature in signatures if signature.field_name == FIELD]
    if not ours:
        return FileReason.FOREIGN_SIGNATURE
    if len(signatures) > 1:
        return FileReason.ALTERED
    signature = ours[0]
    root = Certificate.load(pem.unarmor(trust)[2])
    context = ValidationContext(trust_roots=[root], allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(signature, context)
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
        and _gap_is_canonical(data, signature)
    )
    return None if holds else FileReason.ALTERED


def _gap_is_canonical(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The bytes that no signature can cover hold the signature, zeros, and nothing else."""
    start, length, resume, rest = (int(number) for number in signature.byte_range)
    gap = data[start + length : resume]
    if start != 0 or resume + rest != len(data) or gap[:1] != b"<" or gap[-1:] != b">":
        return False
    raw = bytes.fromhex(gap[1:-1].decode("ascii"))
    size_of_length = raw[1] & 0x7F
    end = 2 + size_of_length + int.from_bytes(raw[2 : 2 + size_of_length], "big")
    return raw[1] & 0x80 != 0 and not any(raw[end:])
