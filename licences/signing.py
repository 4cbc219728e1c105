# SPDX-License-Identifier: Apache-2.0
"""Signing (签章): certifies a PDF so that any later change shows. Hides keys and the signature format. I/O: files.

PAdES B-B with ECDSA P-256, certified with DocMDP P=1 (ISO 32000-2 12.8.2.2: no changes), the seal as its appearance.
"""

import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "RegistrarSeal"
ROOT, SIGNER = "authority.pem", "signer.pem"
ROOM = 8192  # bytes kept for the signature: enough for it, and no trial signature is needed
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
Box = tuple[float, float, float, float]
_MIDDLE = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins.uniform(0))


class Signer(Protocol):
    """A file key in the demonstration; a hardware module or a remote service elsewhere."""

    @property
    def trust(self) -> bytes:
        """The certificate (PEM) of the authority behind the signatures."""
        ...

    def sign(self, pdf: bytes, seal: bytes, box: Box, page: int = 0) -> bytes:
        """The PDF certified, with the drawing `seal` (a one-page PDF) at `box` (points) on `page`."""
        ...


class _QuickSigner(SimpleSigner):
    """Holds the key ready: the stock signer parses and checks it anew for each signature."""

    ready: ec.EllipticCurvePrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        algorithm: hashes.HashAlgorithm = getattr(hashes, digest_algorithm.upper())()
        return self.ready.sign(data, ec.ECDSA(algorithm))


class FileSigner:
    """Key and certificates in `folder`, as `make_demonstration_authority` lays them."""

    def __init__(self, folder: Path) -> None:
        self._trust = (folder / ROOT).read_bytes()
        store = SimpleCertificateStore()
        store.register(load_cert_from_pemder(str(folder / ROOT)))
        key_path = str(folder / _key_name(SIGNER))
        self._signer = _QuickSigner(
            signing_cert=load_cert_from_pemder(str(folder / SIGNER)),
            signing_key=load_private_key_from_pemder(key_path, None),
            cert_registry=store,
            embed_roots=False,
        )
        key = serialization.load_pem_private_key(Path(key_path).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the signer's key must be an elliptic curve key")
        self._signer.ready = key

    @property
    def trust(self) -> bytes:
        return self._trust

    def sign(self, pdf: bytes, seal: bytes, box: Box, page: int = 0) -> bytes:
        metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            reason="样例 SAMPLE",
        )
        spec = SigFieldSpec(FIELD, on_page=page, box=(round(box[0]), round(box[1]), round(box[2]), round(box[3])))
        with tempfile.NamedTemporaryFile(suffix=".pdf") as drawing:  # the library imports a page from a file only
            drawing.write(seal)
            drawing.flush()
            style = StaticStampStyle.from_pdf_file(
                drawing.name, border_width=0, background_opacity=1.0, background_layout=_MIDDLE
            )
            signer = PdfSigner(metadata, self._signer, stamp_style=style, new_field_spec=spec)
            out = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=ROOM)
        return bytes(out.getvalue())


def make_demonstration_authority(folder: Path, organisation: str, now: datetime) -> None:
    """A root and a signer, once. Their names say 样例 SAMPLE: nothing they sign has legal effect."""
    if (folder / SIGNER).exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_key, signer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name(organisation, "样例根证书 SAMPLE root")
    root = _certificate(root_name, root_key, root_name, root_key, now, days=3650, ca=True)
    signer_name = _name(organisation, "样例签章证书 SAMPLE signer")
    signer = _certificate(signer_name, signer_key, root_name, root_key, now, days=825, ca=False)
    for name, certificate, key in ((ROOT, root, root_key), (SIGNER, signer, signer_key)):
        private = folder / _key_name(name)
        private.touch(mode=0o600)
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _key_name(name: str) -> str:
    return name.replace(".pem", ".key")


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{organisation}（样例）"[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    days: int,
    ca: bool,
) -> x509.Certificate:
    allowed = {"key_cert_sign", "crl_sign"} if ca else {"digital_signature", "content_commitment"}
    uses = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, 0 if ca else None), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in allowed for use in uses}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not ca:
        # Readers built on NSS know the signature only beside emailProtection.
        uses_of_key = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(uses_of_key, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
