# SPDX-License-Identifier: Apache-2.0
"""Wording (用语): what people read for codes of the verbs, in both languages. Pure."""

import tomllib
from pathlib import Path
from typing import Any

from identity import Band, Fault
from identity.card import CardFault, Wrong
from kit.text import Text

_DECLARED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "terms.toml").read_text("utf-8"))


def _texts(table: str) -> dict[str, Text]:
    return {code: Text.model_validate(said) for code, said in _DECLARED[table].items()}


FAULTS = {Fault(code): said for code, said in _texts("faults").items()}
CARD_FAULTS = {CardFault(code): said for code, said in _texts("card_faults").items()}
CARD_FAULTS_SHORT = {CardFault(code): said for code, said in _texts("card_faults_short").items()}
CARD_FIELDS = _texts("card_fields")
CARD_PROBLEMS = {Wrong(code): said for code, said in _texts("card_problems").items()}
DOCUMENT_KINDS = _texts("documents")
STATES = {Band(code): said for code, said in _texts("bands").items()}
REASONS = _texts("reasons")
LIVE = _texts("live")
MENDS = _texts("mends")
ROLES = _texts("roles")
CHANNELS = _texts("channels")
EVENTS = _texts("events")
STATUSES = _texts("statuses")
VERDICTS = _texts("verdicts")
FILE_REASONS = _texts("file_reasons")
LABELS = _texts("labels")
_NEXT = _texts("next")
NEXT = {"registration": _NEXT, **{kind: _NEXT | _texts(f"next_{kind}") for kind in ("permit", "filing")}}
TEXTS = _texts("texts")
VIEWS = _texts("views")
ACTS = _texts("acts")
FOUND = _texts("found")
RELATIONS = _texts("relations")
MEMOS = _texts("memos")
KEPT = _texts("kept_of_people")
OCCASIONS = _texts("occasions")
SIGNALS = _texts("signals")
SIGNAL_OUTCOMES = _texts("signal_outcomes")
PURPOSES = _texts("export_purposes")
LOG_FAULTS = _texts("log_faults")
SKILLS = _texts("skills")
STAGES = _texts("stages")
