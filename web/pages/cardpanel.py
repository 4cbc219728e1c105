# SPDX-License-Identifier: Apache-2.0
"""Card panel (证件对照): for the clerk, what was read of the card beside what the form says. Pure.

Numbers, birth and homes are masked until the clerk has claimed the case.
"""

from typing import Any

from approval.application import Application
from approval.cards import HOMES, same
from catalogue import Item
from identity import Evidence
from identity.card import EMBLEM_FIELDS, PORTRAIT_FIELDS, CardFault
from kit.numbers import masked_id
from web.wording import CARD_FAULTS_SHORT, CARD_FIELDS, DOCUMENT_KINDS

SECRET = ("birth", "address")
SHOWN = 3  # characters of a masked value


def card_of(evidence: Evidence, case: Application, item: Item, mine: bool) -> dict[str, Any] | None:
    """None if no card was read; the words of it are gone with the pictures.

    `agrees` of a row is None where the form does not ask for it.
    """
    kept = evidence.card_read
    if not kept:
        return None
    if kept["other"]:
        return {"document": DOCUMENT_KINDS[kept["document"]["kind"]], "faults": [], "rows": []}
    home = next((name for name in HOMES if case.answers.get(name)), "")
    asked = {"name": item.holder.name, "number": item.holder.number, "address": home}
    rows = []
    for name in () if evidence.deleted_at else (*PORTRAIT_FIELDS, *EMBLEM_FIELDS):
        field = kept["fields"].get(name, {"value": "", "doubtful": True})
        form = str(case.answers.get(asked.get(name, "")) or "")
        said = field.get("said", "")
        rows.append(
            {
                "label": CARD_FIELDS[name],
                "read": _shown(name, field["value"], mine),
                "said": _shown(name, said, mine) if said != field["value"] else None,
                "form": _shown(name, form, mine) if form else None,
                "agrees": same(field["value"], form) if form else None,
                "doubtful": field["doubtful"],
            }
        )
    faults = [CARD_FAULTS_SHORT[CardFault(code)] for code in kept["faults"]]
    return {"document": None, "faults": faults, "rows": rows}


def _shown(name: str, value: str, mine: bool) -> str:
    if mine or not value:
        return value
    if name == "number":
        return masked_id(value)
    return value[:SHOWN] + "***" if name in SECRET else value
