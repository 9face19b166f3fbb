"""The tables that the compiled step of road traffic works on: links, points, formations, vehicles, queues.

A link is an edge of the road network in one direction: edge *e* gives the links 2 *e* and 2 *e* + 1, of which the
second is closed where the edge is driven one way. Each lane of a link is a queue, in which nobody overtakes. Lengths
are metres, speeds m/s, times whole seconds since the traffic's start; the step is one second.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats, Indices

NONE = -1
AHEAD = 8  # links that a driver looks ahead; past their end he expects to have to stop
DRIVING, PARKED, STAGED, LEAVING, ENTERING = range(5)
# Length over which a road bends where it goes on through a junction in its class: builders round what matters, m.
THROUGH = (400.0, 250.0, 120.0, 30.0)
CORNER = 18.0
STRAIGHT = 0.5  # a class may change in the middle of a road: up to this angle it is one road, rad
SLOWEST_BEND = 4.0  # m/s
JAM = 4.0  # kept at rest by vehicles in column behind others, m
SLACK = 1.15  # of the gap wanted in a column, up to which a vehicle draws away from the one behind it
CLOSING = 8.0  # time in which a column closes a wider gap, s
CRAWL = 2.0  # nobody in a column is slower for those behind, m/s
FINEST = 1.0  # a line's end or a stop counts as reached within this, m

Table: TypeAlias = NDArray[np.void]
Row: TypeAlias = Any  # of a table: NumPy's types do not know its fields

# Links. first, count : its points. heading : unit east, north at its start, then at its end. entry : square of the
# greatest speed at its start. queue : its first; lanes : how many. junction : three ways or more meet at its end;
# crossing : three or more of its own rank or greater, so that it has no priority there. open : it may be driven; nobody
# is ever on one that is not.
LINK_COLUMNS = np.dtype(
    [
        ("length", np.float64),
        ("limit", np.float64),
        ("entry", np.float64),
        ("heading", np.float64, (4,)),
        ("start", np.int32),
        ("end", np.int32),
        ("first", np.int32),
        ("count", np.int32),
        ("queue", np.int32),
        ("lanes", np.uint8),
        ("rank", np.uint8),
        ("junction", np.bool_),
        ("crossing", np.bool_),
        ("open", np.bool_),
    ],
    align=True,
)

# Points of the links. chainage : from the link's start. ceiling : square of the greatest speed there, such that every
# bend farther along the link can be taken.
POINT_COLUMNS = np.dtype(
    [
        ("east", np.float64),
        ("north", np.float64),
        ("up", np.float64),
        ("chainage", np.float64),
        ("ceiling", np.float64),
    ],
    align=True,
)

# Formations. size : vehicles, which follow one another in the table; first : the leader's row. stop, stops : their
# journey in the table of stops, and how many. It halts for ``halt_time`` every ``halt_every`` seconds (0 never), the
# first time at ``halt_first``.
FORMATION_COLUMNS = np.dtype(
    [
        ("first", np.int32),
        ("size", np.int32),
        ("stop", np.int32),
        ("stops", np.int32),
        ("halt_first", np.int64),
        ("halt_every", np.int64),
        ("halt_time", np.int64),
        ("forming_speed", np.float64),
    ]
)

# Stops of formations' journeys. destination : row of the destinations; staged : the formation leaves the road there
# and stands until ``leave``; slot : row of its leader's place among the slots.
STOP_COLUMNS = np.dtype(
    [("destination", np.int32), ("slot", np.int32), ("leave", np.int64), ("staged", np.bool_)], align=True
)

# Vehicles. along, speed : on its link; following : the speed it has chosen for the next second. driven : along a
# formation's journey, all its vehicles from the same point. temper : share of limits that it drives at; cap : it is
# never faster. headway, jam : time and distance kept. until : greatest square of the speed at ``end`` of this link.
# point : the last one passed. leader, follower : in its queue; origin : the queue it came from. count, ahead : links
# ahead; committed : how many of them it may enter; final : they end at its destination. timer : it stands so long;
# stood : it has stood so long for others. leads : it leads a formation; last : no one of its formation follows.
# halting : it will stop at this link's end; waited : it has. trip : number of its journey, or the stop that its
# formation drives to. hop : links driven. slot : its place off the road; way : how long the way there is.
VEHICLE_COLUMNS = np.dtype(
    # What every second needs comes first, so that it lies in few lines of the processor's cache.
    [
        ("along", np.float64),
        ("speed", np.float64),
        ("following", np.float64),
        ("driven", np.float64),
        ("temper", np.float64),
        ("cap", np.float64),
        ("acceleration", np.float64),
        ("headway", np.float64),
        ("jam", np.float64),
        ("length", np.float64),
        ("until", np.float64),
        ("end", np.float64),
        ("link", np.int32),
        ("point", np.int32),
        ("queue", np.int32),
        ("leader", np.int32),
        ("count", np.int32),
        ("committed", np.int32),
        ("timer", np.int32),
        ("stood", np.int32),
        ("ahead_queue", np.int32, (AHEAD,)),
        ("ahead_length", np.float64, (AHEAD,)),
        ("status", np.uint8),
        ("leads", np.bool_),
        ("last", np.bool_),
        ("fast", np.bool_),
        ("final", np.bool_),
        ("halting", np.bool_),
        ("waited", np.bool_),
        ("ahead", np.int32, (AHEAD,)),
        ("origin", np.int32),
        ("follower", np.int32),
        ("formation", np.int32),
        ("place", np.int32),
        ("destination", np.int32),
        ("trip", np.int32),
        ("hop", np.int32),
        ("slot", np.int32),
        ("way", np.float64),
    ],
    align=True,
)

# Queues. head, tail : first and last vehicle in it; gone : the last that drove out at its end. holder : the queue
# whose vehicles may enter; holders : how many of them are about to. claim : the queue that waits for its turn, since
# ``claimed``. column : the formation that passes into it from queue ``column_from``, last seen at ``column_at``.
# ring_from : the queue before it on its roundabout, whose vehicles have the right of way.
QUEUE_COLUMNS = np.dtype(
    [
        ("head", np.int32),
        ("tail", np.int32),
        ("gone", np.int32),
        ("holder", np.int32),
        ("holders", np.int32),
        ("claim", np.int32),
        ("column", np.int32),
        ("column_from", np.int32),
        ("ring_from", np.int32),
        ("claimed", np.int64),
        ("column_at", np.int64),
    ],
    align=True,
)

# One row: what holds for all. deceleration : comfortable; braking : the hardest. rest : shortest and longest time
# parked; wait : at a junction; seed : of chance.
RULE_COLUMNS = np.dtype(
    [
        ("deceleration", np.float64),
        ("braking", np.float64),
        ("lateral", np.float64),
        ("halt", np.float64),
        ("off_road", np.float64),
        ("wait", np.float64, (2,)),
        ("rest", np.float64, (2,)),
        ("patience", np.int64),
        ("seed", np.uint64),
    ],
    align=True,
)


class Town(NamedTuple):
    """What does not change while traffic runs.

    Attributes
    ----------
    links, points : the roads
    onward : (D, N) link to take at each node towards each destination; ``NONE`` there and where there is no way
    node : (D,) of the destinations
    draw : (D, D) cumulative chance of the next destination after each
    formations, stops : of the convoys
    slots : (S, 3) east, north, up of places off the road
    rules : one row
    """

    links: Table
    points: Table
    onward: Indices
    node: Indices
    draw: Floats
    formations: Table
    stops: Table
    slots: Floats
    rules: Table


class Book(NamedTuple):
    """What changes.

    Attributes
    ----------
    vehicles : one row each
    queues : one row for each lane of each link
    afloat : (F,) vehicles of each formation that are on the road
    """

    vehicles: Table
    queues: Table
    afloat: Indices
