"""The tracker: looks in, tracks held, one pass over the dwells of a look."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sidelook.geometry.ground import Ground, Plane
from sidelook.model.columns import Indices, Integers
from sidelook.model.origin import protection
from sidelook.tracking.columns import LookColumns, RoadMap, Table
from sidelook.tracking.kernels import advance, lay_out
from sidelook.tracking.look import Look
from sidelook.tracking.measurement import tangent_ground
from sidelook.tracking.roads.network import no_roads
from sidelook.tracking.settings import TrackerSettings, as_constants
from sidelook.tracking.state import TrackerState, grown, initial_state


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a look changed.

    Attributes
    ----------
    assigned : (P,) identity of the track each plot of the look was given to or started; 0 for none
    rows : (K,) rows of the state's tracks that were updated, missed, started or lost; lost rows keep their last state
        until the next step
    """

    assigned: Integers
    rows: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Plots to tracks, dwell by dwell.

    Each dwell concerns the tracks that its footprint or its plots may touch, found by a spatial index; only those are
    predicted. Plots and tracks are paired by an optimal assignment of the log-odds "this plot is that vehicle" against
    "the vehicle gave no plot and the plot is another's". Paired tracks are updated under every motion mode; tracks
    that were covered and gave no plot learn from that too; a plot nobody explains starts a tentative track.

    Attributes
    ----------
    settings : all of them
    ground : in the mission-local frame; asked for its slope at every plot
    capacity : tracks to make room for at first, a power of two
    roads : those of the region in the mission-local frame; without any every vehicle drives freely
    """

    settings: TrackerSettings = field(default_factory=TrackerSettings)
    ground: Ground = field(default_factory=Plane)
    capacity: int = 1024
    roads: RoadMap = field(default_factory=no_roads, repr=False, compare=False)
    constants: Table = field(init=False, repr=False, compare=False)
    sky: RoadMap = field(default_factory=no_roads, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the settings out for the compiled passes, once."""
        object.__setattr__(self, "constants", as_constants(self.settings))

    def init(self) -> TrackerState:
        """Give the state before the first look."""
        return initial_state(self.capacity, len(self.settings.motion.mobile))

    def step(self, state: TrackerState, look: Look) -> tuple[TrackerState, StepResult]:
        """Take a look.

        Parameters
        ----------
        state : as it was; its arrays are taken over (``state.copy()`` keeps one)
        look : one dwell or several in order of time; all at once and one by one give the same tracks

        Returns
        -------
        state : as it is now
        result : which plot went to which track, and which tracks changed
        """
        state = grown(state, len(look.place))
        state, origin = with_origins(state, look)
        assigned = np.zeros(len(look.place), np.int64)
        touched = np.zeros(len(state.tracks), np.bool_)
        columns = look_columns(look, origin, self.ground)
        advance(
            (state.tracks, state.grid, state.book), columns, (self.constants, self.roads, self.sky), (assigned, touched)
        )
        return state, StepResult(assigned=assigned, rows=np.flatnonzero(touched))


def look_columns(look: Look, origin: Indices, ground: Ground) -> LookColumns:
    """Lay a look out as the compiled passes read it, with the lie of the ground at each footprint and plot."""
    dwells = (look.time, look.revisit, look.dwell, look.sensor, look.sector, look.minimum_detectable_speed)
    plots = (look.measured, look.variance, look.wrap_speed, look.target_class, look.class_probability, look.simulated)
    return lay_out(
        (*dwells, tangent_ground(look.area, ground), origin, look.plot_count),
        (*plots, tangent_ground(look.place, ground)),
    )


def with_origins(state: TrackerState, look: Look) -> tuple[TrackerState, Indices]:
    """Add a look's origins to the state's, kept from least to most protected; give the rows of the look's dwells."""
    if look.origins == state.origins:
        return state, look.origin
    new = [origin for origin in look.origins if origin not in state.origins]
    if new:
        table = tuple(sorted((*state.origins, *new), key=protection))
        renumber = np.array([table.index(origin) for origin in state.origins] or [0], np.int32)
        state.tracks["origin"] = renumber[state.tracks["origin"]]
        state = replace(state, origins=table)
    rows = np.array([state.origins.index(origin) for origin in look.origins] or [0], np.int32)
    return state, rows[look.origin]
