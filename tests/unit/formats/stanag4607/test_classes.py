import numpy as np
import pytest

from sidelook.formats.stanag4607.classes import CLASS_OF_CODE, SIMULATED_CODE, class_codes
from sidelook.model.plots import TargetClass


@pytest.mark.parametrize(
    ("code", "target_class", "simulated"),
    [
        (0, TargetClass.NO_INFORMATION, False),
        (2, TargetClass.WHEELED, False),
        (130, TargetClass.WHEELED, True),
        (141, TargetClass.LARGE_MARITIME, True),
        (142, TargetClass.BEACON, False),  # tagging device, edition A: a real one
        (143, TargetClass.BEACON, False),  # tagging device, edition 3
        (146, TargetClass.GROUND_ROTATOR, True),
        (148, TargetClass.LOW_SLOW_FLYER, True),
        (18, TargetClass.LOW_SLOW_FLYER, False),
        (254, TargetClass.OTHER, True),
        (255, TargetClass.UNKNOWN, True),
        (60, TargetClass.UNKNOWN, False),
        (200, TargetClass.UNKNOWN, True),
    ],
)
def test_codes_of_the_standard(code: int, target_class: TargetClass, simulated: bool) -> None:  # noqa: FBT001 - a case
    assert (CLASS_OF_CODE[code], bool(SIMULATED_CODE[code])) == (target_class, simulated)


@pytest.mark.parametrize("simulated", [False, True])
def test_edition_a_says_every_class(simulated: bool) -> None:  # noqa: FBT001 - a case
    every = np.array(list(TargetClass), np.uint8)
    codes = class_codes(every, np.full(len(every), simulated), edition_a=True)
    assert np.array_equal(CLASS_OF_CODE[codes], every)
    assert (SIMULATED_CODE[codes] == simulated).all()


def test_edition_3_says_the_nearest_class_it_knows() -> None:
    late = np.array([14, 15, 16, 17, 18], np.uint8)
    assert class_codes(late, np.zeros(5, np.bool_), edition_a=False).tolist() == [127, 127, 5, 10, 4]
    assert class_codes(late, np.ones(5, np.bool_), edition_a=False).tolist() == [255, 255, 133, 138, 132]
