# SPDX-License-Identifier: Apache-2.0
"""Finishing (活体结论): the end of a live session: judged, written into the evidence, and its frames deleted.

I/O: database. The machine may accept; what it cannot is for another try while there is one, else for a clerk.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from identity.bands import bands_of
from identity.checks import Band, Comparison, Fault, Verdict, judge
from identity.evidence import Evidence, evidence_of, may_compare, record_comparison
from identity.liveness import rules
from identity.liveness.judging import Judgement, Seen, judge_session
from identity.liveness.reading import FrameReading
from identity.liveness.session import FINISHED, Asker, LiveSession, end, known_digests, sessions_left
from identity.vault import view_picture


@dataclass(frozen=True, slots=True)
class Ending:
    """What the person is told: accepted, for a clerk, or another try; then what to mend, as a code."""

    band: Band
    liveness: str
    mend: str | None
    attempts_left: int
    sessions_left: int


def pictures_of(session: Session, row: LiveSession) -> list[bytes]:
    """The frontal frames, in the order of their phases."""
    found = (view_picture(session, name) for _phase, name in row.pictures)
    return [jpeg for jpeg in found if jpeg is not None]


def finish(
    session: Session, asker: Asker, row: LiveSession, comparison: Comparison, best: bytes | None, now: datetime
) -> Ending:
    """Judge what the session left, write it down, delete the rest. `row` is measured, and locked by `admitted`.

    Raises as `may_compare`. What it gives is kept with the session too."""
    evidence = evidence_of(session, asker.application_id, asker.person)
    session.refresh(evidence, with_for_update=True)
    may_compare(evidence)  # the consent may have been taken back while the faces were compared
    frames, measures = row.frames, row.measures or {}
    seen = Seen(
        row.drawn,
        frames,
        track=measures.get("track", {}),
        known=known_digests(session, row),
        drift=comparison.drift,
        intent=bool(measures.get("intent")),
    )
    judgement, left = judge_session(seen), sessions_left(session, asker, now)
    verdict = judge(comparison, bands_of(comparison.model))
    outcome = "person" if judgement.outcome == "retry" and left == 0 else judgement.outcome
    end(session, row, FINISHED, now, outcome)
    if outcome == "retry":
        return _kept(row, Ending(Band.RETRY, outcome, to_mend(judgement, frames), evidence.attempts_left, left))
    if outcome == "person":
        verdict = _for_a_person(verdict, left)
    record_comparison(session, evidence, comparison, verdict, best, now)
    _write(evidence, row, outcome, judgement)
    evidence.intent = str(measures.get("intent") or "") or None
    mend = str(comparison.faults[0]) if verdict.band is Band.RETRY and comparison.faults else None
    return _kept(row, Ending(verdict.band, outcome, mend, evidence.attempts_left, left))


def _kept(row: LiveSession, ending: Ending) -> Ending:
    row.ending = asdict(ending)
    return ending


def ending_of(kept: dict[str, Any]) -> Ending:
    """As it was told the first time."""
    return Ending(**{**kept, "band": Band(kept["band"])})


def _for_a_person(verdict: Verdict, left: int) -> Verdict:
    """Nothing is accepted without a living person; and when no try is left, a clerk looks at whatever there is."""
    if verdict.band is Band.RETRY and left > 0:
        return verdict
    reasons = tuple(reason for reason in verdict.reasons if reason != "accepted")
    return Verdict(Band.PERSON, (*reasons, "liveness_unsure"))


def _write(evidence: Evidence, row: LiveSession, outcome: str, judgement: Judgement) -> None:
    evidence.liveness, evidence.live_session = outcome, row.id
    evidence.signals = [signal.as_json() for signal in judgement.signals]


def to_mend(judgement: Judgement, frames: Sequence[FrameReading]) -> str:
    """A fault of most frames, else the action that did not come, else the first of what failed."""
    fault: Fault | None = rules.hint(frames) if frames else Fault.NO_FACE
    if fault is not None and {"good_frames", "baseline", "faces_at_once"} & set(judgement.failed):
        return str(fault)
    actions = [name for name in judgement.failed if name.startswith("action_")]
    return (actions or list(judgement.failed) or ["baseline"])[0]
