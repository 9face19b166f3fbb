"""Small worlds whose statistics are known: vehicles on straight ways under a radar that stares."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ellipsoid
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots, TargetClass
from sidelook.model.radar import Detector, Radar, Waveform
from sidelook.model.truth import Entities
from sidelook.sensing.location import locate_ground
from sidelook.simulation.detection.detecting import Detections
from sidelook.simulation.detection.scene import Imperfections, Scene, Surroundings, usual_performance
from sidelook.simulation.trajectories import Timetable, Trajectories

FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
EXACT = Imperfections(heavy_tail_share=0.0, sigma_heading=0.0)


def drive(position: np.ndarray, velocity: np.ndarray, kind: Any = TargetClass.WHEELED, up: Any = 0.0) -> Timetable:  # noqa: ANN401
    """(V, 2) east, north, m, and m/s: straight on for a quarter of an hour, on the ground or above it."""
    count, duration = len(position), 900.0
    ends = np.stack([position, position + duration * velocity], axis=1).reshape(-1, 2)
    above = np.repeat(np.broadcast_to(up, count), 2)
    return Timetable(
        Trajectories(
            row=np.repeat(np.arange(count, dtype=np.int32), 2),
            time=np.tile([START, START + round(duration) * SECOND], count),
            east=ends[:, 0].copy(),
            north=ends[:, 1].copy(),
            up=Ellipsoid(frame=FRAME).height(ends[:, 0], ends[:, 1]) + above,
            frame=FRAME,
            entities=Entities.empty(
                count,
                entity=1 + np.arange(count, dtype=np.int64),
                target_class=np.broadcast_to(np.asarray(kind, np.uint8), count).copy(),
            ),
        )
    )


def stare(
    count: int = 1, *, distance: float = 150e3, half_range: float = 30e3, half_angle: float = 0.1, bearing: float = 0.0
) -> Dwells:
    """Dwells a tenth of a second apart, from one place at the frame's origin, flying east, looking north."""
    area = locate_ground(FRAME.latitude, FRAME.longitude, bearing, distance)
    common = {
        "sensor_latitude": FRAME.latitude,
        "sensor_longitude": FRAME.longitude,
        "sensor_height": 10e3,
        "track": np.pi / 2,
        "heading": np.pi / 2,
        "speed": 220.0,
        "sigma_along": 0.0,
        "sigma_across": 0.0,
        "sigma_sensor_height": 0.0,
        "area_latitude": float(area[0]),
        "area_longitude": float(area[1]),
        "range_half_extent": half_range,
        "angle_half_extent": half_angle,
    }
    columns = {name: np.full(count, value, Dwells.DTYPES[name]) for name, value in common.items()}
    return Dwells.empty(
        count,
        time=START + np.arange(count, dtype=np.int64) * (SECOND // 10),
        dwell=np.arange(count, dtype=np.int32),
        plots=Plots.empty(),
        origins=(Origin(source="test", simulated=True),),
        **columns,
    )


def outward(count: int, speed: Any, seed: int = 1, half_angle: float = 0.09) -> tuple[np.ndarray, np.ndarray]:  # noqa: ANN401
    """Places in the footprint of ``stare``, and velocities straight away from the sensor, of speeds, m/s."""
    rng = np.random.default_rng(seed)
    distance, bearing = rng.uniform(125e3, 175e3, count), rng.uniform(-half_angle, half_angle, count)
    toward = np.stack([np.sin(bearing), np.cos(bearing)], axis=-1)
    return distance[:, None] * toward, np.broadcast_to(np.asarray(speed, float), count)[:, None] * toward


def make_radar(
    power: float = 1_000.0, rates: tuple[float, ...] = (1_900.0, 2_300.0, 2_700.0), **detector: float
) -> Radar:
    """Give the default radar with another power, pulse rates and detector; footprints lose nothing at their edge."""
    return Radar(
        waveform=Waveform(average_power=power, pulse_rates=rates), detector=Detector(edge_loss_db=0.0, **detector)
    )


def make_scene(timetable: Timetable, radar: Radar | None = None, **given: Any) -> Scene:  # noqa: ANN401
    """Set a scene without false alarms and unknown errors, unless they are asked for."""
    radar = radar or make_radar()
    weather = given.get("surroundings", Surroundings()).weather
    tables = usual_performance(radar, weather, 220.0)
    quiet = replace(tables, false_alarms=np.zeros_like(tables.false_alarms))
    return Scene(
        **{"timetable": timetable, "radar": radar, "performance": quiet, "imperfections": EXACT, "seed": 7} | given
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Plots of lone vehicles against their truth, (N,) each, and which look each was."""

    look: np.ndarray
    plot: np.ndarray


def lone(result: Detections) -> Errors:
    """Match plots with looks, where the cell held one vehicle."""
    looks, plots = result.looks, result.dwells.plots
    crowded = set(
        zip(
            looks.dwell[looks.merged_into >= 0].tolist(),
            looks.merged_into[looks.merged_into >= 0].tolist(),
            strict=True,
        )
    )
    place = {
        key: row
        for row, key in enumerate(zip(looks.dwell.tolist(), looks.row.tolist(), strict=True))
        if key not in crowded and looks.merged_into[row] < 0
    }
    keys = zip(plots.dwell.tolist(), (plots.truth_entity - 1).tolist(), strict=True)
    pairs = [(place[key], row) for row, key in enumerate(keys) if key in place]
    look, plot = np.array(pairs).reshape(-1, 2).T
    return Errors(look=look, plot=plot)
