import numpy as np
import pytest

from sidelook.formats.truth.classes import class_of_emitter, class_of_type, classes_of_platforms
from sidelook.model.plots import TargetClass


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("truck", TargetClass.WHEELED),
        ("Bus", TargetClass.WHEELED),
        ("relief_truck", TargetClass.WHEELED),
        ("tracked", TargetClass.TRACKED),
        ("LOW_SLOW_FLYER", TargetClass.LOW_SLOW_FLYER),
        ("rail_urban", TargetClass.LARGE_LAND),
        ("DEFAULT_VEHTYPE", TargetClass.VEHICLE),
        ("", TargetClass.UNKNOWN),
        (None, TargetClass.UNKNOWN),
    ],
)
def test_words_of_vehicle_types(word: str | None, kind: TargetClass) -> None:
    assert class_of_type(word) == kind


def test_emitter_categories() -> None:
    assert class_of_emitter("a7") == TargetClass.ROTARY_WING
    assert class_of_emitter("A3") == class_of_emitter(None) == TargetClass.FIXED_WING


def test_platforms_of_siso() -> None:
    """SISO-REF-010: large wheeled utility, tank, car, train; helicopter, airliner; ship; submarine."""
    domain = np.array([1, 1, 1, 1, 2, 2, 3, 4], np.uint8)
    category = np.array([7, 1, 81, 24, 21, 57, 61, 1], np.uint8)
    kinds = [TargetClass(code).name for code in classes_of_platforms(domain, category)]
    assert kinds == [
        *("WHEELED", "TRACKED", "WHEELED", "LARGE_LAND"),
        *("ROTARY_WING", "FIXED_WING", "MARITIME", "UNKNOWN"),
    ]
