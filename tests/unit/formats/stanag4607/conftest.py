"""Dwells to write, and recordings to read."""

from pathlib import Path

import numpy as np
import pytest

from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.timescale import parse_utc

ORIGIN = Origin(
    source="test",
    classification=Classification.RESTRICTED,
    system="XN",
    nationality="XN",
    platform="Fictional",
    mission=7,
    job=3,
    version="30",
    simulated=True,
)


@pytest.fixture(scope="session")
def recordings(shared_data: Path) -> dict[str, bytes]:
    """Every recording at hand, by name."""
    folder = shared_data / "gmti"
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in {".4607", ".gmti"}}


@pytest.fixture
def dwells() -> Dwells:
    """Three dwells with 2, 0 and 3 plots, every column said, in steps that the format can say exactly."""
    count = np.array([2, 0, 3], np.int32)
    single = np.array([10, 20, 30, 40, 50], np.float32)
    step = 2.0 * np.pi / 2**32
    plots = Plots(
        dwell=np.repeat(np.arange(3, dtype=np.int32), count),
        index=np.arange(5, dtype=np.int32),
        latitude=np.arange(5) * 1000 * step + 0.5 * np.pi * 2**29 / 2**30,
        longitude=np.arange(-2, 3) * 100_000 * step,
        height=single,
        radial_speed=np.array([-3, 0, 3.5, 12.25, -20], np.float32),
        wrap_speed=np.array([np.nan, 30, 30, 30, 30], np.float32),
        snr_db=single,
        rcs_dbsm=single - 25,
        target_class=np.array([1, 2, 3, 18, 127], np.uint8),
        class_probability=single / np.float32(100),
        simulated=np.array([True, True, False, True, True]),
        sigma_slant_range=single,
        sigma_cross_range=single * 3,
        sigma_height=single,
        sigma_radial_speed=single / np.float32(10),
        truth_application=np.arange(5, dtype=np.int32),
        truth_entity=np.arange(5, dtype=np.int64) + 2**31,
    )
    three = np.array([1, 2, 3], np.float32)
    turn_16, turn_32 = 2.0 * np.pi / 2**16, 2.0 * np.pi / 2**32
    return Dwells(
        time=parse_utc("2026-11-22T23:59:58Z") + np.arange(3, dtype=np.int64) * 1_500_000_000,
        revisit=np.array([4, 4, 5], np.int32),
        dwell=np.array([0, 1, 0], np.int32),
        last_of_revisit=np.array([False, True, False]),
        sensor_latitude=np.array([1, 2, 3]) * 1e8 * turn_32 / 2,
        sensor_longitude=np.array([-1, 2, 3]) * 1e8 * turn_32,
        sensor_height=np.array([12000.01, 11999.5, 12000.0]),
        sigma_along=three,
        sigma_across=three * 2,
        sigma_sensor_height=three * 3,
        track=np.array([1, 2, 3]) * 5000 * turn_16,
        speed=three * 100,
        climb=three / 2,
        heading=(three * 5000 * turn_16).astype(np.float32),
        pitch=(three * 100 * turn_16 / 2).astype(np.float32),
        roll=(-three * 100 * turn_16 / 2).astype(np.float32),
        sensor_heading=(three * 5000 * turn_16).astype(np.float32),
        sensor_pitch=(-three * 100 * turn_16 / 2).astype(np.float32),
        sensor_roll=(three * 0).astype(np.float32),
        area_latitude=np.full(3, 2**29) * turn_32,
        area_longitude=np.array([0, 1, -1]) * 1e6 * turn_32,
        range_half_extent=np.array([10_000.0, 7.8125, 20_000.0]),
        angle_half_extent=np.array([1, 2, 3]) * 100 * turn_16,
        minimum_detectable_speed=three,
        plot_count=count,
        origin=np.zeros(3, np.int32),
        plots=plots,
        origins=(ORIGIN,),
    )
