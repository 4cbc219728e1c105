# SPDX-License-Identifier: Apache-2.0
"""A licence, the authority that signs it, and the signed file."""

from datetime import date
from typing import Any

import pytest

from kit import clock
from licences import Copy, FileSigner, Grant, Licence, Status, Template, make_demonstration_authority, render
from licences.ornament import seal_drawing
from tests.conftest import NOON

REGISTRAR = "南京市栖霞区行政审批局"
SCOPE = "一般项目：食品销售（仅销售预包装食品）；通讯设备修理（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）"


def a_grant(application: str = "a-1", **changed: Any) -> Grant:
    plain: dict[str, Any] = {
        "application_id": application,
        "item_code": "sole-trader",
        "template": Template.SOLE_TRADER,
        "title": "营业执照",
        "holder_code": "",
        "name": "",
        "holder": "林清和",
        "entity_type": "个体工商户",
        "form_of_organisation": "个人经营",
        "capital": "",
        "premises": "南京市栖霞区仙林街道文苑路118号3幢201室",
        "scope": SCOPE,
        "registrar": REGISTRAR,
        "established_on": date(2026, 11, 23),
    }
    return Grant(**plain | changed)


def a_licence(**changed: Any) -> Licence:
    plain: dict[str, Any] = {
        "number": "QX-2026-000001",
        "credit_code": "92320113MA0010007P",
        "application_id": "a-1",
        "verification_id": "abcdefghijkmnpqrstuvwxyz23",
        "item_code": "sole-trader",
        "template": Template.SOLE_TRADER,
        "title": "营业执照",
        "holder_code": "",
        "name": "南京市栖霞区㼆𬭎小吃店",
        "holder": "䶮𫖯",
        "entity_type": "个体工商户",
        "form_of_organisation": "个人经营",
        "capital": "",
        "premises": "南京市栖霞区仙林街道文苑路118号3幢201室",
        "scope": SCOPE,
        "registrar": REGISTRAR,
        "established_on": date(2026, 11, 23),
        "status": Status.RESERVED,
        "reserved_at": NOON,
    }
    return Licence(**plain | changed)


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    folder = tmp_path_factory.mktemp("keys")
    make_demonstration_authority(folder, REGISTRAR, clock.now())  # the signature tells the time by the machine
    return FileSigner(folder)


@pytest.fixture(scope="session")
def signed(signer: FileSigner) -> bytes:
    drawn = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000")
    return signer.sign(drawn.pdf, seal_drawing(REGISTRAR), drawn.seal)
