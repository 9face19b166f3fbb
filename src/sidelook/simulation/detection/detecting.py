"""The detection level: dwells go in empty and come out with plots, and with a log of every look at the truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.model.plots import Dwells, Plots
from sidelook.simulation.detection.chance import Chance, Draw, Timing, dwell_numbers
from sidelook.simulation.detection.false_alarms import pointed, scattered
from sidelook.simulation.detection.log import Looks
from sidelook.simulation.detection.measuring import Report, measure
from sidelook.simulation.detection.navigation import navigate
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.detection.slowest import slowest
from sidelook.simulation.detection.targets import find, find_rotors, looks, returns


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """What came of some dwells.

    Attributes
    ----------
    dwells : with plots, as the radar believes them to be
    looks : the truth of each look, never shown to a tracker
    """

    dwells: Dwells
    looks: Looks


def detect(scene: Scene, dwells: Dwells, dwell_time: ArrayLike | None = None) -> Detections:
    """Look.

    Chance belongs to dwells by their numbers (job, revisit, dwell index), so that the same dwell gives the same plots
    in whatever window it comes.

    Parameters
    ----------
    scene : truth, radar and surroundings
    dwells : M without plots, in order of time; where their sensor truly is
    dwell_time : (M,) s; None for the detector's own

    Returns
    -------
    the dwells with plots, where the radar believes to be, and with the minimum detectable speed of the tables; the log
    """
    given = scene.radar.detector.dwell_time if dwell_time is None else dwell_time
    time = np.broadcast_to(np.asarray(given, np.float64), len(dwells))
    interval = time / len(scene.radar.waveform.pulse_rates)
    timing = Timing(number=dwell_numbers(dwells), dwell_time=time, interval=interval)
    report = Report(
        scene=scene,
        dwells=dwells,
        navigation=navigate(Chance(seed=scene.seed), scene.imperfections, dwells),
        timing=timing,
        slowest=slowest(scene, dwells, interval),
    )
    back = returns(scene, dwells, timing)
    outcome = find(scene, back, timing)
    rotors, rotating = find_rotors(scene, back, outcome, timing)
    parts = (
        measure(report, outcome.found, Draw.MEASUREMENT),
        measure(report, rotating, Draw.ROTOR_MEASUREMENT),
        measure(report, scattered(report), Draw.FALSE_MEASUREMENT),
        measure(report, pointed(report), Draw.POINT_MEASUREMENT),
    )
    return Detections(dwells=_filled(report, parts), looks=looks(back, dwells, outcome, rotors))


def _filled(report: Report, parts: tuple[dict[str, NDArray[Any]], ...]) -> Dwells:
    """Put plots into their dwells, which become what the radar believes of them."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order, count = _shuffled(report, columns["dwell"])
    columns = {name: column[order] for name, column in columns.items()}
    columns["index"] = _within(count)
    dwells, believed = report.dwells, report.navigation
    changed = {
        "sensor_latitude": believed.latitude,
        "sensor_longitude": believed.longitude,
        "sensor_height": believed.height.astype(Dwells.DTYPES["sensor_height"]),
        "minimum_detectable_speed": report.slowest.astype(np.float32),
        "plot_count": count.astype(np.int32),
    }
    shared = {name: getattr(dwells, name) for name in Dwells.DTYPES} | changed
    plots = Plots(**{name: np.asarray(columns[name], Plots.DTYPES[name]) for name in Plots.DTYPES})
    return Dwells(**shared, plots=plots, origins=dwells.origins)


def _shuffled(report: Report, dwell: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Order plots by dwell and within it by chance, so that their order tells nothing of the truth."""
    first = np.argsort(dwell, kind="stable")
    count = np.bincount(dwell, minlength=len(report.dwells))
    inside = dwell[first]
    chance = Chance(seed=report.scene.seed).uniform(Draw.ORDER, report.timing.number[inside], _within(count))[0]
    return first[np.lexsort((chance, inside))], count


def _within(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count from 0 up within each of some groups of a size, (M,)."""
    return np.asarray(np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count))
