# SPDX-License-Identifier: Apache-2.0
"""Frames (帧完整性): whether what arrived can be what one camera saw in these seconds. Pure.

A recording that is frozen, looped, played faster than it was filmed, sent twice or put together from several leaves
traces in times, bytes, tables and noise. A recording made for this very session leaves none of these.
"""

import itertools
import re
import statistics
from collections.abc import Collection, Mapping, Sequence

from identity.liveness.reading import FrameReading

VIRTUAL = re.compile(
    r"virtual|obs\b|obs-|manycam|xsplit|snap ?camera|camtwist|droidcam|iriun|epoccam|e2esoft|vcam|v4l2|loopback|fake"
    r"|dummy|screen|capture|sparkocam|webcamoid|splitcam|youcam|unity|ndi\b|虚拟|模拟",
    re.IGNORECASE,
)
NEAR, MOVING = 2, 8  # of 256 bits: two pictures of one moment of a film, and two moments of a face that moves
LEAST_LAG = 4


def sent_twice(frames: Sequence[FrameReading], known: Collection[str] = ()) -> int:
    """Frames whose very bytes came before, in this session or in those whose digests are known.

    Not counted: the same as the one just before, which a slow camera gives to a quick page.
    """
    seen, twice, before = set(known), 0, ""
    for frame in frames:
        twice += frame.digest in seen and frame.digest != before
        seen.add(frame.digest)
        before = frame.digest
    return twice


def longest_gap(frames: Sequence[FrameReading]) -> float:
    """Seconds between two neighbouring frames of one phase."""
    pairs = itertools.pairwise(frames)
    gaps = [(after.taken_ms - before.taken_ms) / 1000 for before, after in pairs if before.phase == after.phase]
    return max(gaps, default=0.0)


def hurry(frames: Sequence[FrameReading]) -> float:
    """Seconds by which the frames of a phase claim to span more time than went by here until the last of them came.

    `taken_ms` counts from the moment the browser learned of the phase, `came_ms` from the moment it was released.
    """
    return max(((frame.taken_ms - frame.came_ms) / 1000 for frame in frames), default=0.0)


def goes_back(frames: Sequence[FrameReading]) -> int:
    """Frames said to be taken before the one before them."""
    pairs = itertools.pairwise(frames)
    return sum(before.phase == after.phase and after.taken_ms <= before.taken_ms for before, after in pairs)


def typical_change(frames: Sequence[FrameReading]) -> float | None:
    """Grey levels between neighbours, the median; None with too few neighbours."""
    changes = [frame.change for frame in frames if frame.change >= 0]
    return statistics.median(changes) if len(changes) >= 4 else None


def longest_loop(frames: Sequence[FrameReading]) -> int:
    """Moving frames in a row that come again, each at the same distance: a film that starts anew."""
    looks = [int(frame.look, 16) for frame in frames]
    moves = [_apart(a, b) > MOVING for a, b in itertools.pairwise(looks)]
    longest = 0
    for lag in range(LEAST_LAG, len(looks) // 2 + 1):
        run = 0
        for place in range(len(looks) - lag):
            same = _apart(looks[place], looks[place + lag]) <= NEAR
            run = run + 1 if same and moves[min(place, len(moves) - 1)] else 0
            longest = max(longest, run)
    return longest


def _apart(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def encoders(frames: Sequence[FrameReading]) -> int:
    return len({frame.encoder for frame in frames})


def noise_spread(frames: Sequence[FrameReading]) -> float | None:
    """Noise of the noisiest tenth of the frames over that of the quietest, among frames of one encoder."""
    groups: dict[str, list[float]] = {}
    for frame in frames:
        groups.setdefault(frame.encoder, []).append(frame.noise)
    spreads = []
    for values in groups.values():
        if len(values) >= 10:
            tenths = statistics.quantiles(values, n=10)
            spreads.append(tenths[-1] / max(tenths[0], 0.05))
    return max(spreads) if spreads else None


def is_virtual(track: Mapping[str, object]) -> bool | None:
    """Whether the camera calls itself one that no lens belongs to; None when it has no name."""
    label = str(track.get("label") or "").strip()
    return bool(VIRTUAL.search(label)) if label else None
