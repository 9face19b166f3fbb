"""What a SICD says of itself, its pixels left in the file; and the ground that its scene lies on."""

from typing import TYPE_CHECKING

import numpy as np

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.geometry.ground import Ellipsoid, Ground
from sidelook.geometry.terrain import HeightGrid, Terrain
from sidelook.mission.remote import RemoteError, Source
from sidelook.release import OPERATOR_HERE, release_origins
from sidelook.sar.placing import HeightRange

if TYPE_CHECKING:
    from sidelook.formats.sicd_reading import Sicd

AROUND = 20_000.0  # m from an image's reference point: so far the heights of its scene are looked for


def describe(image: Source) -> "Sicd":
    """Read what a SICD says of itself.

    Raises
    ------
    InputError, ReleaseRefusedError
    """
    from sidelook.formats.nitf_kind import kind_of_nitf  # noqa: PLC0415 - a second, where it is wanted
    from sidelook.formats.sicd_reading import describe_sicd  # noqa: PLC0415 - likewise

    try:
        with image.open("rb") as file:
            if kind_of_nitf(file, source=image.name) != "SICD":
                message = (
                    f"{image} is no SICD, and nothing else says where its antenna was: write one of its echoes by "
                    "sidelook image ECHOES -o IMAGE.nitf"
                )
                raise InputError(message)
            sicd = describe_sicd(file, source=image.name)
    except RemoteError:  # says where
        raise
    except OSError as error:
        message = f"{image} cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    release_origins([sicd.origin], OPERATOR_HERE, "image").refuse_if_withheld()
    return sicd


def ground_about(frame: LocalFrame, tiles: HeightGrid | None) -> tuple[Ground, HeightRange]:
    """Give the ground of a scene, and between which up coordinates it lies: as high as its reference without tiles.

    Raises
    ------
    InputError
        where the tiles know no height there
    """
    if tiles is None:
        return Ellipsoid(frame=frame, above=frame.height), (-1.0, 1.0)
    off = AROUND / np.sqrt(2.0) * np.array([[-1, -1, 0], [-1, 1, 0], [1, -1, 0], [1, 1, 0]])
    latitude, longitude, _ = enu_to_geodetic(off, frame)
    rows, columns = tiles.rows(latitude), tiles.columns(longitude)
    part = tiles.heights[
        max(int(rows.min()), 0) : max(int(rows.max()) + 2, 0),
        max(int(columns.min()), 0) : max(int(columns.max()) + 2, 0),
    ]
    if not np.isfinite(part).any():
        message = "the elevation tiles know no height about the scene: add those that cover it"
        raise InputError(message)
    # The earth falls away under the frame's plane.
    fall = AROUND**2 / (2.0 * 6_356_000.0)
    return Terrain(frame=frame, grid=tiles), (
        float(np.nanmin(part)) - frame.height - fall,
        float(np.nanmax(part)) - frame.height,
    )
