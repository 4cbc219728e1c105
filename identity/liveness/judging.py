# SPDX-License-Identifier: Apache-2.0
"""Judging (活体判定): from the signals of a session to "pass", "person" or "retry". Pure.

No signal refuses anybody. What a person can mend (light, an action that was not made) asks for another try; what
would be a sign of a recording, a print or a second person, and whatever is missing, goes to a clerk with its figures.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from identity.liveness import frames as integrity
from identity.liveness import rules
from identity.liveness.challenges import COLOURS, TURNS, Plan
from identity.liveness.limits import LIMITS
from identity.liveness.reading import FrameReading

Outcome = Literal["pass", "person", "retry"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One figure against its limit. `outcome`: "pass", "fail", "missing", or "advisory" for what decides nothing."""

    name: str
    value: float | None
    threshold: float
    version: str
    outcome: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a session left: readings in order, the camera as the browser describes it, digests of frames known
    from earlier sessions, the distance between the frontal frames, and whether the sentence was confirmed."""

    plan: Plan
    frames: Sequence[FrameReading]
    track: Mapping[str, object] = field(default_factory=dict)
    known: Collection[str] = ()
    drift: float | None = None
    intent: bool = True

    @property
    def phases(self) -> set[int]:
        return {frame.phase for frame in self.frames}

    def of_phase(self, phase: int) -> list[FrameReading]:
        return [frame for frame in self.frames if frame.phase == phase]


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    signals: tuple[Signal, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.signals if one.outcome in ("fail", "missing"))


MENDABLE = {"good_frames", "faces_at_once", "baseline", "lost", "gap", "intent"}
"""With `action_…`: what another try may mend. All else is for a person."""


def judge_session(seen: Seen) -> Judgement:
    """Every signal, and what they say together."""
    base = rules.baseline(seen.of_phase(0))
    signals = [*_of_view(seen, base), *_of_actions(seen, base), *_of_one_camera(seen), *_of_one_person(seen)]
    signals.append(_of_light(seen))
    failed = [one.name for one in signals if one.outcome in ("fail", "missing")]
    suspicious = [name for name in failed if name not in MENDABLE and not name.startswith("action_")]
    mendable = [name for name in failed if name not in suspicious]
    # An action that was not made leaves its depth unmeasured: that alone is no reason to keep a clerk.
    if mendable and all(_is_consequence(name, failed, signals) for name in suspicious):
        return Judgement("retry", tuple(signals))
    return Judgement("person" if failed else "pass", tuple(signals))


def _is_consequence(name: str, failed: Sequence[str], signals: Sequence[Signal]) -> bool:
    missing = {one.name for one in signals if one.outcome == "missing"}
    if name.startswith("depth_"):
        return name in missing and ("baseline" in failed or f"action_{name.removeprefix('depth_')}" in failed)
    if name == "frontal_parts":  # who broke off after two actions has shown no more
        return any(one.startswith("action_") for one in failed) or "baseline" in failed
    return name in missing and name in ("drift", "standstill", "noise_spread")


def _signal(name: str, value: float | None, limit: str, fails: bool) -> Signal:
    outcome = "missing" if value is None else "fail" if fails else "pass"
    rounded = None if value is None else round(float(value), 3)
    return Signal(name, rounded, LIMITS[limit], LIMITS.version, outcome)


def _at_most(name: str, value: float | None) -> Signal:
    return _signal(name, value, name, value is not None and value > LIMITS[name])


def _plain(name: str, holds: bool) -> Signal:
    return Signal(name, float(holds), 1.0, LIMITS.version, "pass" if holds else "fail")


def _of_view(seen: Seen, base: rules.Baseline | None) -> list[Signal]:
    frames = seen.frames
    good = sum(not rules.faults_in(one) for one in frames) / len(frames) if frames else 0.0
    several = sum(one.faces > 1 for one in frames) / len(frames) if frames else 0.0
    return [
        _signal("good_frames", good, "good_frames", good < LIMITS["good_frames"]),
        _at_most("faces_at_once", several),
        _plain("baseline", base is not None),
        _at_most("lost", max((rules.longest_without_face(seen.of_phase(n)) for n in seen.phases), default=0.0)),
        _plain("intent", seen.intent),
    ]


def _of_actions(seen: Seen, base: rules.Baseline | None) -> list[Signal]:
    signals = []
    for phase, challenge in enumerate(seen.plan.challenges, 1):
        kind, frames = challenge.kind, seen.of_phase(phase)
        done = base is not None and rules.was_done(challenge, base, frames)
        wrong = base is not None and rules.went_wrong_way(kind, base, frames)
        limit = "turn" if kind in TURNS else "mouth" if kind == "mouth" else "nod"
        reached = max((rules.moved(kind, base, one) for one in frames if one.faces), default=0.0) if base else 0.0
        signals.append(_signal(f"action_{kind}", reached, limit, not done or wrong))
        if kind != "mouth":
            depth = rules.depth(kind, base, frames) if base and done else None  # of another movement it tells nothing
            least = f"parallax_{limit}"
            signals.append(_signal(f"depth_{kind}", depth, least, depth is not None and depth < LIMITS[least]))
    return signals


def _of_one_camera(seen: Seen) -> list[Signal]:
    frames = seen.frames
    standstill = integrity.typical_change(frames)
    virtual = integrity.is_virtual(seen.track)
    camera = Signal(
        "camera",
        None if virtual is None else float(virtual),
        0.0,
        LIMITS.version,
        "missing" if virtual is None else "fail" if virtual else "pass",
    )
    return [
        _at_most("same_bytes", integrity.sent_twice(frames, seen.known)),
        _at_most("gap", integrity.longest_gap(frames)),
        _signal(
            "burst",
            integrity.hurry(frames),
            "burst",
            integrity.hurry(frames) > LIMITS["burst"] or integrity.goes_back(frames) > 0,
        ),
        _signal("standstill", standstill, "standstill", standstill is not None and standstill < LIMITS["standstill"]),
        _signal("loop", integrity.longest_loop(frames), "loop", integrity.longest_loop(frames) >= LIMITS["loop"]),
        _at_most("encoders", integrity.encoders(frames)),
        _at_most("noise_spread", integrity.noise_spread(frames)),
        camera,
    ]


def _of_one_person(seen: Seen) -> list[Signal]:
    """A face is known again by its frontal frames: there must be some from each part, or who acted is not known."""
    base = rules.baseline(seen.of_phase(0))
    asked = range(1, len(seen.plan.challenges) + 1)
    shown = sum(any(rules.may_compare(base, one) for one in seen.of_phase(phase)) for phase in asked) if base else 0
    parts = _signal("frontal_parts", shown if base else None, "frontal_parts", shown < LIMITS["frontal_parts"])
    return [_at_most("drift", seen.drift), _at_most("jump", rules.greatest_jump(seen.frames)), parts]


def _of_light(seen: Seen) -> Signal:
    """Advisory: sunlight, a bright room or a far screen hide what a screen can show."""
    shown = [_rgb(COLOURS[colour]) for colour in seen.plan.colours]
    flash = len(seen.plan.challenges) + 2
    response = rules.light_response(seen.of_phase(flash), shown)
    value = None if response is None else round(response, 3)
    return Signal("colour", value, LIMITS["colour"], LIMITS.version, "advisory")


def _rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)
