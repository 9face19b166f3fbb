"""An image laid onto the pixels of another: amplitudes at the same places of the earth."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import map_coordinates

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, ecef_to_enu, enu_to_ecef
from sidelook.model.image import PlaneGrid, SarImage

BAND = 512  # rows that are laid at a time
RIM = 1e-6  # pixels beyond the outer ones that are still theirs


class ApartError(InputError):
    """Images that show no common ground, or do not say where theirs is."""


def lay_onto(image: SarImage, grid: PlaneGrid, frame: LocalFrame) -> SarImage:
    """Give amplitudes of an image at the pixels of a grid, straight in between; 0, no data, beside the image.

    Spacings should be alike: pixels of a much finer image are picked, not averaged.

    Raises
    ------
    ApartError : no place of the grid is in the image, or the image has no place
    """
    if image.frame is None:
        message = "an image without a place on earth cannot be laid onto another"
        raise ApartError(message)
    source, amplitude = image.grid, image.amplitude
    axes = np.array([source.row_axis, source.column_axis])
    spacing = np.array([source.row_spacing, source.column_spacing])
    laid = np.zeros(grid.shape, np.float32)
    for top in range(0, grid.shape[0], BAND):
        rows, columns = np.indices((min(BAND, grid.shape[0] - top), grid.shape[1]))
        places = grid.positions(rows + top, columns)
        level = ecef_to_enu(enu_to_ecef(places, frame), image.frame) - np.array(source.first)
        pixel = level @ axes.T / spacing
        inside = ((pixel >= -RIM) & (pixel <= np.array(source.shape) - 1.0 + RIM)).all(axis=-1)
        found = map_coordinates(amplitude, [pixel[..., 0], pixel[..., 1]], order=1, mode="nearest")
        laid[top : top + len(rows)] = np.where(inside, found, 0.0)
    if not laid.any():
        message = "the images show no common ground: compare two of one place"
        raise ApartError(message)
    processing = (*image.processing, "laid onto another image")
    return replace(image, pixels=laid, grid=grid, frame=frame, processing=processing, aperture=None)
