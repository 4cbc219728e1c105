# SPDX-License-Identifier: Apache-2.0
"""What the auditor's page of the log is given: a log that does not hold, a witness that is silent. Pure."""

from tests.web.sample_apply import NOW, some, t
from tests.web.sample_review import ENTRIES

SEARCH = {
    "query": some(text="", event="", actor="", since="", until=""),
    "entries": ENTRIES,
    "older_href": "/o",
    "events": [some(value="decided", label=t("作出决定", "Decided"))],
    "purposes": [some(value="inspection", label=t("监督检查", "Inspection"))],
    "tree": some(
        size=128,
        root="9f" * 32,
        pending=2,
        checked_at=NOW,
        broken_since=NOW,
        why=t("缺少记录", "Entries are missing"),
        contact="审计员",
        key="test.invalid/log+00000000+AA==",
        witnesses=[some(name="witness.invalid/w1", size=120, shown_at=NOW, failing_since=NOW)],
    ),
    "result": some(ok=True, lines=128, sentence=t("128 条全部完整", "All whole")),
}
