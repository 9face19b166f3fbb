"""From what was laid on the timeline to dwells with their platform, pointing and footprint."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import enu_to_body
from sidelook.geometry.viewing import depression_angle, slant_range
from sidelook.model.collection import CollectionOutcome, Collections
from sidelook.model.columns import Floats
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.sensing.location import locate_ground
from sidelook.simulation.antenna import bearing_of, sine_width
from sidelook.simulation.orbit import PlatformStates, fly
from sidelook.simulation.schedule.laying import Picture, Row, Slot
from sidelook.simulation.schedule.views import Setting, Window

_SENSOR_SIGMA = 5.0


def make_dwells(setting: Setting, slots: Sequence[Slot], rows: Sequence[Row], origin: Origin) -> Dwells:
    """Point the beams that were laid.

    Parameters
    ----------
    setting : the radar in the air
    slots : the jobs
    rows : the dwells in order of time
    origin : of the data; each job's dwells bear its number

    Returns
    -------
    dwells without plots; the angle half extent is half the 3 dB width of the beam where it points
    """
    origins = tuple(replace(origin, job=slot.job.number) for slot in slots)
    if not rows:
        return Dwells.empty(plots=Plots.empty(), origins=origins)
    begin, slot, revisit, beam, last, sine = (np.array(column) for column in zip(*rows, strict=True))
    time = begin + np.array([s.job.dwell_ns for s in slots])[slot] // 2
    platform = fly(setting.path, time)
    window = _windows(slots, slot, time)
    angle, half_width = _steer(setting, sine)
    bearing = bearing_of(platform.track, window.flank, angle)
    middle = 0.5 * (window.near + window.far)
    latitude, longitude = locate_ground(platform.latitude, platform.longitude, bearing, middle)
    count = len(time)
    return Dwells.empty(
        count,
        time=time,
        revisit=revisit.astype(np.int32),
        dwell=beam.astype(np.int32),
        last_of_revisit=last,
        sensor_latitude=platform.latitude,
        sensor_longitude=platform.longitude,
        sensor_height=platform.height,
        sigma_along=np.full(count, _SENSOR_SIGMA, np.float32),
        sigma_across=np.full(count, _SENSOR_SIGMA, np.float32),
        sigma_sensor_height=np.full(count, _SENSOR_SIGMA, np.float32),
        track=platform.track,
        speed=platform.speed.astype(np.float32),
        climb=np.zeros(count, np.float32),
        heading=platform.track.astype(np.float32),
        pitch=np.zeros(count, np.float32),
        roll=platform.roll.astype(np.float32),
        **_attitude(platform, bearing, middle),
        area_latitude=latitude,
        area_longitude=longitude,
        range_half_extent=0.5 * (window.far - window.near),
        angle_half_extent=half_width,
        minimum_detectable_speed=np.array([s.job.minimum_detectable_speed for s in slots], np.float32)[slot],
        origin=slot.astype(np.int32),
        plots=Plots.empty(),
        origins=origins,
    )


def make_collections(slots: Sequence[Slot], pictures: Sequence[Picture]) -> Collections:
    """List what became of the images that were due."""
    taken = np.array([p.outcome is CollectionOutcome.TAKEN for p in pictures], bool)
    lies = [p.aperture for p in pictures]
    jobs = [slots[p.slot].job for p in pictures]
    return Collections(
        time=np.array([p.time for p in pictures], np.int64),
        duration=np.where(taken, np.array([a.duration for a in lies], np.float64), 0.0),
        latitude=np.array([a.latitude for a in lies], np.float64),
        longitude=np.array([a.longitude for a in lies], np.float64),
        resolution=np.array([job.resolution for job in jobs], np.float64),
        slant_range=np.array([a.slant_range for a in lies], np.float64),
        squint=np.array([a.squint for a in lies], np.float64),
        job=np.array([job.number for job in jobs], np.int32),
        number=np.array([p.number for p in pictures], np.int32),
        outcome=np.array([p.outcome for p in pictures], np.uint8),
        obstacle=np.array([a.obstacle for a in lies], np.uint8),
    )


def _windows(slots: Sequence[Slot], slot: NDArray[np.int64], time: NDArray[np.int64]) -> Window:
    """Give what each dwell's job is to look at when it is its turn."""
    columns: dict[str, Floats] = {name: np.empty(len(time)) for name in ("flank", "low", "high", "near", "far")}
    for number in np.unique(slot):
        mine = slot == number
        window = slots[number].view.between(time[mine])
        for name, column in columns.items():
            column[mine] = getattr(window, name)
    flank = columns.pop("flank").astype(np.int8)
    return Window(flank=flank, **columns)


def _steer(setting: Setting, sine: Floats) -> tuple[Floats, Floats]:
    """Give angles from broadside and half widths, rad, of beams at sines of the angle."""
    half = 0.5 * sine_width(setting.radar)
    forward, aft = (np.arcsin(np.clip(sine + side, -1.0, 1.0)) for side in (half, -half))
    return 0.5 * (forward + aft), 0.5 * (forward - aft)


def _attitude(platform: PlatformStates, bearing: Floats, middle: Floats) -> dict[str, NDArray[np.float32]]:
    """Point the boresight, relative to the aircraft, at the middle of the footprint."""
    down = depression_angle(platform.height, slant_range(platform.height, middle))
    level = np.cos(down)
    line = np.stack([level * np.sin(bearing), level * np.cos(bearing), -np.sin(down)], axis=-1)
    forward, right, below = enu_to_body(line, platform.track, 0.0, platform.roll).T
    return {
        "sensor_heading": np.mod(np.arctan2(right, forward), 2.0 * np.pi).astype(np.float32),
        "sensor_pitch": -np.arcsin(np.clip(below, -1.0, 1.0)).astype(np.float32),
        "sensor_roll": np.zeros(len(bearing), np.float32),
    }
