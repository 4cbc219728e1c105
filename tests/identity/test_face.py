# SPDX-License-Identifier: Apache-2.0
"""Real photographs through the real workers."""

import io
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from identity import BANDS, judge
from identity.checks import Band, Fault
from identity.face import DlibMatcher
from identity.workers import FaceServiceDown, Workers
from kit.images import ImageTruncated
from reference.photographs import Photographs
from tests.identity.conftest import a_card_of

MORE_FACES = Path("../shared/testdata/faces")


def as_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_the_holder_is_accepted_on_another_photograph(matcher: DlibMatcher, card: bytes, pictures: Photographs) -> None:
    portrait = matcher.read_portrait(card)
    assert portrait.reading.faults == ()
    assert portrait.reading.width >= BANDS.portrait_width
    comparison, frame = matcher.compare(portrait.jpeg, [pictures.accept_live.read_bytes()] * 3)
    assert judge(comparison, BANDS).band is Band.ACCEPT
    assert frame is not None
    assert max(Image.open(io.BytesIO(frame)).size) <= 640


def test_another_photograph_taken_years_apart_is_for_a_person_to_judge(
    matcher: DlibMatcher, pictures: Photographs
) -> None:
    card = a_card_of(pictures.person_portrait)
    comparison, _frame = matcher.compare(card, [pictures.accept_live.read_bytes()] * 3)
    assert 0.39 < comparison.distance < 0.46
    assert judge(comparison, BANDS).band is Band.PERSON


def test_the_photograph_of_the_card_itself_is_no_living_face(
    matcher: DlibMatcher, card: bytes, pictures: Photographs
) -> None:
    portrait = matcher.read_portrait(card)
    for held_up in (pictures.accept_portrait.read_bytes(), portrait.crop, portrait.jpeg):
        comparison, _frame = matcher.compare(portrait.jpeg, [held_up] * 3)
        assert judge(comparison, BANDS).band is not Band.ACCEPT


def test_a_bad_photograph_of_the_card_is_never_accepted_by_the_machine(
    matcher: DlibMatcher, card: bytes, pictures: Photographs
) -> None:
    dark = as_jpeg(ImageEnhance.Brightness(Image.open(io.BytesIO(card))).enhance(0.25))
    assert matcher.read_portrait(dark).reading.faults[0] is Fault.DARK
    comparison, _frame = matcher.compare(dark, [pictures.accept_live.read_bytes()])
    assert comparison.frames_used == 1
    assert judge(comparison, BANDS).band is not Band.ACCEPT


def test_one_bad_frame_among_good_ones_does_no_harm(matcher: DlibMatcher, card: bytes, pictures: Photographs) -> None:
    good = pictures.accept_live.read_bytes()
    comparison, frame = matcher.compare(card, [spoiled(pictures, "dark"), good, spoiled(pictures, "none"), good])
    assert (comparison.frames_used, comparison.faults) == (2, ())
    assert frame is not None
    assert judge(comparison, BANDS).band is Band.ACCEPT


def test_another_person_is_not(matcher: DlibMatcher, card: bytes, pictures: Photographs) -> None:
    comparison, _frame = matcher.compare(card, [pictures.other.read_bytes()] * 3)
    assert judge(comparison, BANDS).band is Band.RETRY


@pytest.mark.skipif(not MORE_FACES.exists(), reason="the trap pair of faces is not here")
def test_two_persons_who_look_alike_are_never_accepted_by_the_machine(matcher: DlibMatcher) -> None:
    first, second = MORE_FACES / "JUDY_CHU/1.jpg", MORE_FACES / "GRACE_MENG/2.jpg"
    comparison, _frame = matcher.compare(first.read_bytes(), [second.read_bytes()])
    assert comparison.distance < 0.6
    assert judge(comparison, BANDS).band is Band.PERSON


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_half_a_card_is_no_card(matcher: DlibMatcher, card: bytes, share: float) -> None:
    with pytest.raises(ImageTruncated):
        matcher.read_portrait(card[: int(len(card) * share)])


def spoiled(pictures: Photographs, how: str) -> bytes:
    face = Image.open(pictures.accept_live).convert("RGB")
    if how == "two":
        other = Image.open(pictures.other).convert("RGB")
        both = Image.new("RGB", (face.width + other.width, max(face.height, other.height)))
        both.paste(face, (0, 0))
        both.paste(other, (face.width, 0))
        return as_jpeg(both)
    if how == "none":
        return as_jpeg(Image.effect_noise((640, 480), 40).convert("RGB"))
    if how == "cut off":
        return as_jpeg(face.crop((0, 0, face.width, 450)))
    if how == "blurred":
        return as_jpeg(face.filter(ImageFilter.GaussianBlur(12)))
    if how == "dark":
        return as_jpeg(ImageEnhance.Brightness(face).enhance(0.12))
    small = Image.new("RGB", (640, 480), (120, 120, 120))
    small.paste(face.resize((150, 112)), (200, 150))
    return as_jpeg(small)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("two", Fault.SEVERAL_FACES),
        ("none", Fault.NO_FACE),
        ("cut off", Fault.NO_FACE),
        ("blurred", Fault.BLURRED),
        ("dark", Fault.DARK),
        ("small", Fault.TOO_SMALL),
    ],
)
def test_each_bad_picture_is_told_apart(
    matcher: DlibMatcher, card: bytes, pictures: Photographs, how: str, fault: Fault
) -> None:
    comparison, frame = matcher.compare(card, [spoiled(pictures, how)])
    assert comparison.faults[0] is fault
    assert frame is None
    assert judge(comparison, BANDS).band is Band.RETRY


def pids(matcher: DlibMatcher) -> list[int]:
    return matcher.workers.pids


def test_a_worker_that_dies_is_replaced(card: bytes) -> None:
    matcher = DlibMatcher(Workers(1))
    try:
        for pid in pids(matcher):
            os.kill(pid, signal.SIGKILL)
        assert matcher.read_portrait(card).reading.faults == ()
    finally:
        matcher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can take memory from a running process")
def test_a_worker_without_memory_is_replaced(card: bytes) -> None:
    matcher = DlibMatcher(Workers(1))
    try:
        resource.prlimit(pids(matcher)[0], resource.RLIMIT_AS, (2**20, 2**20))
        assert matcher.read_portrait(card).reading.faults == ()
    finally:
        matcher.close()


def test_a_worker_that_hangs_is_given_up_in_time_and_replaced_and_the_other_goes_on(card: bytes) -> None:
    matcher = DlibMatcher(Workers(2, patience_s=3.0, queue_s=60.0))
    try:
        hanging, working = pids(matcher)
        os.kill(hanging, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(FaceServiceDown):
            matcher.read_portrait(card)
        assert time.monotonic() - began < 5
        with ThreadPoolExecutor(6) as applicants:
            readings = list(applicants.map(matcher.read_portrait, [card] * 6))
        assert all(portrait.reading.faults == () for portrait in readings)
        assert hanging not in pids(matcher)
        assert working in pids(matcher)
    finally:
        matcher.close()


def test_waiting_for_a_free_worker_is_no_hanging(card: bytes) -> None:
    matcher = DlibMatcher(Workers(1, patience_s=3.0))
    try:
        before = pids(matcher)
        with ThreadPoolExecutor(20) as applicants:  # the last of them waits longer than one task may take
            readings = list(applicants.map(matcher.read_portrait, [card] * 20))
        assert len(readings) == 20
        assert pids(matcher) == before
    finally:
        matcher.close()


def test_who_waits_too_long_for_a_worker_is_told_so(matcher: DlibMatcher, card: bytes) -> None:
    busy = DlibMatcher(Workers(1, queue_s=0.05))
    try:
        os.kill(pids(busy)[0], signal.SIGSTOP)
        with ThreadPoolExecutor(1) as somebody:
            first = somebody.submit(busy.read_portrait, card)
            time.sleep(0.2)
            with pytest.raises(FaceServiceDown):
                busy.read_portrait(card)
            os.kill(pids(busy)[0], signal.SIGCONT)
            assert first.result().reading.faults == ()
    finally:
        busy.close()


PARENT = """
import time
from identity.face import DlibMatcher
from identity.workers import FaceServiceDown, Workers
if __name__ == "__main__":
    matcher = DlibMatcher(Workers(1))
    print(matcher.workers.pids[0], flush=True)
    time.sleep(60)
"""


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline().split()[0])
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(60):
        if not is_alive(worker):
            return
        time.sleep(0.1)
    pytest.fail("the worker still runs")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
