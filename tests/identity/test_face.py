# SPDX-License-Identifier: Apache-2.0
"""Real photographs through the real workers."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from identity import BANDS, judge
from identity.checks import Band, Fault
from identity.face import DlibMatcher, FaceServiceDown
from identity.images import ImageTruncated
from reference.photographs import Photographs

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


def test_a_worker_that_dies_is_replaced(pictures: Photographs, card: bytes) -> None:
    matcher = DlibMatcher(workers=1)
    try:
        for pid in matcher._pool._processes:
            os.kill(pid, signal.SIGKILL)
        assert matcher.read_portrait(card).reading.faults == ()
    finally:
        matcher.close()


def test_a_worker_that_hangs_is_given_up_in_time_and_replaced(card: bytes) -> None:
    matcher = DlibMatcher(workers=1, patience_s=2.0)
    try:
        for pid in matcher._pool._processes:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(FaceServiceDown):
            matcher.read_portrait(card)
        assert time.monotonic() - began < 4
        matcher._patience_s = 20.0
        assert matcher.read_portrait(card).reading.faults == ()
    finally:
        matcher.close()


PARENT = """
import time
from identity.face import DlibMatcher
if __name__ == "__main__":
    matcher = DlibMatcher(workers=1)
    print(*matcher._pool._processes, flush=True)
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
