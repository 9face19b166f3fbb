from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from sidelook.formats.gotcha import GotchaError, GotchaShapeError, read_gotcha

PULSES, FREQUENCIES = 5, 8


def fields(**changed: object) -> dict[str, Any]:
    row = np.zeros((1, PULSES), np.float32)
    return {
        "fp": np.arange(PULSES * FREQUENCIES).reshape(FREQUENCIES, PULSES).astype(np.complex64),
        "freq": (9.3e9 + 1.5e6 * np.arange(FREQUENCIES)).astype(np.float32)[:, None],
        "x": row + 7000,
        "y": row + 1,
        "z": row + 7100,
        "r0": row + 9970,
        "af": {"r_correct": row + 0.25, "ph_correct": row - 0.5},
    } | changed


def written(**changed: object) -> BytesIO:
    file = BytesIO()
    savemat(file, {"data": {name: value for name, value in fields(**changed).items() if value is not None}})
    file.seek(0)
    return file


def test_pulses_become_rows_and_the_solution_is_kept_beside_them() -> None:
    history = read_gotcha(written(), source="a.mat")
    assert history.samples.shape == (PULSES, FREQUENCIES)
    assert history.samples[1, 2] == 2 * PULSES + 1
    assert history.transmit[3].tolist() == [7000, 1, 7100]
    assert history.reference_range.tolist() == [9970] * PULSES
    assert (history.range_correction == 0.25).all()
    assert (history.phase_correction == -0.5).all()
    assert history.frequency_step == pytest.approx(1.5e6, rel=1e-4)
    assert not history.origin.simulated


def test_the_solution_can_be_left_out() -> None:
    history = read_gotcha(written(af=None), source="a.mat", autofocus=False)
    assert not history.range_correction.any()
    assert not history.phase_correction.any()
    with pytest.raises(GotchaError, match="autofocus=False"):
        read_gotcha(written(af=None), source="a.mat")


@pytest.mark.parametrize("kept", [0, 3, 100, 130, 200, 400])
def test_a_truncated_file_is_refused(kept: int) -> None:
    with pytest.raises(GotchaError):
        read_gotcha(BytesIO(written().getvalue()[:kept]), source="a.mat")


@pytest.mark.parametrize("field", ["fp", "freq", "x", "r0"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(GotchaError, match=field):
        read_gotcha(written(**{field: None}), source="a.mat")


def test_a_pulse_too_few_is_counted() -> None:
    with pytest.raises(GotchaShapeError) as caught:
        read_gotcha(written(z=np.zeros((1, PULSES - 1), np.float32)), source="a.mat")
    assert (caught.value.field, caught.value.needed, caught.value.had) == ("z", PULSES, PULSES - 1)


def test_uneven_frequencies_are_refused() -> None:
    frequency = fields()["freq"].copy()
    frequency[3] += 2e5
    with pytest.raises(GotchaError, match="even steps"):
        read_gotcha(written(freq=frequency), source="a.mat")


@pytest.mark.parametrize("field", ["fp", "x", "r0"])
def test_what_is_not_finite_is_refused(field: str) -> None:
    bad = fields()[field].copy()
    bad[0, 0] = np.nan
    with pytest.raises(GotchaError, match="finite"):
        read_gotcha(written(**{field: bad}), source="a.mat")


def test_another_matlab_file_is_refused() -> None:
    file = BytesIO()
    savemat(file, {"other": np.zeros(3)})
    file.seek(0)
    with pytest.raises(GotchaError, match="no structure"):
        read_gotcha(file, source="a.mat")


def test_the_reference_range_of_real_pulses_is_the_antenna_distance(shared_data: Path) -> None:
    counts = []
    for azimuth in (1, 2, 3):
        path = shared_data / f"sar/gotcha/data_3dsar_pass1_az{azimuth:03}_HH.mat"
        with path.open("rb") as file:
            history = read_gotcha(file, source=path.name)
        counts.append(len(history))
        distance = np.linalg.norm(history.transmit, axis=1)
        assert np.abs(distance - history.reference_range).max() < 1.1e-3
        assert 0.2 < history.range_correction.min() < history.range_correction.max() < 0.35
    assert counts == [117, 117, 118]
