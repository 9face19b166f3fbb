"""Road traffic as a whole: built once for a network, its state moved on by whole seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sidelook.geography.roads import RoadNetwork
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.ground import Ground
from sidelook.model.truth import Entities
from sidelook.simulation.traffic import kernels
from sidelook.simulation.traffic.columns import FORMATION_COLUMNS, STOP_COLUMNS, Book, Town
from sidelook.simulation.traffic.network import lay_out
from sidelook.simulation.traffic.routing import Places, connected_places, cumulative_draw, onward_links
from sidelook.simulation.traffic.settings import TrafficSettings
from sidelook.simulation.traffic.start import blank_book, gates, people, place_columns, plan_convoys, rules_of, scatter


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficState:
    """Where traffic is: a value that can be kept and gone on from.

    Attributes
    ----------
    second : since the start of traffic
    book : vehicles and their order
    """

    second: int
    book: Book


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTraffic:
    """Road traffic on a network.

    Attributes
    ----------
    start : ns UTC
    entities : the vehicles, convoys first
    frame : of the positions
    town : roads, ways and rules
    first : the state at the start
    """

    start: int
    entities: Entities
    frame: LocalFrame
    town: Town
    first: TrafficState

    def step(self, state: TrafficState, seconds: int = 1, kept: int = 1) -> tuple[TrafficState, NDArray[np.float64]]:
        """Let time pass; the state handed in stays as it is.

        Parameters
        ----------
        state : now
        seconds : to pass
        kept : of the last so many seconds the places are wanted, ``seconds`` at most

        Returns
        -------
        state : then
        track : (kept, 3, V) east, north, up at the end of each of the last seconds, m
        """
        vehicles, queues, afloat = state.book
        book = Book(vehicles=vehicles.copy(), queues=queues.copy(), afloat=afloat.copy())
        track = np.empty((kept, 3, len(self.entities)))
        kernels.advance(self.town, book, state.second, seconds, track)
        return TrafficState(second=state.second + seconds, book=book), track

    def places(self, state: TrafficState) -> NDArray[np.float64]:
        """Give where everybody is, (3, V) east, north, up, m."""
        places = np.empty((3, len(self.entities)))
        kernels.write(self.town, state.book, places)
        return places


def make_traffic(
    rng: Generator, roads: RoadNetwork, frame: LocalFrame, ground: Ground, places: Places, settings: TrafficSettings
) -> RoadTraffic:
    """Make road traffic.

    Parameters
    ----------
    rng : source of chance; the traffic takes one seed from it and needs it no more
    roads : to drive on
    frame : of the positions
    ground : on which the roads lie, in the same frame
    places : where journeys lead, at best two hundred; those that the others cannot be reached from, or cannot reach,
        draw nobody
    settings : what drives

    Raises
    ------
    InputError : there are no roads, no two places joined by roads there and back, or no ground under the roads
    UsageError : a convoy cannot drive as it should
    """
    links, points = lay_out(roads, frame, ground, settings.handling)
    nodes = len(roads.node_latitude)
    kept, row = connected_places(links, nodes, places)
    node = kept.nodes.astype(np.int32)
    town = Town(
        links=links,
        points=points,
        onward=onward_links(links, nodes, kept.nodes),
        node=node,
        draw=cumulative_draw(gates(links, points, node)[:, :2], kept.weight),
        formations=np.zeros(0, FORMATION_COLUMNS),
        stops=np.zeros(0, STOP_COLUMNS),
        slots=np.zeros((0, 3)),
        rules=rules_of(settings, int(rng.integers(2**63))),
    )
    convoys = plan_convoys(rng, settings, row, town, ground)
    town = town._replace(formations=convoys.formations, stops=convoys.stops, slots=convoys.slots)
    vehicles, entities = people(rng, settings)
    book = blank_book(town, vehicles)
    place_columns(town, book)
    scatter(rng, town, book, kept.weight, settings.parked)
    kernels.board(town, book)
    traffic = RoadTraffic(
        start=settings.start,
        entities=entities,
        frame=frame,
        town=town,
        first=TrafficState(second=-settings.warm_up, book=book),
    )
    warm, _ = traffic.step(traffic.first, settings.warm_up, 0)
    return RoadTraffic(start=settings.start, entities=entities, frame=frame, town=town, first=warm)
