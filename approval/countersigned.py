# SPDX-License-Identifier: Apache-2.0
"""Countersigned (会签核对): whether all who must sign the documents of a registration have signed them. Pure.

Articles are signed by all shareholders (公司法第46条). Whoever has not signed here may have signed on paper or not at
all: a person finds out, nobody is refused for it.
"""

from collections.abc import Iterator

from approval.findings import Found, Held
from catalogue import EntryResult, Item, LicenceResult
from credit import Effect
from kit.text import Text

SHAREHOLDERS_SIGN = Text(zh="公司法第46条", en="Company Law art. 46")
OTHERS_SIGN = Text(zh="市场主体登记管理条例实施细则第25、32条", en="Detailed Rules arts 25, 32")


def is_of_company(item: Item) -> bool:
    match item.result:
        case LicenceResult() as result:
            return result.template == "company"
        case EntryResult() as result:
            return result.kinds == ("company",)
    return False


def of_signatures(item: Item, unsigned: int | None) -> Iterator[Found | Held]:
    """SIGN-01 of a registration; nothing of cases from before it was counted, and of permits and filings."""
    if unsigned is None or not item.is_registration:
        return
    basis, confidence = (SHAREHOLDERS_SIGN, "V") if is_of_company(item) else (OTHERS_SIGN, "M")
    if unsigned == 0:
        yield Held("SIGN-01", basis, confidence, 0, 0)
        return
    said = Text(
        zh=f"提交时有 {unsigned} 名应当签署的人员（单位）尚未在线签名，请核对其签名或者要求补齐",
        en=f"{unsigned} of those who must sign had not signed here when it was submitted: check their signatures",
    )
    yield Found("SIGN-01", Effect.MANUAL, said, basis, confidence, value=unsigned, threshold=0)
