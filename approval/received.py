# SPDX-License-Identifier: Apache-2.0
"""Received (接收的材料): everything that came in with an application, as its receipt lists it (实施细则第18条).

I/O: database.
"""

from sqlalchemy.orm import Session

from approval import drafting, materials
from approval.application import Application
from approval.casefile import item_of
from approval.office import Office
from kit.text import Text

PROOF = Text(zh="身份核验记录", en="Record of the identity check")
SIGNATURE = Text(zh="电子签名记录", en="Record of the signature")


def received(session: Session, office: Office, application: Application) -> list[Text]:
    """The signed texts in their order, then the files by the question that asked for them, how many of each."""
    form = office.catalogue.form_of(item_of(office, application))
    texts = [Text(zh=one.title, en=one.title) for one in drafting.signed(session, application.id)]
    counted: dict[str, int] = {}
    for file in materials.of_application(session, application.id):
        counted[file.field] = counted.get(file.field, 0) + 1
    files = [_counted(form.field(field).label, count) for field, count in counted.items()]
    return [*(texts or [form.title]), *files, PROOF, SIGNATURE]


def _counted(label: Text, count: int) -> Text:
    return label if count == 1 else Text(zh=f"{label.zh}（{count} 份）", en=f"{label.en} ({count} files)")
