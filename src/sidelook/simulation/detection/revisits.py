"""Revisit after revisit of a scan from a racetrack, with plots."""

from collections.abc import Iterator
from dataclasses import dataclass

from sidelook.errors import UsageError
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.simulation.detection.detecting import detect
from sidelook.simulation.detection.scene import Scene
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Schedule, plan_revisit


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A scene, and an aircraft that scans it.

    Attributes
    ----------
    scene : truth, radar and surroundings
    orbit : of the platform
    schedule : of the scan
    origin : of the data; always marked as simulated

    Raises
    ------
    UsageError : ``origin`` calls simulated data real
    """

    scene: Scene
    orbit: Racetrack
    schedule: Schedule
    origin: Origin

    def __post_init__(self) -> None:
        """Refuse to call simulated data real."""
        if not self.origin.simulated:
            message = "simulated plots need an origin that says so: Origin(..., simulated=True)"
            raise UsageError(message)


def simulate(world: World, revisits: int) -> Iterator[Dwells]:
    """Scan again and again; yield the dwells of each revisit with their plots.

    Parameters
    ----------
    world : what the radar meets
    revisits : how many
    """
    number = 0
    for cycle in range(revisits):
        dwells = plan_revisit(world.schedule, world.orbit, cycle, world.origin)
        if len(dwells):
            # Revisits in which the antenna sees nothing are not counted: the index rises by one (STANAG 4607, D2).
            dwells.revisit[:] = number
            number += 1
            yield look(world, dwells)


def simulate_all(world: World, revisits: int) -> Dwells:
    """Scan again and again, and join the dwells of all revisits."""
    return concatenate_dwells(list(simulate(world, revisits)))


def look(world: World, dwells: Dwells) -> Dwells:
    """Fill M dwells with plots."""
    return detect(world.scene, dwells).dwells
