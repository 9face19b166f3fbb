"""An image laid onto another: the same places of the earth, whatever the grids."""

import numpy as np
import pytest

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.model.image import PlaneGrid, SarImage, centred_grid
from sidelook.model.origin import Origin
from sidelook.sar.laying import ApartError, lay_onto

HERE = LocalFrame(latitude=0.8, longitude=0.3)


def image_of(grid: PlaneGrid, frame: LocalFrame | None) -> SarImage:
    """Draw a plane of amplitudes over places of ``HERE``: 100 plus a tenth of the way north, a twentieth east."""
    rows, columns = np.indices(grid.shape)
    places = grid.positions(rows, columns)
    if frame is not None:
        latitude, longitude, height = enu_to_geodetic(places, frame)
        places = geodetic_to_enu(latitude, longitude, height, HERE)
    return SarImage(
        pixels=(100.0 + 0.1 * places[..., 1] + 0.05 * places[..., 0]).astype(np.float32),
        grid=grid,
        frame=frame,
        begin=None,
        end=None,
        centre_frequency=9.6e9,
        processing=(),
        origin=Origin(source="drawn", simulated=True),
    )


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_places_keep_their_amplitudes(angle: float) -> None:
    turned = PlaneGrid(
        first=(-200.0 * np.cos(angle) + 150.0 * np.sin(angle), -200.0 * np.sin(angle) - 150.0 * np.cos(angle), 0.0),
        row_axis=(-float(np.sin(angle)), float(np.cos(angle)), 0.0),
        column_axis=(float(np.cos(angle)), float(np.sin(angle)), 0.0),
        row_spacing=0.75,
        column_spacing=0.5,
        shape=(400, 800),
    )
    elsewhere = LocalFrame(latitude=0.8 + 3e-6, longitude=0.3 - 5e-6)  # 20 and 22 m away
    target = centred_grid((120, 160), 1.0)
    laid = lay_onto(image_of(turned, elsewhere), target, HERE)
    expected = image_of(target, HERE).pixels
    inside = laid.pixels > 0.0
    assert inside.all()
    assert laid.pixels == pytest.approx(expected, abs=2e-3)
    assert (laid.grid, laid.frame) == (target, HERE)
    assert laid.origin.simulated


def test_beside_the_image_there_is_nothing() -> None:
    laid = lay_onto(
        image_of(centred_grid((100, 100), 1.0), HERE), centred_grid((100, 100), 1.0, centre=(60, 0, 0)), HERE
    )
    assert (laid.pixels[:, :39] > 0.0).all()
    assert (laid.pixels[:, 41:] == 0.0).all()


def test_images_apart_or_of_no_place_are_refused() -> None:
    image = image_of(centred_grid((100, 100), 1.0), HERE)
    with pytest.raises(ApartError, match="no common ground"):
        lay_onto(image, centred_grid((50, 50), 1.0, centre=(5_000.0, 0.0, 0.0)), HERE)
    with pytest.raises(ApartError, match="without a place"):
        lay_onto(image_of(centred_grid((100, 100), 1.0), None), centred_grid((50, 50), 1.0), HERE)
