from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sidelook.formats.stanag4607.errors import UnwritableDwellsError
from sidelook.formats.stanag4607.layouts import HEADER_DTYPE
from sidelook.formats.stanag4607.markings import read_origin, write_header
from sidelook.model.origin import Classification, Origin

ORIGIN = Origin(
    source="here",
    classification=Classification.SECRET,
    system="XN",
    nationality="XN",
    platform="Fictional",
    mission=2**32 - 1,
    job=5,
    version="30",
    exercise=True,
)


def header(**changes: Any) -> Any:  # noqa: ANN401 - one structured row
    """Make a header with some fields changed."""
    row = write_header(ORIGIN, "30")
    for name, value in changes.items():
        row[name] = value
    return row[0]


@pytest.mark.parametrize("level", [level for level in Classification if level is not Classification.UNREAD])
def test_what_is_written_is_read(level: Classification) -> None:
    for simulated in (False, True):
        origin = replace(ORIGIN, classification=level, simulated=simulated)
        assert read_origin(write_header(origin, "30")[0], "here") == origin


@pytest.mark.parametrize("code", [0, 6, 7, 255])
def test_a_missing_or_unknown_classification_is_unread(code: int) -> None:
    assert read_origin(header(P4=code), "x").classification is Classification.UNREAD


@pytest.mark.parametrize(
    ("code", "simulated", "exercise"),
    [(0, False, False), (1, True, False), (2, True, False), (128, False, True), (129, True, True), (130, True, True),
     (77, True, False), (255, True, True)],
)  # fmt: skip
def test_only_two_codes_claim_real_data(code: int, simulated: bool, exercise: bool) -> None:  # noqa: FBT001 - a case
    origin = read_origin(header(P7=code), "x")
    assert (origin.simulated, origin.exercise) == (simulated, exercise)


@pytest.mark.parametrize(
    ("version", "codes", "read"),
    [(b"30", 0, True), (b"30", 4, True), (b"21", 4, True), (b"41", 0, True), (b"41", 4, False)],
)
def test_codes_of_another_table_are_not_read(version: bytes, codes: int, read: bool) -> None:  # noqa: FBT001 - a case
    assert read_origin(header(P1=version, P6=codes), "x").codes_read is read


def test_padding_is_removed() -> None:
    raw = np.frombuffer(b"30\0\0\0\x20U \x05\0\0\0\0\x01Tail\0\0\0\0\0\0\0\0\0\1\0\0\0\2", HEADER_DTYPE)[0]
    origin = read_origin(raw, "x")
    assert (origin.nationality, origin.system, origin.platform) == ("U", "", "Tail")


def test_an_unread_marking_is_not_written() -> None:
    with pytest.raises(UnwritableDwellsError, match="classification"):
        write_header(replace(ORIGIN, classification=Classification.UNREAD), "30")


def test_codes_are_not_carried_into_another_edition() -> None:
    with pytest.raises(UnwritableDwellsError, match="0x0004"):
        write_header(replace(ORIGIN, codes=4, version="41"), "30")
    assert write_header(replace(ORIGIN, codes=4, version="21"), "21")["P6"] == 4
