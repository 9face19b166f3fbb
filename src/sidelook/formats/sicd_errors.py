"""What a SICD says of a pixel: where the antenna was, what it heard, and how far off that may be (NGA.STND.0024-3).

Projections and the reading of error statistics are sarkit's; components are carried over in ``sidelook.sar.placing``.
"""

from dataclasses import dataclass

import numpy as np
from sarkit.sicd import projection

from sidelook.formats.sicd_reading import Sicd, SicdError, map_view
from sidelook.geometry.frames import LocalFrame, ecef_to_enu, rotate_ecef_to_enu
from sidelook.model.columns import Floats

NAMED = 1.0 / 12.0  # variance of a place within the pixel that was named, in pixels squared


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One pixel, as it was heard.

    Attributes
    ----------
    frame : at the image's reference point; all vectors are its east, north, up
    place, velocity : (3,) of the antenna in the middle of the pixel's aperture, m, m/s
    slant, ahead : range and how far ahead along the motion, m, as ``sidelook.sar.looking.heard`` gives them
    spread : (2, 2) covariance of both, m2: by the pixel's size, by what has no model, and by what is stated as a whole
    antenna : (6, 6) covariance of the antenna's place and velocity; zero where nothing is said
    slant_range : standard deviation of the range, m; zero where nothing is said
    stated : whether the maker says anything of errors
    """

    frame: LocalFrame
    place: Floats
    velocity: Floats
    slant: float
    ahead: float
    spread: Floats
    antenna: Floats
    slant_range: float
    stated: bool


def sight_of(sicd: Sicd, row: float, column: float) -> Sight:
    """Say how a pixel was heard.

    Parameters
    ----------
    row, column : in the file, from 0

    Raises
    ------
    SicdError : outside the image, or transmitter and receiver are apart
    """
    rows, columns = sicd.shape
    if not (0.0 <= row <= rows - 1.0 and 0.0 <= column <= columns - 1.0):
        message = f"{sicd.name} has no pixel {row:g},{column:g}: it has {rows:,} rows and {columns:,} columns, from 0"
        raise SicdError(message)
    if sicd.load("CollectionInfo/CollectType") != "MONOSTATIC":
        message = f"{sicd.name} was taken by two antennas: its pixels cannot be placed yet"
        raise SicdError(message)
    steps, frame = sicd.steps, map_view(sicd).frame
    around = np.array([[row, column], [row + 1, column], [row - 1, column], [row, column + 1], [row, column - 1]])
    metadata = projection.MetadataParams.from_xml(sicd.tree)
    sets = projection.compute_projection_sets(metadata, (around - sicd.reference) * steps)
    assert isinstance(sets, projection.ProjectionSetsMono)  # noqa: S101 - two antennas were refused above
    place, velocity = np.asarray(sets.ARP_COA), np.asarray(sets.VARP_COA)
    speed = np.linalg.norm(velocity, axis=-1)
    # A pixel's range rate is the antenna's speed times how far ahead it is, over the range, towards it.
    heard = np.stack([sets.R_COA, -np.asarray(sets.Rdot_COA) * np.asarray(sets.R_COA) / speed])
    by_pixel = 0.5 * np.stack([heard[:, 1] - heard[:, 2], heard[:, 3] - heard[:, 4]], axis=-1)
    antenna, slant_range, unmodelled, whole = _stated(sicd, frame, (place[0], velocity[0]), float(heard[0, 0]))
    named = NAMED * np.eye(2) + unmodelled / np.multiply.outer(steps, steps)
    # What is stated as a whole is along the range, and across it in the slant plane: that is ahead by its sine.
    cosine = float(heard[1, 0] / heard[0, 0])
    turn = np.array([[1.0, 0.0], [cosine, np.sqrt(1.0 - cosine**2)]])
    return Sight(
        frame=frame,
        place=ecef_to_enu(place[0], frame),
        velocity=rotate_ecef_to_enu(velocity[0], frame),
        slant=float(heard[0, 0]),
        ahead=float(heard[1, 0]),
        spread=by_pixel @ named @ by_pixel.T + turn @ whole @ turn.T,
        antenna=antenna,
        slant_range=slant_range,
        stated=sicd.tree.find("{*}ErrorStatistics") is not None,
    )


def _stated(
    sicd: Sicd, frame: LocalFrame, antenna: tuple[Floats, Floats], slant: float
) -> tuple[Floats, float, Floats, Floats]:
    """Give what is stated of errors.

    Covariance of the antenna; error of the range; and (2, 2) m2 of row and column, what no model has, and of range and
    azimuth, what is stated as a whole instead of the first two.
    """
    try:
        said = projection.ErrorStatParams.from_xml(sicd.tree)
        air = 0.0 if said.component_mono is None else _atmosphere(sicd)
    except (TypeError, ValueError) as error:
        message = f"{sicd.name} has error statistics that are not whole ({error}): its maker has to mend them"
        raise SicdError(message) from error
    unmodelled = np.asarray(said.C_UI, np.float64)
    nothing = np.zeros((2, 2))
    if said.component_mono is None:
        whole = nothing if said.C_SCP_RGAZ is None else np.asarray(said.C_SCP_RGAZ, np.float64)
        return np.zeros((6, 6)), 0.0, unmodelled, whole
    parts = said.component_mono
    turn = np.kron(np.eye(2), frame.axes) @ projection.compute_ecef_pv_transformation(*antenna, parts.AIF)
    variance = parts.VAR_RB + air + slant**2 * parts.VAR_CLK_SF
    return np.asarray(turn @ parts.C_AIF_APV @ turn.T), float(np.sqrt(variance)), unmodelled, nothing


def _atmosphere(sicd: Sicd) -> float:
    """Give the variance of the range by troposphere and ionosphere, m2; said for the slant, or for straight up.

    Read here: sarkit 1.8 looks for it one element too deep, in ``RadarSensor``, and finds none.
    """
    parts = sicd.tree.find("{*}ErrorStatistics/{*}Components")
    assert parts is not None  # noqa: S101 - who asks has found it
    slant = float(parts.findtext("{*}TropoError/{*}TropoRangeSlant") or 0.0)
    upward = [
        0.0 if slant else float(parts.findtext("{*}TropoError/{*}TropoRangeVertical") or 0.0),
        float(parts.findtext("{*}IonoError/{*}IonoRangeVertical") or 0.0),
    ]
    longer = 1.0 / float(np.sin(np.radians(sicd.load("SCPCOA/GrazeAng"))))
    return slant**2 + sum((longer * error) ** 2 for error in upward)
