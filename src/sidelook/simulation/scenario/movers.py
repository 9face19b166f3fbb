"""Who moves in a mission: road traffic, convoys that drive and stage, aircraft, and what was recorded elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from numpy.random import Generator

from sidelook.model.truth import Entities
from sidelook.simulation.aircraft import make_aircraft, random_flights
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.settings import (
    AircraftKind,
    AircraftSection,
    ConvoySection,
    Scenario,
    ScenarioError,
)
from sidelook.simulation.traffic.model import make_traffic
from sidelook.simulation.traffic.settings import Convoy, Stop, TrafficSettings
from sidelook.simulation.trajectories import Recorded, Streamed, Together, Traffic, Trajectories

_KILOMETRES_AN_HOUR = 1.0 / 3.6
_GRID_WIDTH = 100.0  # m, between the staging grids of convoys, so that none stands in another's


def make_movers(
    chance: tuple[Generator, Generator],
    scenario: Scenario,
    country: Country,
    truth: Sequence[Trajectories] = (),
    day: int = 0,
) -> Traffic:
    """Join what drives by the built-in model, what flies, and what was recorded.

    Parameters
    ----------
    chance : of what drives, and of what flies
    scenario, country : what is wanted, and where
    truth : recorded elsewhere
    day : of a scenario of several, from 0

    Raises
    ------
    ScenarioError : a convoy names a town that is not there
    InputError : there is nothing to drive on
    """
    start, (road_chance, air_chance) = scenario.begins(day), chance
    parts: list[Traffic] = []
    settings = TrafficSettings(
        start=start,
        vehicles=scenario.traffic.vehicles,
        convoys=convoys_of(scenario.convoys, country, day),
        tracked=scenario.traffic.tracked_share,
        trucks=scenario.traffic.truck_share,
    )
    if settings.vehicles or settings.convoys:
        parts.append(
            Streamed(make_traffic(road_chance, country.roads, country.frame, country.ground, country.places, settings))
        )
    if scenario.aircraft:
        flights = random_flights(air_chance, country.box, **_counts(scenario.aircraft))
        parts.append(Streamed(make_aircraft(flights, country.frame, country.ground, start)))
    parts += [Recorded(each) for each in truth]
    if not parts:
        return Recorded(Trajectories.empty(frame=country.frame, entities=Entities.empty()))
    return Together(parts)


def _counts(sections: Sequence[AircraftSection]) -> dict[str, int]:
    names = {
        AircraftKind.HELICOPTER: "helicopters",
        AircraftKind.FIXED_WING: "fixed_wing",
        AircraftKind.LOW_SLOW: "low_slow",
    }
    return {name: sum(s.count for s in sections if s.kind is kind) for kind, name in names.items()}


def convoys_of(sections: Sequence[ConvoySection], country: Country, day: int) -> tuple[Convoy, ...]:
    """Turn sections into the convoys of a day; one that is staged is those who stand, who come and who leave."""
    made: list[Convoy] = []
    staged = 0
    for number, section in enumerate(sections):
        size = section.vehicles_by_day[day] if section.vehicles_by_day else section.vehicles
        if section.staged:
            made += _staged(number, section, country, (day, size, staged))
            staged += 1
        elif size:
            stops = tuple(Stop(place=place) for place in _places(number, section, country))
            made.append(_convoy(section, size, stops))
    return tuple(made)


def _staged(number: int, section: ConvoySection, country: Country, today: tuple[int, int, int]) -> list[Convoy]:
    """Make the convoys of a staging area on a day: its number, the vehicles then, and staged convoys before this one.

    Who was there the day before stands in the grid from the start. More than then come by road from the first stop and
    line up behind those; what is to be less drives off, and stands at the first stop when it comes there.
    """
    day, size, before = today
    places = _places(number, section, country)
    if len(places) < 2:  # noqa: PLR2004 - from somewhere to somewhere
        message = f"convoys[{number}]: staged needs two stops or more, the last of them the staging area"
        raise ScenarioError(message)
    yesterday = section.vehicles_by_day[day - 1] if section.vehicles_by_day and day else 0
    if not section.vehicles_by_day and section.leaves_s is not None:
        size, yesterday = 0, size
    standing = min(size, yesterday)
    there = Stop(place=places[-1], staged=True, east=60.0 + _GRID_WIDTH * before)
    behind = replace(there, north=there.north + there.apart * -(-standing // there.columns))
    away = replace(there, place=places[0])
    between = tuple(Stop(place=place) for place in places[1:-1])
    leaving = replace(behind, leave=section.leaves_s or 0.0)
    journeys = (
        (standing, (there, away)),
        (size - standing, (Stop(place=places[0]), *between, behind)),
        (yesterday - standing, (leaving, *between[::-1], away)),
    )
    return [_convoy(section, count, stops) for count, stops in journeys if count]


def _convoy(section: ConvoySection, size: int, stops: tuple[Stop, ...]) -> Convoy:
    return Convoy(
        size=size,
        stops=stops,
        speed=section.speed_kmh * _KILOMETRES_AN_HOUR,
        spacing=section.spacing_m,
        tracked=section.tracked,
        halt_every=section.halt_every_s,
        halt_time=section.halt_s,
        halt_first=section.halt_every_s,
    )


def _places(number: int, section: ConvoySection, country: Country) -> list[int]:
    """Give the rows of the towns a convoy stops at."""
    unknown = [name for name in section.stops if name not in country.named]
    if unknown:
        known = ", ".join(sorted(country.named)[:12]) or "none here"
        message = f"convoys[{number}].stops: no town {unknown[0]!r}; towns are {known} ..."
        raise ScenarioError(message)
    return [country.named[name] for name in section.stops]
