# SPDX-License-Identifier: Apache-2.0
import io
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from licences import FileSigner, make_demonstration_authority
from licences.signing import DOCUMENT_SIGNING, FIELD, ROOT, SIGNER
from tests.conftest import NOON
from tests.licences.conftest import REGISTRAR


def certificate(folder: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / name).read_bytes())


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, "x", NOON)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_demonstration_authority(tmp_path, "x", NOON)
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}


def test_all_names_of_the_demonstration_say_that_it_is_a_sample(tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, REGISTRAR, NOON)
    for name in (ROOT, SIGNER):
        found = certificate(tmp_path, name)
        for who in (found.subject, found.issuer):
            words = who.rfc4514_string()
            assert "SAMPLE" in words
            assert f"{REGISTRAR}（样例）" in words


def test_a_long_name_of_an_authority_still_makes_a_certificate(tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, "局" * 100, NOON)
    assert "SAMPLE" in certificate(tmp_path, SIGNER).subject.rfc4514_string()


def test_the_signer_signs_documents_and_no_certificates(tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, REGISTRAR, NOON)
    root, signer = certificate(tmp_path, ROOT), certificate(tmp_path, SIGNER)
    signer.verify_directly_issued_by(root)
    assert not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.key_cert_sign) == (True, False)
    assert DOCUMENT_SIGNING in signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value


def test_the_signature_certifies_against_any_change_and_says_sample(signed: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert signature.field_name == FIELD
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert "SAMPLE" in signature.sig_object["/Reason"]


def test_keys_of_another_kind_are_refused_at_the_start(tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, REGISTRAR, NOON)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / SIGNER.replace(".pem", ".key")).write_bytes(other.private_bytes(*form))
    with pytest.raises(TypeError):
        FileSigner(tmp_path)
