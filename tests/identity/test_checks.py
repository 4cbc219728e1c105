# SPDX-License-Identifier: Apache-2.0
import pytest

from identity.checks import Band, Bands, Comparison, Fault, commonest, faults_of, judge

BANDS = Bands("test", 0.38, 0.60, 180, 0.15)


def compared(distance: float, frames: int = 3, width: int = 228) -> Comparison:
    return Comparison(distance, frames, width, "model")


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, Band.PERSON),
        (0.1499, Band.PERSON),
        (0.15, Band.ACCEPT),
        (0.38, Band.ACCEPT),
        (0.3801, Band.PERSON),
        (0.48, Band.PERSON),
        (0.60, Band.PERSON),
        (0.6001, Band.RETRY),
        (9.0, Band.RETRY),
    ],
)
def test_bands_end_where_they_say(distance: float, band: Band) -> None:
    assert judge(compared(distance), BANDS).band is band


def test_a_small_portrait_is_never_accepted_by_the_machine() -> None:
    assert judge(compared(0.2, width=179), BANDS).band is Band.PERSON
    assert judge(compared(0.2, width=180), BANDS).band is Band.ACCEPT


def test_a_flawed_portrait_is_never_accepted_by_the_machine() -> None:
    flawed = Comparison(0.2, 3, 228, "model", (Fault.DARK,))
    assert judge(flawed, BANDS).band is Band.PERSON


def test_without_a_usable_frame_there_is_nothing_to_accept() -> None:
    assert judge(compared(0.2, frames=0), BANDS).band is Band.RETRY


@pytest.mark.parametrize(
    ("reading", "fault"),
    [
        ((89, 400, 120, 0.0), Fault.TOO_SMALL),
        ((200, 24.9, 120, 0.0), Fault.BLURRED),
        ((200, 400, 44, 0.0), Fault.DARK),
        ((200, 400, 226, 0.0), Fault.BRIGHT),
        ((200, 400, 120, -0.36), Fault.TURNED),
    ],
)
def test_each_gate_names_its_fault(reading: tuple[int, float, float, float], fault: Fault) -> None:
    assert faults_of(*reading, least_width=90) == (fault,)


def test_the_commonest_fault_is_told_first() -> None:
    assert commonest([(Fault.DARK,), (Fault.BLURRED,), (Fault.DARK,)])[0] is Fault.DARK
