# SPDX-License-Identifier: Apache-2.0
"""Bench of faces (人脸测速): a card read, a comparison of five frames, and the plain library beside it, in one run.

python -m bench.faces [--repeats 20]. I/O: worker processes; the reference photographs.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from identity import BANDS, judge, workshop
from identity.face import DlibMatcher
from identity.matching import describing
from identity.weights import Method, choose
from identity.workers import Workers
from reference import bureau, idcard, photographs

FRAMES = 5
# The library as its own examples use it: colour, full size, every picture.
PLAIN = """
import io, sys, time, warnings
warnings.simplefilter("ignore")
import face_recognition, numpy as np
from PIL import Image
card, live, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
def described(path):
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return face_recognition.face_encodings(pixels, face_recognition.face_locations(pixels))[0]
described(card)
for _ in range(repeats):
    began = time.perf_counter()
    described(card)
    read = time.perf_counter()
    face_recognition.face_distance([described(card)], np.mean([described(live) for _ in range(5)], axis=0))
    print(read - began, time.perf_counter() - read)
"""


def timed(repeats: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each repeat, after one that is not counted."""
    work()
    taken = []
    for _ in range(repeats):
        began = clock()
        work()
        taken.append((clock() - began) * 1000)
    return taken


def row(name: str, ours: list[float], plain: list[float]) -> str:
    middle, high = statistics.median(ours), statistics.quantiles(ours, n=20, method="inclusive")[-1]
    base = statistics.median(plain)
    return f"| {name} | {middle:.0f} | {high:.0f} | {base:.0f} | {base / middle:.1f}× |"


def plain_times(card: str, live: str, repeats: int) -> tuple[list[float], list[float]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, card, live, str(repeats)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    pairs = [[float(part) * 1000 for part in line.split()] for line in done.stdout.splitlines()]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def one_after_another(drawn: bytes, live: bytes, repeats: int) -> tuple[list[float], list[float], bytes, str]:
    """Milliseconds of reading the card and of comparing; the kept card; the band it ends in."""
    matcher = DlibMatcher(Workers(1))
    try:
        kept = matcher.read_portrait(drawn).jpeg
        read = timed(repeats, lambda: matcher.read_portrait(drawn))
        compared = timed(repeats, lambda: matcher.compare(kept, [live] * FRAMES))
        return read, compared, kept, judge(matcher.compare(kept, [live] * FRAMES)[0], BANDS).band
    finally:
        matcher.close()


def per_second(workers: int, comparisons: int, card: bytes, live: bytes) -> float:
    """Comparisons a second when there is always somebody waiting."""
    matcher = DlibMatcher(Workers(workers))
    try:
        with ThreadPoolExecutor(workers) as applicants:
            began = time.perf_counter()
            list(applicants.map(lambda _n: matcher.compare(card, [live] * FRAMES), range(comparisons)))
            return comparisons / (time.perf_counter() - began)
    finally:
        matcher.close()


def on_one_core(repeats: int, card: bytes, live: bytes) -> list[str]:
    """Processor time of a comparison by each method, whatever else the machine is doing."""
    lines = ["| a comparison of 5 frames | processor ms, median | 95th of 100 |", "|---|---|---|"]
    for method in Method:
        describing.install(choose(method=method))
        taken = timed(repeats, lambda: workshop.compare([card, *[live] * FRAMES], ""), time.process_time)
        high = statistics.quantiles(taken, n=20, method="inclusive")[-1]
        lines.append(f"| {method} | {statistics.median(taken):.0f} | {high:.0f} |")
    describing.install(choose())
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    found = photographs.fetch()
    name, number = bureau.CLEAN
    drawn = idcard.draw(found.accept_portrait.read_bytes(), idcard.Holder(name, number, "南京市栖霞区样例路 1 号"))
    live = found.accept_live.read_bytes()
    busy = os.getloadavg()[0]
    read, compared, kept, band = one_after_another(drawn, live, repeats)
    with tempfile.NamedTemporaryFile(suffix=".jpg") as card:
        card.write(drawn)
        card.flush()
        plain_read, plain_compared = plain_times(card.name, str(found.accept_live), repeats)
    print("| step | median ms | 95th of 100 ms | plain library, median ms | ratio |\n|---|---|---|---|---|")
    print(row("card: find the one face, measure it, write it anew (plain: find, describe)", read, plain_read))
    print(row(f"card against {FRAMES} frames", compared, plain_compared))
    print("\n" + "\n".join(on_one_core(max(5, repeats // 2), kept, live)))
    print("\n| workers | comparisons a second | a worker |\n|---|---|---|")
    for workers in (1, 2):
        rate = per_second(workers, workers * repeats, kept, live)
        print(f"| {workers} | {rate:.2f} | {rate / workers:.2f} |")
    print(f"\n{os.cpu_count()} cores, load {busy:.1f} at the start; the band was {band}.")


if __name__ == "__main__":
    main()
