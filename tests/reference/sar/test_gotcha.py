"""A trihedral of the Gotcha collection, surveyed at (-16, 21) m, in three degrees of azimuth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.gotcha import read_gotcha
from sidelook.model.echoes import PhaseHistory
from sidelook.model.image import PlaneGrid, SarImage
from sidelook.sar.backprojection import Forming, backproject
from sidelook.sar.quality import expected_widths, measure_point
from sidelook.sar.windows import taylor

SURVEYED = (-16.0, 21.0, 0.0)
COLUMNS = (
    "samples",
    "transmit",
    "receive",
    "reference_range",
    "time",
    "range_correction",
    "phase_correction",
)


@pytest.fixture(scope="module")
def history(shared_data: Path) -> PhaseHistory:
    parts = []
    for azimuth in (1, 2, 3):
        path = shared_data / f"sar/gotcha/data_3dsar_pass1_az{azimuth:03}_HH.mat"
        with path.open("rb") as file:
            parts.append(read_gotcha(file, source=path.name))
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return replace(parts[0], **joined)


def chip(history: PhaseHistory, settings: Forming | None = None) -> SarImage:
    """Form 10 m around the reflector, rows along the line of sight on the ground."""
    sight = np.array(SURVEYED) - history.transmit.mean(axis=0)
    east, north = (float(part) for part in sight[:2] / np.hypot(*sight[:2]))
    along, across = np.array([east, north, 0.0]), np.array([north, -east, 0.0])
    first = np.array(SURVEYED) - 5.12 * (along + across)
    grid = PlaneGrid(
        first=(float(first[0]), float(first[1]), 0.0),
        row_axis=(east, north, 0.0),
        column_axis=(north, -east, 0.0),
        row_spacing=0.04,
        column_spacing=0.04,
        shape=(256, 256),
    )
    return backproject(history, grid, settings)


def test_the_reflector_stands_where_it_was_surveyed(history: PhaseHistory) -> None:
    place = measure_point(chip(history)).place
    assert np.hypot(*(place - SURVEYED)[:2]) < 0.05


def test_its_response_is_that_of_theory(history: PhaseHistory) -> None:
    image = chip(history)
    response = measure_point(image)
    rows, columns = expected_widths(history, image.grid, np.array(SURVEYED))
    assert response.along_rows.width == pytest.approx(rows, rel=0.05)
    assert response.along_columns.width == pytest.approx(columns, rel=0.05)
    assert response.along_rows.peak_side_lobe == pytest.approx(-13.26, abs=1.5)
    assert response.along_columns.peak_side_lobe == pytest.approx(-13.26, abs=1.5)


def test_weights_lower_its_side_lobes(history: PhaseHistory) -> None:
    response = measure_point(chip(history, Forming(frequency_window=taylor, pulse_window=taylor)))
    assert response.along_rows.peak_side_lobe < -24.0
    assert response.along_columns.peak_side_lobe < -26.0


def test_without_the_supplied_solution_it_stands_elsewhere(history: PhaseHistory) -> None:
    nothing = np.zeros(len(history))
    raw = replace(history, range_correction=nothing, phase_correction=nothing)
    apart = measure_point(chip(raw)).place - measure_point(chip(history)).place
    assert np.hypot(*apart[:2]) > 0.5
