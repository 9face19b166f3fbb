"""What the radar finds of the truth: echoes that fluctuate, merge, drown in clutter or pass the threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.frames import enu_to_geodetic
from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.plots import Dwells
from sidelook.sensing.ambiguity import folded_speeds
from sidelook.sensing.detection import found_in
from sidelook.sensing.performance import at_snr, loss_db
from sidelook.sensing.radar_equation import decibels, ratio
from sidelook.sensing.resolution import Echoes, resolution_cell, unresolved
from sidelook.simulation.detection.chance import Chance, Draw, Timing
from sidelook.simulation.detection.log import Looks
from sidelook.simulation.detection.measuring import Found
from sidelook.simulation.detection.pairing import pair
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.detection.sights import Sights, clutter_to_noise_db, sight, unit_snr_db
from sidelook.simulation.detection.signatures import AIRBORNE, Kind, aspects, cross_sections_dbsm, kinds
from sidelook.simulation.trajectories import States

_NOTCH_DB = -5.0  # what loses more is in the notch

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """What comes back of the looks at the truth.

    Attributes
    ----------
    sights : K of them
    row : (K,) of the entities
    kind : (K,) ``Kind``
    unit_db : (K,) signal-to-noise ratio of one square metre, dB
    snr_db : (K,) of the entity on average, dB
    clutter_db : (K,) ratio of clutter to noise, dB
    loss_db : (P, K) what clutter leaves of it in each coherent interval, dB
    in_notch : (K,) slower than what can be told from clutter
    chance : (2, K) numbers evenly between 0 and 1: of fluctuation and of detection
    """

    sights: Sights
    row: NDArray[np.intp]
    kind: NDArray[np.intp]
    unit_db: Floats
    snr_db: Floats
    clutter_db: Floats
    loss_db: Floats
    in_notch: NDArray[np.bool_]
    chance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of returns.

    Attributes
    ----------
    leader : (K,) row of the strongest return of the cell that each is in
    hit : (K,) the cell gave a plot
    found : the plots, before errors of measurement
    """

    leader: NDArray[np.intp]
    hit: NDArray[np.bool_]
    found: Found


def returns(scene: Scene, dwells: Dwells, timing: Timing) -> Returns:
    """Look at all that is in the footprints of M dwells."""
    dwell, row, states = _pairs(scene, dwells)
    sights = sight(scene, dwells, dwell, states)
    entities = scene.entities
    kind = kinds(entities.target_class[row])
    unit_db = unit_snr_db(scene, dwells, sights, timing.interval)
    aspect = aspects(sights.radial_speed, sights.speed)
    clutter_db = clutter_to_noise_db(scene, sights, timing.interval)
    waveform, tables = scene.radar.waveform, scene.performance
    folded = folded_speeds(sights.radial_speed, waveform.pulse_rates, waveform.wavelength)
    true_loss = loss_db(tables, sights.radial_speed, clutter_db)
    return Returns(
        sights=sights,
        row=row,
        kind=kind,
        unit_db=unit_db,
        snr_db=unit_db + cross_sections_dbsm(kind, aspect, entities.length[row]),
        clutter_db=clutter_db,
        loss_db=loss_db(tables, folded, clutter_db),
        in_notch=true_loss < _NOTCH_DB,
        chance=Chance(seed=scene.seed).uniform(Draw.LOOK, timing.number[dwell], entities.entity[row], 2),
    )


def find(scene: Scene, back: Returns, timing: Timing) -> Outcome:
    """Let returns fluctuate, merge in resolution cells and pass the threshold or not.

    The power of a return is drawn once for a dwell (Swerling 1). What falls in one cell adds up, is a plot at the
    centroid by power, and is as deep in the notch as the strongest in it.
    """
    sights, count = back.sights, len(back.row)
    power = ratio(back.snr_db) * -np.log(back.chance[0])
    leader = _leaders(scene, sights, power, timing)
    total = np.bincount(leader, weights=power, minlength=count)
    first = np.flatnonzero((leader == np.arange(count)) & sights.visible)
    left_db = decibels(total[first]) + back.loss_db[:, first]
    tables, detector = scene.performance, scene.radar.detector
    least = min(detector.least_hits, len(left_db))
    passed = first[back.chance[1, first] < found_in(at_snr(tables, tables.detection, left_db), least)]
    hit = np.isin(leader, passed) & sights.visible
    kept = np.isin(first, passed)
    middle = [
        (np.bincount(leader, weights=power * value, minlength=count)[passed] / total[passed])
        for value in (sights.slant_range, _turned(sights.bearing, leader), sights.radial_speed)
    ]
    found = _found(
        scene, back, passed, (middle[0], middle[1], middle[2]), decibels(ratio(left_db[:, kept]).mean(axis=0))
    )
    return Outcome(leader=leader, hit=hit, found=found)


def find_rotors(scene: Scene, back: Returns, outcome: Outcome, timing: Timing) -> tuple[NDArray[np.intp], Found]:
    """Find the rotors of helicopters whose bodies were not found: a hovering one shows nothing else.

    Their echo fills the Doppler spectrum, so that there is no notch, and the radial speed says nothing.

    Returns
    -------
    rows of the returns, and what is found of them
    """
    tables, detector, imperfect = scene.performance, scene.radar.detector, scene.imperfections
    rows = np.flatnonzero((back.kind == Kind.ROTARY_WING) & back.sights.visible & ~outcome.hit)
    dwell = back.sights.dwell[rows]
    drawn = Chance(seed=scene.seed).uniform(Draw.ROTOR, timing.number[dwell], scene.entities.entity[back.row[rows]], 3)
    strength_db = back.snr_db[rows] - imperfect.rotor_loss_db + decibels(-np.log(drawn[0]))
    intervals = len(scene.radar.waveform.pulse_rates)
    each = np.broadcast_to(at_snr(tables, tables.detection, strength_db), (intervals, len(rows)))
    flashed = np.minimum(imperfect.flash_rate * timing.dwell_time[dwell], 1.0)
    hit = drawn[1] < flashed * found_in(each, min(detector.least_hits, intervals))
    rows = rows[hit]
    sights = back.sights
    speed = detector.wrap_speed * (2.0 * drawn[2, hit] - 1.0)
    found = _found(scene, back, rows, (sights.slant_range[rows], sights.bearing[rows], speed), strength_db[hit])
    found.smeared[:] = True
    return rows, found


def looks(back: Returns, dwells: Dwells, outcome: Outcome, rotors: NDArray[np.intp]) -> Looks:
    """Write the log: what was found of the truth, rotors of some rows included."""
    sights = back.sights
    own = outcome.leader == np.arange(len(back.row))
    hit = outcome.hit.copy()
    hit[rotors] = True
    blind = np.where(back.in_notch, 0, (back.loss_db < _NOTCH_DB).sum(axis=0))
    return Looks(
        time=dwells.time[sights.dwell],
        dwell=sights.dwell.astype(np.int32),
        row=back.row.astype(np.int32),
        east=sights.position[:, 0].copy(),
        north=sights.position[:, 1].copy(),
        up=sights.position[:, 2].copy(),
        slant_range=sights.slant_range,
        radial_speed=sights.radial_speed.astype(np.float32),
        snr_db=back.snr_db.astype(np.float32),
        clutter_db=back.clutter_db.astype(np.float32),
        visible=sights.visible,
        in_notch=back.in_notch,
        blind=blind.astype(np.uint8),
        detected=hit,
        merged_into=np.where(own, -1, back.row[outcome.leader]).astype(np.int32),
    )


def _pairs(scene: Scene, dwells: Dwells) -> tuple[NDArray[np.intp], NDArray[np.intp], States]:
    """Pair dwells with what drives, and with what flies, which is few and fast."""
    flies = np.isin(kinds(scene.entities.target_class), AIRBORNE)
    parts = [
        pair(dwells, scene.timetable, scene.frame, np.flatnonzero(flies == air), fastest)
        for air, fastest in ((False, scene.fastest_ground), (True, scene.fastest_air))
    ]
    dwell, row = (np.concatenate([part[index] for part in parts]) for index in (0, 1))
    order = np.lexsort((row, dwell))
    present, position, velocity = (
        np.concatenate([getattr(part[2], name) for part in parts])[order]
        for name in ("present", "position", "velocity")
    )
    return dwell[order], row[order], States(present=present, position=position, velocity=velocity)


def _leaders(scene: Scene, sights: Sights, power: Floats, timing: Timing) -> NDArray[np.intp]:
    """Find for each look, (K,), the row of the strongest in its resolution cell; what is masked stands alone."""
    leader = np.arange(len(power))
    seen = np.flatnonzero(sights.visible)
    dwell, bearing = sights.dwell[seen], sights.bearing[seen]
    apart = wrap_longitude(bearing - bearing[np.searchsorted(dwell, dwell)])
    # Cells are those straight ahead in a usual dwell; looks aslant have wider ones, longer looks finer Doppler.
    usual = scene.radar.detector.dwell_time
    echoes = Echoes(
        dwell=dwell,
        slant_range=sights.slant_range[seen],
        azimuth=apart * np.cos(sights.scan[seen]),
        radial_speed=sights.radial_speed[seen] * timing.dwell_time[dwell] / usual,
        power=power[seen],
    )
    cell = resolution_cell(scene.radar, usual / len(scene.radar.waveform.pulse_rates))
    leader[seen] = seen[unresolved(echoes, cell)]
    return leader


def _found(
    scene: Scene, back: Returns, rows: NDArray[np.intp], measured: tuple[Floats, Floats, Floats], snr_db: Floats
) -> Found:
    """Take returns of some rows as found; what flies is placed on the ground, for its height is not measured."""
    slant_range, bearing, radial_speed = measured
    height = back.sights.height[rows].copy()
    flies = np.flatnonzero(np.isin(back.kind[rows], AIRBORNE))
    if len(flies):
        level = back.sights.position[rows[flies]]
        below = np.column_stack([level[:, :2], scene.ground.height(level[:, 0], level[:, 1])])
        height[flies] = enu_to_geodetic(below, scene.frame)[2]
    entity = scene.entities.entity[back.row[rows]]
    return Found(
        dwell=back.sights.dwell[rows],
        item=entity,
        kind=back.kind[rows],
        slant_range=slant_range,
        bearing=bearing,
        radial_speed=radial_speed,
        scan=back.sights.scan[rows],
        snr_db=snr_db,
        rcs_dbsm=snr_db - back.unit_db[rows],
        height=height,
        smeared=np.zeros(len(rows), bool),
        truth=entity,
    )


def _turned(bearing: Floats, leader: NDArray[np.intp]) -> Floats:
    """Bring bearings within half a turn of their leaders', so that they can be averaged across south."""
    toward = bearing[leader]
    return np.asarray(toward + (np.mod(bearing - toward + np.pi, 2.0 * np.pi) - np.pi))
