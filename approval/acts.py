# SPDX-License-Identifier: Apache-2.0
"""Acts (申请事由): which act of registration an application is, for measures that act on some and not on others.

Hides where an item says so, and which answers name the matters of a change. Pure.
"""

from catalogue import EntryResult, Item, LicenceResult, PermitResult
from credit import Act, Filing
from forms import Values

_ENTRIES = {"change": Act.CHANGE, "suspension": Act.SUSPENSION, "replacement": Act.REPLACEMENT}


def filing_of(item: Item, values: Values) -> Filing:
    """What is applied for; `values` are the answers as they were read."""
    result = item.result
    if isinstance(result, LicenceResult):
        return Filing(Act.SETUP)
    if isinstance(result, PermitResult):
        return Filing(Act.PERMIT)
    if not isinstance(result, EntryResult):
        return Filing(Act.RECORD)
    if result.act == "deregistration":
        return Filing(Act.SIMPLE_DEREGISTRATION if result.is_simple else Act.DEREGISTRATION)
    matters = frozenset(values.get("changes") or ()) if result.act == "change" else frozenset[str]()
    return Filing(_ENTRIES[result.act], matters)
