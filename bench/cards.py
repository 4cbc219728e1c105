# SPDX-License-Identifier: Apache-2.0
"""Bench of cards (证件识读): fields, verdicts and time over drawn cards photographed well and badly; hostile pictures.

python -m bench.cards [--cards 12] [--rows "turned 90°;large glare"]. Drawn and not real: laminate, holograms and worn
print are not in it. Milliseconds are CPU time on one core. I/O: model files; the reference photographs.
"""

import argparse
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from identity.card import EMBLEM_FIELDS, PORTRAIT_FIELDS, CardReading, Side
from identity.card import reader as card_reader
from kit.errors import DomainError
from reference import holders, idcard, photographs, snapshot
from reference.hostile import hostile
from reference.idcard import Holder

GOOD: dict[str, dict[str, Any]] = {
    "lying straight": {},
    "turned 15°": {"turn": 15},
    "turned 90°": {"turn": 90},
    "upside down": {"turn": 180},
    "at a slant": {"tilt": 0.06},
    "blurred, 1.5 px": {"fault": "blur", "degree": 0.3},
    "blurred, 3 px": {"fault": "blur", "degree": 0.6},
    "small glare": {"fault": "glare", "degree": 0.35},
    "dim, 32 %": {"fault": "dark", "degree": 0.4375},
    "800 px": {"longest": 800},
    "640 px, JPEG 70": {"longest": 640, "quality": 70},
    "JPEG 30": {"quality": 30},
}
BAD: dict[str, dict[str, Any]] = {
    "blurred, 5 px": {"fault": "blur"},
    "shaken, 23 px": {"fault": "motion"},
    "large glare": {"fault": "glare"},
    "dark, 14 %": {"fault": "dark"},
    "black-and-white copy": {"fault": "copy"},
    "on a screen": {"fault": "screen"},
    "cut off": {"fault": "cut off"},
    "the other side": {"other": True},
}


@dataclass
class Row:
    """What came of the pictures of one kind."""

    right: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    wrong_and_sure: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    milliseconds: dict[Side, list[float]] = field(default_factory=lambda: {side: [] for side in Side})


def written_on(holder: Holder) -> dict[str, str]:
    number = holder.number
    return {
        "name": holder.name,
        "sex": holder.sex,
        "nation": holder.nation,
        "birth": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "address": holder.address,
        "number": number,
        "authority": holder.authority,
        "valid_from": holder.valid_from.replace(".", "-"),
        "valid_until": holder.valid_until.replace(".", "-"),
    }


def measured(how: dict[str, Any], cards: int, portrait: bytes) -> Row:
    row, other = Row(), how.get("other", False)
    taken = {name: value for name, value in how.items() if name != "other"}
    for seed in range(cards):
        holder = holders.holder(2000 + seed)
        truth = written_on(holder)
        for side in Side:
            shown = side if not other else next(one for one in Side if one is not side)
            flat = idcard.portrait_side(portrait, holder) if shown is Side.PORTRAIT else idcard.emblem_side(holder)
            picture = snapshot.snapshot(flat, seed=seed, **taken)
            began = time.process_time()
            reading = card_reader.read([picture], side)
            row.milliseconds[side].append((time.process_time() - began) * 1000)
            count(row, reading, truth)
    return row


def count(row: Row, reading: CardReading, truth: dict[str, str]) -> None:
    right = [name for name, field in reading.fields.items() if field.value == truth[name]]
    row.right.update(right)
    row.whole += reading.side is Side.PORTRAIT and len(right) == len(PORTRAIT_FIELDS)
    row.wrong_and_sure += sum(not f.doubtful and f.value != truth[name] for name, f in reading.fields.items())
    row.verdicts[str(reading.faults[0]) if reading.faults else "none"] += 1


def print_fields(rows: dict[str, Row], cards: int) -> None:
    names = (*PORTRAIT_FIELDS, *EMBLEM_FIELDS)
    heads = " | ".join(name.replace("_", " ") for name in names)
    print(f"| picture | {heads} | all six | wrong without doubt | portrait side ms | emblem side ms |")
    print("|---" * (len(names) + 5) + "|")
    for kind, row in rows.items():
        shares = " | ".join(f"{100 * row.right[name] // cards}" for name in names)
        times = " | ".join(f"{statistics.median(row.milliseconds[side]):.0f}" for side in Side)
        print(f"| {kind} | {shares} | {100 * row.whole // cards} | {row.wrong_and_sure} | {times} |")


def print_verdicts(rows: dict[str, Row]) -> None:
    found = sorted({verdict for row in rows.values() for verdict in row.verdicts})
    print(f"\n| picture | {' | '.join(verdict.replace('_', ' ') for verdict in found)} |")
    print("|---" * (len(found) + 1) + "|")
    for kind, row in rows.items():
        print(f"| {kind} | {' | '.join(str(row.verdicts[verdict] or '·') for verdict in found)} |")


def print_hostile() -> None:
    taken: list[tuple[float, str]] = []
    refused = 0
    for name, data in hostile():
        began = time.process_time()
        try:
            card_reader.read([data], Side.PORTRAIT)
        except DomainError:
            refused += 1
        taken.append(((time.process_time() - began) * 1000, name))
    slowest = max(taken)
    middle = statistics.median(ms for ms, _name in taken)
    print(
        f"\n{len(taken)} hostile pictures: {refused} refused, {len(taken) - refused} taken for no card; median "
        f"{middle:.1f} ms, slowest {slowest[0]:.0f} ms ({slowest[1]})."
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=12)
    parser.add_argument("--rows", default="")
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    portrait = photographs.fetch().accept_portrait.read_bytes()
    busy = os.getloadavg()[0]
    engine = card_reader.load()
    kinds = {kind: how for kind, how in (GOOD | BAD).items() if not asked.rows or kind in asked.rows.split(";")}
    rows = {kind: measured(how, asked.cards, portrait) for kind, how in kinds.items()}
    print(f"{asked.cards} cards a row, two sides each; exact matches in per cent. {engine}.\n")
    print_fields({kind: row for kind, row in rows.items() if kind in GOOD}, asked.cards)
    print("\nWhat was injected, and the first fault that was told (pictures of both sides):")
    print_verdicts(rows)
    print_hostile()
    print(f"\n{os.cpu_count()} cores, load {busy:.1f} at the start.")


if __name__ == "__main__":
    main()
