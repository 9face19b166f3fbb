"""Between the records of the house and the tracker: dwells become looks, tracks become rows of a table.

Truth tags stop here: a look has no column for them.
"""

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu, local_axes, rotate_enu_to_ecef
from sidelook.geometry.ground import Ground
from sidelook.model.columns import Floats
from sidelook.model.plots import Dwells, Plots, TargetClass
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.tracking.classes.bayes import AIR, CODES, named
from sidelook.tracking.columns import SECOND, Table
from sidelook.tracking.identity.doubt import same_vehicle
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import place_measured, tangent_ground, variances
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.state import TrackerState


def mission_frame(dwells: Dwells) -> LocalFrame:
    """Give a frame to track in: on the ellipsoid, amid what the dwells look at (antimeridian and poles included).

    Raises
    ------
    InputError
        where no dwell says what it looks at
    """
    known = np.flatnonzero(np.isfinite(dwells.area_latitude + dwells.area_longitude))
    if len(known) == 0:
        message = "no dwell says where its area is (D24, D25): there is no place to put the tracker's frame"
        raise InputError(message)
    latitudes, longitudes = dwells.area_latitude[known], dwells.area_longitude[known]
    reference = LocalFrame(latitude=float(latitudes[0]), longitude=float(longitudes[0]))
    places = geodetic_to_enu(latitudes, longitudes, np.zeros(len(known)), reference)
    latitude, longitude, _ = enu_to_geodetic(places.mean(axis=0), reference)
    return LocalFrame(latitude=float(latitude), longitude=float(longitude))


def look_from_dwells(dwells: Dwells, frame: LocalFrame, ground: Ground, settings: TrackerSettings) -> Look:
    """Show dwells to a tracker.

    Plots keep their order and number, so that row *i* of ``StepResult.assigned`` speaks of plot *i*. Persons (class 9)
    are not tracked: their plots have no place in a look. Plots without a position have none either.

    Parameters
    ----------
    dwells : in order of time
    frame : the mission-local frame, the same for the whole mission
    ground : height where a plot reports none
    settings : sigmas and minimum detectable speed where none are reported
    """
    plots = dwells.plots
    sensor = geodetic_to_enu(dwells.sensor_latitude, dwells.sensor_longitude, dwells.sensor_height, frame)
    place = place_plots(plots, frame, ground)
    area = geodetic_to_enu(dwells.area_latitude, dwells.area_longitude, np.zeros(len(dwells)), frame)
    area[:, 2] = ground.height(area[:, 0], area[:, 1])
    slant, azimuth = place_measured(place, sensor[plots.dwell])
    sigmas = np.stack([plots.sigma_slant_range, plots.sigma_cross_range, plots.sigma_radial_speed], axis=-1)
    reported = dwells.minimum_detectable_speed
    usual = settings.detection.minimum_detectable_speed
    return Look(
        time=dwells.time,
        revisit=dwells.revisit.astype(np.int64),
        dwell=dwells.dwell.astype(np.int64),
        sensor=sensor,
        area=area,
        sector=sectors(dwells, sensor, area),
        minimum_detectable_speed=np.where(reported > 0.0, reported, usual).astype(np.float64),
        plot_count=dwells.plot_count.astype(np.int64),
        origin=dwells.origin,
        place=place,
        measured=np.stack([slant, azimuth, plots.radial_speed.astype(np.float64)], axis=-1),
        variance=at_unknown_height(variances(slant, sigmas, settings.errors), plots, (place, sensor), settings),
        wrap_speed=plots.wrap_speed.astype(np.float64),
        target_class=plots.target_class,
        class_probability=np.nan_to_num(plots.class_probability),
        simulated=plots.simulated | dwells.simulated[plots.dwell],
        origins=dwells.origins,
    )


def at_unknown_height(
    variance: Floats, plots: Plots, sight: tuple[Floats, Floats], settings: TrackerSettings
) -> Floats:
    """Widen the slant range (N, 3) of plots of what flies: over the ground, a height not measured is a range.

    Parameters
    ----------
    variance : (N, 3) of slant range, azimuth and radial speed
    plots : which say what is in the air
    sight : (N, 3) places and (D, 3) sensors, m
    settings : the error of the height
    """
    place, sensor = sight
    flying = np.isin(plots.target_class, CODES[AIR])
    line = place[flying] - sensor[plots.dwell[flying]]
    steepness = np.abs(line[:, 2]) / np.linalg.norm(line, axis=-1)
    variance[flying, 0] += (settings.flight.height_error * steepness) ** 2
    return variance


def place_plots(plots: Plots, frame: LocalFrame, ground: Ground) -> Floats:
    """Place plots, (N, 3) east, north, up: at their own height or on the ground; NaN for persons."""
    rough = geodetic_to_enu(plots.latitude, plots.longitude, np.nan_to_num(plots.height.astype(np.float64)), frame)
    unreported = np.isnan(plots.height)
    if unreported.any():
        rough[unreported, 2] = ground.height(rough[unreported, 0], rough[unreported, 1])
    rough[plots.target_class == TargetClass.PERSON] = np.nan
    return rough


def sectors(dwells: Dwells, sensor: Floats, area: Floats) -> Floats:
    """Give footprints (D, 4) as a look has them, from D24 to D27 of STANAG 4607; sensor and area (D, 3)."""
    _, azimuth = place_measured(area, sensor)
    flat, below = np.hypot(*(area - sensor)[:, :2].T), area[:, 2] - sensor[:, 2]
    low = np.hypot(np.maximum(flat - dwells.range_half_extent, 0.0), below)
    high = np.hypot(flat + dwells.range_half_extent, below)
    return np.stack([azimuth, dwells.angle_half_extent, low, high], axis=-1)


def track_table(
    state: TrackerState, rows: NDArray[np.intp], frame: LocalFrame, ground: Ground, *, longest_prediction: float = 45.0
) -> TrackTable:
    """Give tracks as rows of a table, each at the time of its last look.

    A track not supported by a plot for ``longest_prediction`` seconds (about a revisit and a half) stays where it was
    last supported, and its covariance takes in where the vehicle may be by now: nobody is extrapolated further.

    Parameters
    ----------
    state : after a step
    rows : (K,) of its tracks, such as ``StepResult.rows``; those that were never confirmed are left out
    frame, ground : as the looks had them
    longest_prediction : s
    """
    tracks = state.tracks[rows]
    tracks = tracks[tracks["confirmed"]]
    position, velocity, cross = estimate_covariances(tracks)
    coasted = (tracks["time"] - tracks["supported"]) / SECOND > longest_prediction
    held = np.where(coasted[:, None], tracks["anchor"], tracks["estimate"][:, :2])
    astray = tracks["estimate"][:, :2] - held
    position = position + astray[:, :, None] * astray[:, None, :]
    cross = np.where(coasted[:, None, None], 0.0, cross)
    places = np.column_stack([held, ground.height(held[:, 0], held[:, 1])])
    latitude, longitude, height = enu_to_geodetic(places, frame)
    turn = _to_horizon(places, latitude, longitude, frame, ground)
    moved = np.einsum("kab,kb->ka", turn, tracks["estimate"][:, 2:])
    moved[tracks["status"] == TrackState.STOPPED] = 0.0
    target_class, probability = named(tracks["classes"])
    return TrackTable(
        track=tracks["identity"],
        time=tracks["time"],
        supported=tracks["supported"],
        latitude=latitude,
        longitude=longitude,
        height=np.where(tracks["flying"], np.nan, height).astype(np.float32),
        velocity_east=moved[:, 0].astype(np.float32),
        velocity_north=moved[:, 1].astype(np.float32),
        position_covariance=_upper(turn @ position @ np.swapaxes(turn, -1, -2)),
        velocity_covariance=_upper(turn @ velocity @ np.swapaxes(turn, -1, -2)),
        cross_covariance=(turn @ cross @ np.swapaxes(turn, -1, -2)).reshape(-1, 4).astype(np.float32),
        state=tracks["status"],
        target_class=target_class,
        class_probability=probability,
        same_vehicle=same_vehicle(tracks, tracks["time"]),
        plot_count=tracks["hits"],
        formation=np.zeros(len(tracks), np.int64),
        simulated=tracks["simulated"],
        origin=tracks["origin"],
        origins=state.origins,
    )


def estimate_covariances(tracks: Table) -> tuple[Floats, Floats, Floats]:
    """Give the covariances (K, 2, 2) of position, of velocity, and of position with velocity over the motion modes."""
    apart = tracks["mean"] - tracks["estimate"][:, None, :]
    full = tracks["covariance"] + apart[..., :, None] * apart[..., None, :]
    merged = np.einsum("km,kmab->kab", tracks["weight"], full)
    return merged[:, :2, :2], merged[:, 2:, 2:], merged[:, :2, 2:]


def _upper(matrices: Floats) -> NDArray[np.float32]:
    return matrices[:, [0, 0, 1], [0, 1, 1]].astype(np.float32)


def _to_horizon(places: Floats, latitude: Floats, longitude: Floats, frame: LocalFrame, ground: Ground) -> Floats:
    """Give (K, 2, 2) from motion over the plane of the frame to motion in the horizon of the place."""
    slopes = tangent_ground(places, ground)[:, 3:]
    steps = np.zeros((len(places), 2, 3))
    steps[:, 0, 0] = steps[:, 1, 1] = 1.0
    steps[:, :, 2] = slopes
    on_earth = rotate_enu_to_ecef(steps, frame)
    return np.asarray(np.einsum("kia,kja->kij", local_axes(latitude, longitude)[:, :2], on_earth))
