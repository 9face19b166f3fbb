"""The images of a mission: what the radar took of the ground, the roads, and of what stood and moved there.

An image is made straight from the ground by one point response (``ground_image``), north up and level at the height
of its middle: of speckle by land class and slope, without what terrain hides. Lay-over and the height of things are
left out. What moves lies where ground would have its range rate, R v_r / (V cos2 squint) back along the track, and is
drawn out along it by twice its way across the line of sight, over cos squint (Raney, Synthetic aperture imaging radar
and moving targets, 1971, for broadside; here for any squint).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence
from scipy import ndimage

from sidelook.geometry.frames import (
    LocalFrame,
    ecef_to_enu,
    enu_to_ecef,
    enu_to_geodetic,
    geodetic_to_enu,
    rotate_ecef_to_enu,
    rotate_enu_to_ecef,
)
from sidelook.model.collection import CollectionOutcome, Collections, Corner
from sidelook.model.columns import Flags, Floats
from sidelook.model.image import PlaneGrid, SarImage, centred_grid
from sidelook.model.truth import TruthLooks
from sidelook.sensing.clutter import LandClass, reflectivity
from sidelook.simulation.detection.chance import Chance, Draw
from sidelook.simulation.detection.signatures import Kind, aspects, cross_sections_dbsm, kinds
from sidelook.simulation.ground_image import Imager, park_vehicles, simulate_image
from sidelook.simulation.orbit import fly
from sidelook.simulation.phase_history import Scatterers
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.world import World

SECOND = 1e9
LARGEST = 1_024
"""Pixels to a side: a larger area is imaged about its middle."""
SMALLEST = 200.0
"""m, of the sides of an image of a smaller area."""
LATTICE = 16  # pixels between places at which the ground is asked for
ROAD_WIDTH, ROAD_DB = 7.0, -6.0  # m; against flat ground, for asphalt is smooth
BLOCK, BLOCKS, FILLED = 14.0, 0.3, 0.7  # m, of a plot of land; share of them that is built on; share of its sides
YARD_EAST, YARD_NORTH = (35.0, 345.0), (35.0, 400.0)  # m from the middle of a town: staging grids lie there
HALF = 0.5
FAR = 1 << 31  # makes all numbers of plots of land positive
NOISE_DB = -27.0  # cross section over area that is as bright as the radar's noise
STILL = 0.3  # m/s, slower than which a thing is taken to stand for the time of an aperture
EACH = 96  # scatterers of what moves: its smear is a line of them
MOMENT = 6e9  # ns: truth is written down every ten seconds
SIZES = {Kind.WHEELED: (6.0, 2.4), Kind.TRACKED: (7.0, 3.4)}  # m; what stands on the ground, and is imaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An image that was taken: of which job, and which of its images."""

    job: int
    number: int
    image: SarImage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """An aperture, whose middle the truth has not come to."""

    row: Collections
    middle: int


class Camera:
    """Makes the images of a mission as its truth goes by: each of what stood and moved at the middle of its aperture.

    Parameters
    ----------
    world : of the mission
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._due: list[_Due] = []
        self._areas = {job.number: job.area.corners for job in world.jobs if job.area is not None}

    def take(self, stretch: Stretch) -> Iterator[Taken]:
        """Give the images whose middle lies in a stretch, in order of time; stretches come without gaps."""
        self._areas |= {said.job: said.corners for said in stretch.answers if said.granted}
        taken = stretch.collections.take(stretch.collections.outcome == CollectionOutcome.TAKEN)
        for row in range(len(taken)):
            one = taken.take(np.arange(len(taken)) == row)
            self._due.append(_Due(row=one, middle=int(one.time[0]) + round(0.5 * float(one.duration[0]) * SECOND)))
        ready = [due for due in self._due if due.middle < stretch.end]
        self._due = [due for due in self._due if due.middle >= stretch.end]
        for due in sorted(ready, key=lambda due: due.middle):
            yield self._make(due, stretch.truth)

    def _make(self, due: _Due, truth: TruthLooks) -> Taken:
        """Make one image."""
        row = due.row
        job, number = int(row.job[0]), int(row.number[0])
        seed = SeedSequence([self._world.seed, job, number])
        grid = grid_of(self._areas[job], float(row.resolution[0]))
        image = take_image(self._world, row, grid, moment_of(truth, due.middle), np.random.default_rng(seed))
        return Taken(job=job, number=number, image=image)


def moment_of(truth: TruthLooks, time: int) -> TruthLooks:
    """Give where all things are at the regular moment nearest to a time; none where it is too far."""
    regular = truth.take((truth.dwell < 0) & (np.abs(truth.time - time) < MOMENT))
    if not len(regular):
        return regular
    nearest = regular.time[np.abs(regular.time - time).argmin()]
    return regular.take(regular.time == nearest)


def take_image(world: World, row: Collections, grid: PlaneGrid, things: TruthLooks, rng: Generator) -> SarImage:
    """Make an image.

    Parameters
    ----------
    world : that it is taken in
    row : the one collection
    grid : pixels, about its middle
    things : what there is at the middle of the aperture
    rng : of speckle and scatterers
    """
    view = view_of(world, row)
    resolution = float(row.resolution[0])
    imager = Imager(grid=grid, resolution=resolution, centre_frequency=world.radar.waveform.frequency)
    points = join_points([standing(view, things, world.seed, rng), moving(view, things, rng)], imager.grid)
    ground = ground_of(world, view, imager.grid) + 10.0 ** (NOISE_DB / 10.0)
    image = simulate_image(imager, ground, points, rng)
    begin = int(row.time[0])
    said = f"simulated image, {resolution:g} m resolved, from {float(row.slant_range[0]) / 1e3:.0f} km"
    return replace(
        image,
        frame=view.frame,
        begin=begin,
        end=begin + round(float(row.duration[0]) * SECOND),
        processing=(said,),
        origin=replace(world.timeline.origin, job=int(row.job[0]), simulated=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How an image is seen, at the middle of its aperture.

    Attributes
    ----------
    frame : at the middle of the image, on the ground
    sensor : (3,) in that frame, m
    velocity : (3,) of the sensor, m/s
    duration : of the aperture, s
    """

    frame: LocalFrame
    sensor: Floats
    velocity: Floats
    duration: float

    @property
    def sight(self) -> Floats:
        """(3,) Unit vector from the sensor to the middle."""
        return np.asarray(-self.sensor / np.linalg.norm(self.sensor))

    @property
    def track(self) -> Floats:
        """(3,) Level unit vector along the flight."""
        level = self.velocity * np.array([1.0, 1.0, 0.0])
        return np.asarray(level / np.linalg.norm(level))


def view_of(world: World, row: Collections) -> View:
    """Find out from where, and how, an image is seen."""
    country = world.country
    latitude, longitude = float(row.latitude[0]), float(row.longitude[0])
    flat = geodetic_to_enu(latitude, longitude, 0.0, country.frame)
    up = float(np.nan_to_num(country.ground.height(flat[:1], flat[1:2]))[0])
    _, _, height = enu_to_geodetic(np.array([flat[0], flat[1], up]), country.frame)
    frame = LocalFrame(latitude=latitude, longitude=longitude, height=float(height))
    duration = float(row.duration[0])
    half = round(0.5 * duration * SECOND)
    flown = fly(world.path, [int(row.time[0]) + half])
    at = LocalFrame(latitude=float(flown.latitude[0]), longitude=float(flown.longitude[0]))
    heading, speed = float(flown.track[0]), float(flown.speed[0])
    ahead = speed * np.array([np.sin(heading), np.cos(heading), 0.0])
    return View(
        frame=frame,
        sensor=np.asarray(geodetic_to_enu(at.latitude, at.longitude, float(flown.height[0]), frame)),
        velocity=np.asarray(rotate_ecef_to_enu(rotate_enu_to_ecef(ahead, at), frame)),
        duration=duration,
    )


def grid_of(corners: tuple[Corner, ...], resolution: float) -> PlaneGrid:
    """Lay pixels, half of what is resolved, over the box around an area, about the middle of the image."""
    latitude, longitude = np.array(corners).T
    frame = LocalFrame(latitude=float(latitude.mean()), longitude=float(longitude[0]))
    east, north, _ = geodetic_to_enu(latitude, longitude, 0.0, frame).T
    step = 0.5 * resolution
    rows, columns = (
        min(max(round(float(np.ptp(places)) / step), round(SMALLEST / step)), LARGEST) for places in (north, east)
    )
    return centred_grid((rows, columns), step)


def ground_of(world: World, view: View, grid: PlaneGrid) -> Floats:
    """Give the cross section over area of each pixel, (rows, columns): by land, slope and shadow; roads are dark.

    Towns and mountains are blocks that bear what is told of them as a whole, on fields; none on roads and yards.
    """
    country, every = world.country, LATTICE
    rows, columns = (np.arange(0, count + every, every) for count in grid.shape)
    level = grid.positions(*np.meshgrid(rows, columns, indexing="ij"))
    flat = ecef_to_enu(enu_to_ecef(level, view.frame), country.frame)
    east, north = flat[..., 0].ravel(), flat[..., 1].ravel()
    known = country.ground.height(east, north)
    up = np.nan_to_num(known).reshape(level.shape[:2])
    places = np.stack([east, north, up.ravel()], axis=1)
    slope_north, slope_east = np.gradient(up, grid.row_spacing * every, grid.column_spacing * every)
    normal = np.stack([-slope_east, -slope_north, np.ones_like(up)], axis=-1)
    sine = normal @ -view.sight / np.linalg.norm(normal, axis=-1)
    eye = ecef_to_enu(enu_to_ecef(view.sensor, view.frame), country.frame)
    seen = world.surroundings.visible(np.broadcast_to(eye, places.shape), places).reshape(up.shape)
    grazing = np.where(seen, np.arcsin(np.clip(sine, 0.0, 1.0)), 0.0)
    frequency = world.radar.waveform.frequency
    land = np.asarray(country.land(east, north)).reshape(up.shape)
    open_land = np.where(land == LandClass.MOUNTAINS, LandClass.FARMLAND, land)
    sigma, smooth, built = (
        reflectivity(kind, grazing, frequency)
        for kind in (open_land, np.full_like(land, LandClass.FLAT), np.full_like(land, LandClass.MOUNTAINS))
    )
    fine, dark, bright = (
        _to_pixels(values, grid.shape)
        for values in (sigma, smooth * 10.0 ** (ROAD_DB / 10.0), built / (BLOCKS * FILLED**2))
    )
    rough = _to_pixels((land == LandClass.MOUNTAINS).astype(np.float64), grid.shape) > HALF
    at = np.stack([_to_pixels(flat[..., axis], grid.shape) for axis in (0, 1)])
    road = roads_in(world, view.frame, grid)
    ground = np.where(rough & blocks_at(at, road | yards_in(world, view.frame, grid)), bright, fine)
    return np.where(road, dark, ground)


def blocks_at(places: Floats, occupied: Flags) -> Flags:
    """Tell which places, (2, rows, columns) east and north in the country, m, lie in blocks: houses, or rock.

    They are where they are, in every image of every mission, but for those of which a part, (rows, columns), is taken.
    """
    plot = np.floor(places / BLOCK).astype(np.int64)
    least = plot.min(axis=(1, 2))
    high, wide = plot.max(axis=(1, 2)) - least + 1
    number = (plot[0] - least[0]) * wide + plot[1] - least[1]
    here = np.indices((high, wide)).reshape(2, -1) + least[:, None] + FAR
    built = Chance(seed=0).uniform(Draw.BLOCK, here[0], here[1])[0] < BLOCKS
    built &= np.bincount(number.ravel(), occupied.ravel(), high * wide) == 0.0
    inside = (np.abs(places / BLOCK - plot - HALF) < HALF * FILLED).all(axis=0)
    return np.asarray(built[number] & inside)


def yards_in(world: World, frame: LocalFrame, grid: PlaneGrid) -> Flags:
    """Tell which pixels, (rows, columns), are yards, where nothing is built: convoys stand there, or may one day."""
    country = world.country
    nodes = country.places.nodes
    places = geodetic_to_enu(country.roads.node_latitude[nodes], country.roads.node_longitude[nodes], 0.0, frame)
    rows, columns = (np.arange(count) for count in grid.shape)
    east = grid.first[0] + columns * grid.column_spacing
    north = grid.first[1] + rows * grid.row_spacing
    yard = np.zeros(grid.shape, np.bool_)
    for place in places:
        beside, above = east - place[0], north - place[1]
        yard |= _between(above, YARD_NORTH)[:, None] & _between(beside, YARD_EAST)
    return yard


def _between(values: Floats, span: tuple[float, float]) -> Flags:
    return np.asarray((values > span[0]) & (values < span[1]))


def _to_pixels(values: Floats, shape: tuple[int, int]) -> Floats:
    """Spread values of a lattice over its pixels, straight in between."""
    rows, columns = (
        np.maximum(1.0 - np.abs(np.arange(count)[:, None] / LATTICE - np.arange(nodes)), 0.0)
        for count, nodes in zip(shape, values.shape, strict=True)
    )
    return np.asarray(rows @ values @ columns.T)


def roads_in(world: World, frame: LocalFrame, grid: PlaneGrid) -> Flags:
    """Tell which pixels, (rows, columns), are road."""
    roads = world.country.roads
    places = geodetic_to_enu(roads.latitude, roads.longitude, 0.0, frame)[:, :2]
    first = np.array(grid.first[:2])
    far = first + np.array([grid.shape[1] * grid.column_spacing, grid.shape[0] * grid.row_spacing])
    mask = np.zeros(grid.shape, np.bool_)
    ends = np.setdiff1d(np.arange(len(places) - 1), roads.offset[1:-1] - 1)
    one, other = places[ends], places[ends + 1]
    near = (np.maximum(one, other) >= first).all(axis=1) & (np.minimum(one, other) <= far).all(axis=1)
    for start, end in zip(one[near], other[near], strict=True):
        count = int(np.ceil(np.linalg.norm(end - start) / grid.row_spacing)) + 1
        way = start + np.linspace(0.0, 1.0, count)[:, None] * (end - start)
        place = np.rint((way - first) / grid.row_spacing).astype(int)[:, ::-1]
        place = place[((place >= 0) & (place < grid.shape)).all(axis=1)]
        mask[place[:, 0], place[:, 1]] = True
    return np.asarray(ndimage.binary_dilation(mask, iterations=max(round(0.5 * ROAD_WIDTH / grid.row_spacing), 1)))


def standing(view: View, things: TruthLooks, seed: int, rng: Generator) -> Scatterers:
    """Make scatterers of the vehicles that stand; each heads the same way in all images of the mission."""
    parts = []
    for kind, size in SIZES.items():
        chosen = things.take(seen_of(things, kind) & (things.speed < STILL))
        places = places_of(chosen, view.frame)
        headings = np.array(
            [np.random.default_rng([seed, entity]).uniform(0.0, 2.0 * np.pi) for entity in chosen.entity]
        )
        aside = np.arctan2(view.sight[0], view.sight[1]) - headings
        aspect = np.abs(np.mod(aside, 2.0 * np.pi) - np.pi)
        for place, heading, strength in zip(places, headings, strengths_of(chosen, aspect), strict=True):
            parts.append(park_vehicles(place[None], np.array([heading]), size, float(strength), rng))
    return join_points(parts)


def moving(view: View, things: TruthLooks, rng: Generator) -> Scatterers:
    """Make scatterers of the vehicles that move, where the image shows them: beside their places, and drawn out."""
    kind = kinds(things.target_class)
    chosen = things.take(np.isin(kind, list(SIZES)) & ~things.masked & things.in_view & (things.speed >= STILL))
    speed, heading = chosen.speed.astype(np.float64), np.nan_to_num(chosen.heading).astype(np.float64)
    velocity = speed[:, None] * np.stack([np.sin(heading), np.cos(heading), np.zeros_like(speed)], axis=1)
    radial = velocity @ view.sight
    distance = float(np.linalg.norm(view.sensor))
    cosine = float(np.sqrt(1.0 - (view.track @ view.sight) ** 2))
    across = (view.track - (view.track @ view.sight) * view.sight) / cosine
    shift = -distance * radial / (float(view.velocity @ view.track) * cosine**2)
    when = rng.uniform(-0.5, 0.5, (len(chosen), EACH)) * view.duration
    along = shift[:, None] + 2.0 / cosine * (velocity @ across)[:, None] * when
    drawn = places_of(chosen, view.frame)[:, None] + along[..., None] * view.track
    strength = strengths_of(chosen, aspects(radial, speed))
    noise = rng.standard_normal((len(chosen), EACH, 2)) @ np.array([1.0, 1j])
    amplitudes = np.sqrt(0.5 * strength / EACH)[:, None] * noise
    return Scatterers(places=drawn.reshape(-1, 3), amplitudes=amplitudes.ravel())


def seen_of(things: TruthLooks, kind: Kind) -> Flags:
    """Tell which things, (N,), are of a kind and not hidden."""
    return np.asarray((kinds(things.target_class) == kind) & ~things.masked & things.in_view)


def places_of(things: TruthLooks, frame: LocalFrame) -> Floats:
    """Give (N, 3) places on the plane of an image, m."""
    places = geodetic_to_enu(things.latitude, things.longitude, things.height, frame).reshape(-1, 3)
    return np.asarray(places * np.array([1.0, 1.0, 0.0]))


def strengths_of(things: TruthLooks, aspect: Floats) -> Floats:
    """Give (N,) mean cross sections of vehicles of the usual length, m2."""
    length = np.full(len(things), np.nan)
    level = cross_sections_dbsm(kinds(things.target_class), aspect, length)
    return np.asarray(np.exp(level * np.log(10.0) / 10.0), np.float64)


def join_points(parts: list[Scatterers], within: PlaneGrid | None = None) -> Scatterers:
    """Put scatterers one after the other; where a grid is given, only those within it."""
    places = np.concatenate([np.zeros((0, 3)), *(part.places for part in parts)])
    amplitudes = np.concatenate([np.zeros(0, np.complex128), *(part.amplitudes for part in parts)])
    if within is not None:
        first = np.array(within.first)
        step = np.array([within.column_spacing, within.row_spacing])
        pixel = (places - first)[:, :2] / step
        inside = ((pixel > 0.0) & (pixel < np.array(within.shape[::-1]) - 1.0)).all(axis=1)
        places, amplitudes = places[inside], amplitudes[inside]
    return Scatterers(places=places, amplitudes=amplitudes)
