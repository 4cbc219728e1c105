# SPDX-License-Identifier: Apache-2.0
"""Liveness: attacks and genuine sessions, simulated from photographs, and what a session weighs.

`python -m bench.liveness [PHOTOS] [--rounds N] [--no-browser]`. PHOTOS is a folder per person; without it the
public-domain photographs that everybody can fetch. Every species gets `rounds` sessions a person, each with an order of
its own. An attack is caught when it does not pass: a clerk looks at it, or it is asked to try again.
"""

import argparse
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import livebrowser
from identity import evidence_of, keep_portrait, record_consent
from identity.face import DlibMatcher
from identity.liveness import gauge, session
from identity.liveness.challenges import COLOURS, Plan, draw
from identity.liveness.judging import Judgement, Seen, judge_session
from identity.liveness.limits import LIMITS
from identity.liveness.reading import FrameReading
from identity.liveness.session import Asker, Batch
from identity.workers import Workers
from kit import keyring, sealing
from kit.database import Base, Database
from kit.errors import DomainError
from reference import photographs
from reference.synthesis.acting import acted
from reference.synthesis.films import jpeg, lively
from reference.synthesis.head import Head, NoFace
from tests.identity.liveness import attacks
from tests.identity.liveness.sittings import TRACK, timed
from tests.keys import ring_in

Measured = Mapping[str, Sequence[FrameReading]]
GOAL = 0.93  # of attacks of each species caught, whatever chance did (NIST SP 800-63A-4: IAPAR < 0.07)
REFLECTS = (0.0, 2.5, 5.0)  # grey levels of a colour that the face gives back
TRIES = 10_000


@dataclass
class Count:
    """Sessions of one species: how many passed, went to a person, were asked again, and what failed most."""

    outcomes: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def add(self, judgement: Judgement) -> None:
        self.outcomes[judgement.outcome] = self.outcomes.get(judgement.outcome, 0) + 1
        for name in judgement.failed:
            self.failed[name] = self.failed.get(name, 0) + 1

    @property
    def whole(self) -> int:
        return sum(self.outcomes.values())


def upper_bound(hits: int, whole: int) -> float:
    """The highest share that so few hits leave possible, with 95 % confidence (Clopper and Pearson, one-sided)."""
    low, high = hits / whole, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        at_most = sum(math.comb(whole, k) * middle**k * (1 - middle) ** (whole - k) for k in range(hits + 1))
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return high


def people(folder: Path | None) -> list[bytes]:
    """One photograph of each person."""
    if folder is None:
        real = photographs.fetch()
        return [path.read_bytes() for path in (real.accept_live, real.other, real.accept_portrait)]
    found = (sorted(person.glob("*.jp*g")) for person in sorted(folder.iterdir()) if person.is_dir())
    return [pictures[0].read_bytes() for pictures in found if pictures]


def measured(shown: attacks.Films, spent: list[float]) -> Measured:
    found = {}
    for action, frames in shown.items():
        began = time.process_time()
        found[action] = timed(gauge.measure(frames))
        spent.append((time.process_time() - began) * 1000 / len(frames))
    return found


def sitting(shown: Measured, plan: Plan, **more: object) -> Seen:
    """The phases in the order of the plan; "up" is done as "down" the other way, which the corpus leaves out."""
    frames: list[FrameReading] = []
    for phase, kind in enumerate(plan.phases[:5]):
        frames += timed(shown[kind], phase)
    placed = [replace(one, seq=seq) for seq, one in enumerate(frames)]
    return replace(Seen(plan, placed, track=TRACK, drift=0.2), **more)  # type: ignore[arg-type]


def plan_of(chance: random.Random) -> Plan:
    """Drawn as in earnest, but of the two nods always the one that the corpus has."""
    while "down" not in (plan := draw(chance)).phases:
        pass
    return plan


def of_two(
    one: attacks.Films, other: attacks.Films, plan: Plan, matcher: DlibMatcher
) -> Iterator[tuple[str, Judgement]]:
    """Two living persons in one session: one after the other, and side by side. Distances are those of the matcher."""
    spent: list[float] = []
    mixed = {**{action: other[action] for action in other}, "look": one["look"]}
    frontal = [*one["look"][:3], *(other[action][0] for action in ("left", "right", "mouth", "down"))]
    drift = matcher.compare(one["look"][0], frontal)[0].drift
    yield "swapped after the first look", judge_session(sitting(measured(mixed, spent), plan, drift=drift))
    both = {
        action: [attacks.two_people(left, right) for left, right in zip(frames, other[action], strict=False)]
        for action, frames in one.items()
    }
    yield "two persons side by side", judge_session(sitting(measured(both, spent), plan))


FLAT: dict[str, Callable[[Head, int], attacks.Films]] = {
    "print on a stand": attacks.a_still,
    "print in a hand": attacks.a_shaken_print,
    "print turned with the instructions": attacks.a_turned_print,
    "print bent and turned": attacks.a_bent_print,
    "print with holes for the mouth": attacks.a_cut_out,
}


def of_person(head: Head, turn: int, chance: random.Random, spent: list[float]) -> Iterator[tuple[str, Judgement]]:
    """Every species once."""
    films = attacks.a_face(head, turn)
    own = measured(films, spent)
    plan = plan_of(chance)
    yield "genuine", judge_session(sitting(own, plan))
    for name, make in FLAT.items():
        yield name, judge_session(sitting(measured(make(head, turn), spent), plan))
    yield "screen, recorded for another order", judge_session(sitting(another_order(own), plan))
    known = {one.digest for frames in own.values() for one in frames}
    yield "the same recording sent again", judge_session(sitting(own, plan_of(chance), known=known))
    frozen = {action: timed([replace(frames[0], change=0.0)] * 12) for action, frames in own.items()}
    yield "frozen picture", judge_session(sitting(frozen, plan))
    looped = {action: timed([*frames, *frames]) for action, frames in own.items()}
    yield "film in a loop", judge_session(sitting(looped, plan))
    hurried = sitting(own, plan)
    fast = replace(hurried, frames=[replace(one, came_ms=100) for one in hurried.frames])
    yield "film sent faster than it runs", judge_session(fast)
    yield "virtual camera under its own name", judge_session(sitting(own, plan, track={"label": "OBS Virtual Camera"}))
    yield "PUPPET: right actions, injected, camera misnamed", judge_session(sitting(own, plan))
    grid = measured(attacks.a_screen(films, turn), spent)
    yield "PUPPET: right actions on a screen", judge_session(sitting(grid, plan))


def another_order(own: Measured) -> Measured:
    shifted = {"left": "mouth", "mouth": "down", "down": "right", "right": "left", "look": "look"}
    return {action: own[shifted[action]] for action in own}


def light(head: Head, chance: random.Random) -> Iterator[tuple[float, float]]:
    """The answer of a face to the colours, by how much of them it reflects."""
    plan = plan_of(chance)
    for reflects in REFLECTS:
        shown = []
        for place, pose in enumerate(acted("look", chance.randrange(99), rate=12)):
            code = COLOURS[plan.colours[place // 2]]
            tint = tuple(int(code[at : at + 2], 16) / 255 * reflects for at in (1, 3, 5))
            shown.append(jpeg(head.show(replace(pose, tint=tint)), 93))  # type: ignore[arg-type]
        lit = timed(gauge.measure(lively(shown, chance)), 6)
        frames = [replace(one, colour=place // 2) for place, one in enumerate(lit)]
        value = judge_session(Seen(plan, frames)).signals[-1].value
        yield reflects, value if value is not None else 0.0


def replays() -> tuple[int, float]:
    """Attempts to send a recorded session again, with its tokens, guessed ones, and into sessions that are over."""
    sealing.install(bytes(range(32)))
    now, guess, accepted = datetime(2026, 11, 30, 4, tzinfo=UTC), random.Random(1), 0  # noqa: S311
    asker = Asker("a", "me", "phone")
    with tempfile.TemporaryDirectory() as work:
        keyring.install(ring_in(Path(work)))
        database = Database(f"sqlite:///{work}/replays.db")
        Base.metadata.create_all(database.engine)
        with database.writing() as writing:
            evidence = evidence_of(writing, "a")
            keep_portrait(writing, evidence, b"card", b"portrait", 228, now)
            record_consent(writing, evidence, "agree", now)
            recorded = session.start(writing, asker, now).id
            fresh = session.start(writing, asker, now + timedelta(seconds=1)).id
        began = time.perf_counter()
        with database.reading() as reading:
            for turn in range(TRIES):
                token = session.token_of(recorded, turn % 7) if turn % 2 else f"{guess.getrandbits(256):064x}"
                batch = Batch(token, 0, (0, 125), "replay")
                try:
                    row = session.admitted(reading, asker, (recorded, fresh)[turn % 3 > 0], now + timedelta(seconds=2))
                    session.must_fit(row, batch, [1000, 1000])
                    accepted += 1
                except DomainError:
                    continue
        took = time.perf_counter() - began
        database.close()
    return accepted, took


def species(folder: Path | None, rounds: int) -> None:
    counts: dict[str, Count] = {}
    answers: dict[float, list[float]] = {}
    spent: list[float] = []
    chance, faces = random.Random(2026), 0  # noqa: S311
    matcher, before = DlibMatcher(Workers(1)), list[Head]()
    for photograph in people(folder):
        try:
            head = Head(photograph)
            for turn in range(rounds):
                for name, judgement in of_person(head, 10 * turn, chance, spent):
                    counts.setdefault(name, Count()).add(judgement)
                if before:
                    films = attacks.a_face(before[-1], turn), attacks.a_face(head, turn)
                    for name, judgement in of_two(*films, plan_of(chance), matcher):
                        counts.setdefault(name, Count()).add(judgement)
            for reflects, value in light(head, chance):
                answers.setdefault(reflects, []).append(value)
            faces += 1
            before.append(head)
        except NoFace:
            continue
        except KeyboardInterrupt:  # what was measured so far is told
            break
    matcher.close()
    print(f"{faces} persons, {rounds} session{'s' if rounds > 1 else ''} each a species; limits {LIMITS.version}.\n")
    genuine = counts.pop("genuine")
    print(table(counts))
    alarms = genuine.whole - genuine.outcomes.get("pass", 0)
    print(f"\nFalse alarms on genuine (drawn) sessions: {alarms} of {genuine.whole} {genuine.outcomes}", end="")
    print(f", because of {genuine.failed}." if alarms else ".")
    print(f"\nMeasuring: {statistics.median(spent):.0f} ms of processor a frame.\n")
    print(
        "| the face gives back (grey levels of 255) | answer to the colours, median | above the limit |\n|---|---|---|"
    )
    for reflects, values in answers.items():
        above = sum(value > LIMITS["colour"] for value in values)
        print(f"| {reflects:g} | {statistics.median(values):.2f} | {above} of {len(values)} |")


def table(counts: Mapping[str, Count]) -> str:
    rows = [
        f"| attack (simulated) | n | passed | at most (95 %) | to a person / try again | caught by | goal {GOAL:.0%} |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, count in counts.items():
        passed, most = count.outcomes.get("pass", 0), max(count.failed, key=lambda one: count.failed[one], default="—")
        bound = upper_bound(passed, count.whole) if passed < count.whole else 1.0
        goal = "kept" if bound <= 1 - GOAL else "n too small" if passed == 0 else f"MISSED by {bound - 1 + GOAL:.0%}"
        others = f"{count.outcomes.get('person', 0)} / {count.outcomes.get('retry', 0)}"
        rows.append(f"| {name} | {count.whole} | {passed} | {bound:.0%} | {others} | {most} | {goal} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--browser", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    species(asked.photos, asked.rounds)
    accepted, took = replays()
    print(f"\nReplayed sessions at protocol level: {accepted} of {TRIES} accepted ({took * 1e6 / TRIES:.0f} µs a try).")
    if asked.browser:
        print(f"\n{livebrowser.table()}")


if __name__ == "__main__":
    main()
