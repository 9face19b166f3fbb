"""``sidelook locate``: where on the ground a pixel of a radar image is, and with what error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, local_axes
from sidelook.geometry.ground import Ground
from sidelook.geometry.terrain import HeightGrid
from sidelook.geometry.visibility import Points, Sight, SightRules, line_of_sight
from sidelook.mission.describing import describe, ground_about
from sidelook.mission.geocode import Relief
from sidelook.mission.remote import Source
from sidelook.mission.reporting import answer, marking_words
from sidelook.mission.where import ellipse
from sidelook.model.columns import Floats
from sidelook.release import highest_marking
from sidelook.sar.looking import Look
from sidelook.sar.placing import PlaceErrors, pixel_spread, place_covariance, places_heard

if TYPE_CHECKING:
    from sidelook.formats.sicd_errors import Sight as PixelSight

TILE_ERROR = 5.0  # m, one standard deviation, of heights in tiles where nothing is said: SRTM and Copernicus are better
DECIMALS = 6  # of degrees, a tenth of a metre


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place that a pixel may be.

    Attributes
    ----------
    latitude_deg, longitude_deg : with all digits, whatever the error
    height_m : above the ellipsoid
    error_m, error_across_m : half axes of the error ellipse, one standard deviation
    error_bearing_deg : of its longer axis, 0 to 180
    height_error_m : one standard deviation
    """

    latitude_deg: float
    longitude_deg: float
    height_m: float
    error_m: float
    error_across_m: float
    error_bearing_deg: float
    height_error_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a pixel is.

    Attributes
    ----------
    image : its file; ``row``, ``column`` : in it, from 0
    places : that it may be, highest first; several in layover, none where its circle meets no known ground in sight
    errors_stated : whether the image says how well its antenna's place and range are known; if not, that is in no error
    ground_error_m : of the height of the ground, as reckoned with
    simulated, marking : as of the image
    """

    image: str
    row: float
    column: float
    places: tuple[Place, ...]
    errors_stated: bool
    ground_error_m: float
    simulated: bool
    marking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """The ground that pixels are on.

    Attributes
    ----------
    relief : elevation tiles; the height of the image's reference point where None
    error : standard deviation of its height, m; ``TILE_ERROR`` where None
    """

    relief: Relief | None = None
    error: float | None = None

    def __post_init__(self) -> None:
        """Refuse an error that is none, and to guess one where no terrain is given."""
        if self.error is not None and not 0.0 <= self.error < np.inf:
            message = f"--height-error {self.error:g} is no standard deviation: give metres"
            raise UsageError(message)
        if self.relief is None and self.error is None:
            message = (
                "without --terrain the ground is taken to be as high as the image's reference point: say by "
                "--height-error how far off that may be, m"
            )
            raise UsageError(message)

    @property
    def spread(self) -> float:
        """Standard deviation of its height, m."""
        return TILE_ERROR if self.error is None else self.error


def report_places(image: Source, pixels: Sequence[str], land: Land, *, as_json: bool = False) -> None:
    """Say where pixels of a SICD are on the ground.

    Parameters
    ----------
    image : a SICD
    pixels : ``ROW,COLUMN`` in the file, from 0
    land : the ground
    as_json : answer with JSON, a line a pixel

    Raises
    ------
    UsageError, InputError, ReleaseRefusedError
    """
    for found in locate(image, [read_pixel(pixel) for pixel in pixels], land):
        answer(found, in_words(found), as_json=as_json)


def read_pixel(text: str) -> tuple[float, float]:
    """Read a row and a column."""
    try:
        row, column = (float(part) for part in text.split(","))
    except ValueError as error:
        message = f"{text} is no pixel: write ROW,COLUMN such as 512,800"
        raise UsageError(message) from error
    return row, column


def locate(image: Source, pixels: Sequence[tuple[float, float]], land: Land) -> list[Located]:
    """Find where pixels are, each by its own middle of aperture."""
    from sidelook.formats.sicd_errors import sight_of  # noqa: PLC0415 - a second, where it is wanted

    sicd = describe(image)
    sights = [sight_of(sicd, *pixel) for pixel in pixels]
    tiles = None if land.relief is None or not sights else land.relief.read(sights[0].frame)
    return [
        Located(
            image=str(image),
            row=row,
            column=column,
            places=places_of(sight, tiles, land.spread),
            errors_stated=sight.stated,
            ground_error_m=land.spread,
            simulated=sicd.origin.simulated,
            marking=highest_marking([sicd.origin]).text,
        )
        for (row, column), sight in zip(pixels, sights, strict=True)
    ]


def places_of(sight: "PixelSight", tiles: HeightGrid | None, height_error: float) -> tuple[Place, ...]:
    """Give the places on the ground that a pixel may be, those in sight of the antenna."""
    look = Look(place=sight.place, velocity=sight.velocity)
    ground, heights = ground_about(sight.frame, tiles)
    side = side_of(look)
    found = places_heard(look, (np.array([sight.slant]), np.array([sight.ahead])), ground, heights, side)[0]
    if tiles is not None:
        found = found[in_sight(look, found, sight.frame, tiles)]
    return tuple(
        place_at(place, covariance_at(sight, look, place, ground, height_error), sight.frame) for place in found
    )


def side_of(look: Look) -> float:
    """Tell on which side of the antenna's motion the image's reference point lies."""
    return 1.0 if float(np.cross((0.0, 0.0, 1.0), look.velocity) @ -look.place) >= 0.0 else -1.0


def covariance_at(sight: "PixelSight", look: Look, place: Floats, ground: Ground, height_error: float) -> Floats:
    """Give the covariance of a pixel's place, (3, 3) m2."""
    named = pixel_spread(look, place, ground, sight.spread)
    errors = PlaceErrors(antenna=sight.antenna, slant_range=sight.slant_range, height=height_error, pixel=named)
    return place_covariance(look, place, ground, errors)


def in_sight(
    look: Look, places: Floats, frame: LocalFrame, tiles: HeightGrid
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Tell which places no known ground hides from the antenna."""
    latitude, longitude, height = enu_to_geodetic(np.concatenate([look.place[None], places]), frame)
    sight = line_of_sight(
        tiles,
        Points(latitude=float(latitude[0]), longitude=float(longitude[0]), height=float(height[0])),
        Points(latitude=latitude[1:], longitude=longitude[1:], height=height[1:]),
        SightRules(ceiling=tiles.highest),
    )
    return np.asarray(sight != Sight.MASKED)


def place_at(place: Floats, covariance: Floats, frame: LocalFrame) -> Place:
    """Say a place and its error in the local horizon there."""
    latitude, longitude, height = (float(part) for part in enu_to_geodetic(place, frame))
    turn = local_axes(latitude, longitude) @ frame.axes.T
    local = turn @ covariance @ turn.T
    long, across, bearing = ellipse(local[:2, :2])
    return Place(
        latitude_deg=round(float(np.degrees(latitude)), DECIMALS),
        longitude_deg=round(float(np.degrees(longitude)), DECIMALS),
        height_m=round(height, 1),
        error_m=round(long, 2),
        error_across_m=round(across, 2),
        error_bearing_deg=round(bearing),
        height_error_m=round(float(np.sqrt(local[2, 2])), 2),
    )


def in_words(found: Located) -> str:
    """Say it for people."""
    lines = [
        f"{place.latitude_deg:.6f}, {place.longitude_deg:.6f}, {place.height_m:.1f} m over the ellipsoid; error "
        f"{place.error_m:g} m along {place.error_bearing_deg:g} degrees, {place.error_across_m:g} m across, "
        f"{place.height_error_m:g} m in height (one sigma)"
        for place in found.places
    ]
    several = {0: "meets no known ground in sight", 1: "is at"}.get(len(lines), f"is layover, of {len(lines)} places")
    stated = (
        ""
        if found.errors_stated
        else "\nthe image does not say how well its antenna's place is known: not in the error"
    )
    return "\n".join(
        [
            f"{found.image}, row {found.row:g}, column {found.column:g} {several}",
            *lines,
            f"height of the ground taken to be known to {found.ground_error_m:g} m{stated}",
            marking_words(found.marking, simulated=found.simulated),
        ]
    )
