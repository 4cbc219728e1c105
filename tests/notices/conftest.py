# SPDX-License-Identifier: Apache-2.0
"""Sample facts for every kind of document, the text of a page, and the authority that seals it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit import clock
from licences import FileSigner, make_demonstration_authority
from notices import Kind, Remedies, declaration

REGISTRAR = "南京市栖霞区行政审批局"
REVIEW = "https://review.example.cn/qixia"
REMEDIES = Remedies("南京市栖霞区人民政府", REVIEW, "样例人民法院")
DEFECT = {"label": "经营场所证明", "reason": "缺少出租人签名，请补签后上传", "clause": "实施细则第18条"}
SAMPLES: dict[str, Any] = {
    "addressee": "南京市栖霞区㼆𬭎小吃店",
    "item": "个体工商户登记",
    "case": "QX20261123000001",
    "accepted": "2026年11月23日",
    "approver": "周局长",
    "clause": "市场主体登记管理条例第二十条",
    "credit_code": "92320113MA0010007P",
    "decided": "2026年11月24日",
    "defects": [DEFECT],
    "due": "2026年11月26日",
    "ground": "相关诉讼尚未终结",
    "licence": "QX-2026-000001",
    "matters": "登记联络员",
    "materials": "申请书、经营场所证明",
    "name": "栖霞样例商行",
    "permits": "食品经营",
    "premises": "南京市栖霞区仙林街道样例路 1 号",
    "reason": "经营场所与他人重复且申请人拒不改正",
    "received": "2026年11月22日",
    "remark": "补正后可在线重新提交。",
    "since": "2026年11月25日",
    "document": "登记通知书（栖审登〔2026〕000001号）",
    "way": "邮寄送达，邮件号 1234567890123",
    "served": "2026年11月28日",
    "signed_by": "申请人本人",
    "until": "2027年5月24日",
    "subject": "栖霞冒名商行",
    "withdrawn": "2026年11月27日",
    "working_days": 3,
}


def some_facts(kind: Kind, **changed: Any) -> dict[str, Any]:
    declared = declaration(kind)
    return {name: SAMPLES[name] for name in declared.facts | {"addressee", "item", "case"}} | changed


def text_of(pdf: bytes, folder: Path) -> str:
    """The words of all pages without any white space."""
    path = folder / "notice.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    folder = tmp_path_factory.mktemp("keys")
    make_demonstration_authority(folder, REGISTRAR, clock.now())  # the signature tells the time by the machine
    return FileSigner(folder)
