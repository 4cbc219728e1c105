# SPDX-License-Identifier: Apache-2.0
"""What the signals say of sessions that are drawn, reading by reading: no picture is needed to break the rules."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from identity.checks import Fault
from identity.liveness import rules
from identity.liveness.challenges import COLOURS
from identity.liveness.frames import is_virtual, longest_loop
from identity.liveness.judging import Seen, judge_session
from identity.liveness.limits import LIMITS
from identity.liveness.reading import FrameReading, read_back, written_down
from tests.identity.liveness.sittings import PLAN, TRACK, a_sitting, drawn_phase, seated, timed

Change = Callable[[FrameReading], FrameReading]
KINDS = ("look", "left", "right", "up", "down", "mouth")


def changed(seen: Seen, change: Change) -> Seen:
    return replace(seen, frames=[change(one) for one in seen.frames])


def test_somebody_who_does_what_is_asked_passes_with_every_signal_on_record() -> None:
    judgement = judge_session(a_sitting())
    assert judgement.outcome == "pass", judgement.failed
    assert {one.version for one in judgement.signals} == {LIMITS.version}
    names = {one.name for one in judgement.signals}
    assert {"action_left", "depth_left", "action_mouth", "drift", "colour", "camera", "noise_spread"} <= names


def test_whatever_is_flat_goes_to_a_person() -> None:
    judgement = judge_session(a_sitting(flat=True))
    assert judgement.outcome == "person"
    assert {"depth_left", "depth_right"} <= set(judgement.failed)


@pytest.mark.parametrize("missing", ["left", "right", "mouth", "down"])
def test_an_action_that_was_not_made_asks_for_another_try(missing: str) -> None:
    phases = {kind: drawn_phase("look" if kind == missing else kind, kind) for kind in KINDS}
    judgement = judge_session(seated(phases))
    assert judgement.outcome == "retry"
    assert f"action_{missing}" in judgement.failed


def test_the_right_actions_in_another_order_do_not_pass() -> None:
    phases = {kind: drawn_phase(kind, "a") for kind in KINDS}
    other = {**phases, "left": phases["right"], "right": phases["left"]}
    judgement = judge_session(seated(other))
    assert judgement.outcome != "pass"
    assert {"action_left", "action_right"} <= set(judgement.failed)


def test_a_head_that_goes_both_ways_at_once_does_not_pass() -> None:
    phases = {kind: drawn_phase(kind, "a") for kind in KINDS}
    phases["left"] = timed([*drawn_phase("right", "b"), *drawn_phase("left", "c")])
    assert "action_left" in judge_session(seated(phases)).failed


def every_second(seen: Seen, change: Change) -> list[FrameReading]:
    return [change(one) if place % 2 else one for place, one in enumerate(seen.frames)]


def same_bytes_again(seen: Seen) -> Seen:
    return replace(
        seen,
        frames=[
            *seen.frames[:30],
            *[replace(one, digest=seen.frames[3].digest) for one in seen.frames[30:31]],
            *seen.frames[31:],
        ],
    )


SUSPICIOUS: list[tuple[str, Callable[[Seen], Seen]]] = [
    ("same_bytes", same_bytes_again),
    ("same_bytes", lambda seen: replace(seen, known={seen.frames[9].digest})),
    ("burst", lambda seen: changed(seen, lambda one: replace(one, came_ms=10))),
    ("burst", lambda seen: changed(seen, lambda one: replace(one, taken_ms=1 if one.seq == 10 else one.taken_ms))),
    ("standstill", lambda seen: changed(seen, lambda one: replace(one, change=0.0))),
    ("encoders", lambda seen: changed(seen, lambda one: replace(one, encoder=str(one.seq % 5)))),
    ("noise_spread", lambda seen: changed(seen, lambda one: replace(one, noise=0.9 if one.seq > 40 else 0.2))),
    ("camera", lambda seen: replace(seen, track={"label": "OBS Virtual Camera"})),
    ("camera", lambda seen: replace(seen, track={})),
    ("drift", lambda seen: replace(seen, drift=0.6)),
    ("drift", lambda seen: replace(seen, drift=None)),
    ("jump", lambda seen: changed(seen, lambda one: replace(one, x=60.0 if one.seq == 5 else one.x + 200))),
]


@pytest.mark.parametrize(("name", "spoil"), SUSPICIOUS, ids=[f"{name}-{n}" for n, (name, _) in enumerate(SUSPICIOUS)])
def test_each_trace_of_a_recording_or_a_missing_signal_is_for_a_person(
    name: str, spoil: Callable[[Seen], Seen]
) -> None:
    judgement = judge_session(spoil(a_sitting()))
    assert name in judgement.failed
    assert judgement.outcome == ("retry" if (name, judgement.outcome) == ("drift", "retry") else "person")


def test_a_film_that_starts_anew_is_a_loop() -> None:
    film = drawn_phase("left", "film")
    assert longest_loop(timed([*film, *film])) >= LIMITS["loop"]
    assert longest_loop(a_sitting().frames) == 0


MENDABLE: list[tuple[str, Change]] = [
    ("good_frames", lambda one: replace(one, brightness=20.0) if one.seq % 2 else one),
    ("faces_at_once", lambda one: replace(one, faces=2) if one.seq % 7 == 3 else one),
    ("lost", lambda one: replace(one, faces=0, taken_ms=2 * one.taken_ms, came_ms=4000) if one.phase == 2 else one),
    (
        "gap",
        lambda one: replace(one, taken_ms=one.taken_ms + 4000, came_ms=one.came_ms + 4000) if one.seq == 15 else one,
    ),
]


@pytest.mark.parametrize(("name", "change"), MENDABLE)
def test_what_a_person_can_mend_asks_for_another_try(name: str, change: Change) -> None:
    judgement = judge_session(changed(a_sitting(), change))
    assert name in judgement.failed
    assert judgement.outcome != "pass"


def test_an_unconfirmed_sentence_asks_for_another_try() -> None:
    assert judge_session(replace(a_sitting(), intent=False)).outcome == "retry"


def test_nothing_at_all_is_never_a_pass() -> None:
    assert judge_session(Seen(PLAN, [], track=TRACK)).outcome == "retry"


def lit(frames: Sequence[FrameReading], share: float) -> list[FrameReading]:
    shown = [COLOURS[colour] for colour in PLAN.colours]
    found = []
    for place, one in enumerate(timed([*frames[:8], *frames[:4]], 6)):
        colour = shown[place // 2]
        light = [int(colour[at : at + 2], 16) * share for at in (1, 3, 5)]
        chroma = tuple(skin + part for skin, part in zip(one.chroma, light, strict=True))
        found.append(
            replace(
                one,
                phase=6,
                colour=place // 2,
                chroma=chroma,
                digest=f"lit {place}",
                look=sha256(b"lit %d" % place).hexdigest(),
            )
        )
    return found


def test_the_light_of_the_screen_on_a_face_is_advice_and_decides_nothing() -> None:
    seen = a_sitting()
    for share, answers in ((0.05, True), (0.0, False)):
        judgement = judge_session(replace(seen, frames=[*seen.frames, *lit(seen.frames, share)]))
        colour = next(one for one in judgement.signals if one.name == "colour")
        assert (colour.value is not None and colour.value > LIMITS["colour"]) == answers
        assert colour.outcome == "advisory"
        assert judgement.outcome == "pass"


@pytest.mark.parametrize(
    ("label", "virtual"),
    [
        ("OBS Virtual Camera", True),
        ("ManyCam", True),
        ("v4l2loopback", True),
        ("fake_device_0", True),
        ("虚拟摄像头", True),
        ("Front Camera", False),
        ("FaceTime HD Camera", False),
        ("camera2 1, facing front", False),
        ("Integrated Webcam", False),
        ("", None),
    ],
)
def test_a_camera_that_calls_itself_virtual_is_known(label: str, virtual: bool | None) -> None:
    assert is_virtual({"label": label}) is virtual


def test_what_most_frames_lack_is_told_at_once() -> None:
    seen = a_sitting()
    dark = [replace(one, faces=0, light=8.0) for one in seen.frames[:5]]
    assert rules.hint(dark) is Fault.DARK
    assert rules.hint(seen.frames[:5]) is None
    assert rules.hint([replace(one, eye_distance=12) for one in seen.frames[:5]]) is Fault.TOO_SMALL


def test_readings_are_the_same_when_they_are_read_back() -> None:
    frames = a_sitting().frames
    assert read_back(written_down(frames)) == list(frames)


def test_whoever_acts_without_ever_being_seen_from_the_front_is_not_known_again() -> None:
    """Somebody else could look ahead first and step aside: acting with closed eyes, nothing is there to compare."""
    sitting = a_sitting()
    squinting = [replace(one, eyes=0.12) if one.phase else one for one in sitting.frames]
    judgement = judge_session(replace(sitting, frames=squinting))
    assert judgement.outcome == "person"
    assert "frontal_parts" in judgement.failed
