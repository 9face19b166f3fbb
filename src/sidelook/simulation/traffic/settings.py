"""What drives, and how: settings of road traffic."""

import math
from dataclasses import dataclass, field
from itertools import pairwise

from sidelook.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What vehicles and drivers do.

    Attributes
    ----------
    acceleration : of cars, m/s2; trucks and tracked vehicles have less
    deceleration : comfortable, for bends, junctions and stops, m/s2
    braking : the hardest, behind others, m/s2
    lateral_acceleration : taken in bends, m/s2
    headway : kept behind others, 1 s of reaction and the driver's margin, s
    jam : gap at rest, m
    temper, temper_spread : mean and standard deviation of the share of limits that drivers drive at; it stays
        within 0.75 and 1.1
    """

    acceleration: float = 1.2
    deceleration: float = 1.3
    braking: float = 3.0
    lateral_acceleration: float = 2.0
    headway: float = 1.6
    jam: float = 2.0
    temper: float = 0.95
    temper_spread: float = 0.08

    def __post_init__(self) -> None:
        """Refuse what cannot be driven."""
        if not (0.0 < 1.21 * self.deceleration <= self.braking and self.acceleration > 0.0 and self.headway >= 1.0):
            message = (
                f"handling cannot be driven: acceleration {self.acceleration}, deceleration {self.deceleration}, "
                f"braking {self.braking}, headway {self.headway}; all above zero, braking above 1.21 decelerations, "
                "headway 1 s or more"
            )
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a convoy drives to.

    Attributes
    ----------
    place : row of the places
    staged : it leaves the road there and stands in a grid; otherwise it passes
    leave : when it leaves a staging area, s after the start of traffic; infinite never
    east, north : offset of the grid's first row from the place, m
    columns : vehicles side by side
    apart : distance of vehicles in the grid, m
    """

    place: int
    staged: bool = False
    leave: float = math.inf
    east: float = 60.0
    north: float = 60.0
    columns: int = 4
    apart: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Convoy:
    """Vehicles that drive in column.

    Attributes
    ----------
    size : vehicles
    stops : its journey, from the first stop on, over and over; a first stop that is not staged means that it is on
        the road from the start. Empty: from one large place to another, as chance wills
    speed : it drives no faster, m/s
    spacing : kept at rest, m; ``headway`` : kept besides in time, s
    tracked : its vehicles are tracked
    halt_every, halt_time : s between the beginnings of halts on the road, and their duration; 0 none
    halt_first : when the first begins, s after the start of traffic
    """

    size: int
    stops: tuple[Stop, ...] = ()
    speed: float = 19.0
    spacing: float = 45.0
    headway: float = 2.5
    tracked: bool = False
    halt_every: float = 0.0
    halt_time: float = 0.0
    halt_first: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a convoy that goes nowhere."""
        places = [stop.place for stop in self.stops]
        again = any(a == b for a, b in pairwise([*places, *places[:1]]))
        if self.size < 1 or len(places) == 1 or again:
            message = (
                f"a convoy of {self.size} with stops at places {places} cannot drive: it needs a vehicle, and two "
                "stops or more of which none is like the next, or like the first after the last"
            )
            raise UsageError(message)
        if self.headway < 1.0 or self.spacing < 0.0 or self.speed <= 0.0:
            given = f"{self.headway} s, {self.spacing} m, {self.speed} m/s"
            message = f"a convoy needs a headway of 1 s or more, a spacing and a speed; got {given}"
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSettings:
    """What drives.

    Attributes
    ----------
    start : ns UTC, of the traffic
    vehicles : that drive alone
    convoys : vehicles that drive in column; their formations are numbered in this order
    tracked, trucks : share of the vehicles that drive alone that are tracked, and that are trucks
    parked : share of them that is parked at first
    rest : shortest and longest time parked at a journey's end, s
    wait : shortest and longest time at a stop at a junction, s
    halt_probability : of a stop where a small road enters a greater one; a third of it where equal ones cross
    patience : one who has stood so long for others parks, s
    off_road_speed : of convoys on their way to and from their staging places, m/s
    warm_up : traffic has run for so long when it starts, s
    handling : of all
    """

    start: int
    vehicles: int = 280
    convoys: tuple[Convoy, ...] = ()
    tracked: float = 0.03
    trucks: float = 0.15
    parked: float = 0.1
    rest: tuple[float, float] = (120.0, 900.0)
    wait: tuple[float, float] = (4.0, 40.0)
    halt_probability: float = 0.3
    patience: float = 300.0
    off_road_speed: float = 5.0
    warm_up: int = 120
    handling: Handling = field(default_factory=Handling)
