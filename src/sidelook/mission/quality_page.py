"""How good a radar image is, on one page: the picture, its strongest point, cuts through it, and the figures."""

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sidelook.mission.image_writing import DYNAMIC_DB, decibels, written_beside
from sidelook.model.columns import Floats
from sidelook.model.image import SarImage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE = ".html"
MOST_DRAWN = 1200  # pixels to a side of the picture: of more, one in so many
CUT_DB = 60.0
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "img{width:100%}td,th{text-align:left;padding:.2rem 1.2rem .2rem 0;border-bottom:1px solid #ddd}"
    "h1{font-size:1.2rem}.marking{font-weight:600}"
)


def write_quality_page(
    image: SarImage, chip: SarImage, rows: list[tuple[str, str]], marking: str, output: Path
) -> None:
    """Write a page that needs nothing else.

    Parameters
    ----------
    image : the whole
    chip : what lies about its strongest point, complex
    rows : names of figures and the figures
    marking : with "simulated" where it is
    output : .html
    """
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    picture = b64encode(_draw(image, chip)).decode("ascii")
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Radar image quality</title><style>{STYLE}</style>'
        f'<p class="marking">{escape(marking)}</p><h1>Radar image: {escape(image.origin.source)}</h1>'
        f'<img alt="The image, its strongest point, and cuts through it" src="data:image/png;base64,{picture}">'
        f'<table>{table}</table><p class="marking">{escape(marking)}</p></html>\n'
    )
    with written_beside(output, "writing a page") as written:
        written.write_text(page, encoding="utf-8")


def _draw(image: SarImage, chip: SarImage) -> bytes:
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, where it is wanted

    figure = Figure(figsize=(13.0, 9.0), layout="constrained")
    whole, near, north, east = figure.subplots(2, 2).ravel()
    step = max(1, -(-max(image.grid.shape) // MOST_DRAWN))
    level, white = decibels(np.abs(image.pixels[::step, ::step]))
    _show(whole, level, image, white)
    whole.set_title(f"{DYNAMIC_DB:.0f} dB")
    close, _ = decibels(np.abs(chip.pixels))
    _show(near, close, chip, float(close.max()))
    near.set_title("about the strongest point")
    row, column = (int(place) for place in np.unravel_index(int(close.argmax()), close.shape))
    _cut(north, close[:, column], chip.grid.row_spacing, row, "along rows (north), m")
    _cut(east, close[row], chip.grid.column_spacing, column, "along columns (east), m")
    png = BytesIO()
    figure.savefig(png, dpi=110)
    return png.getvalue()


def _show(axes: "Axes", level: Floats, image: SarImage, white: float) -> None:
    grid = image.grid
    (west, south), (east, north) = (
        grid.positions(np.array(row), np.array(column))[:2]
        for row, column in ((-0.5, -0.5), (grid.shape[0] - 0.5, grid.shape[1] - 0.5))
    )
    extent = (float(west), float(east), float(south), float(north))
    axes.imshow(level, origin="lower", cmap="gray", vmin=white - DYNAMIC_DB, vmax=white, extent=extent)
    axes.set_xlabel("east, m")
    axes.set_ylabel("north, m")


def _cut(axes: "Axes", level: Floats, spacing: float, top: int, words: str) -> None:
    axes.plot((np.arange(len(level)) - top) * spacing, level - level.max(), color="#0072b2")
    axes.axhline(-3.0, color="#999999", linewidth=0.8)
    axes.set_ylim(-CUT_DB, 3.0)
    axes.set_xlabel(words)
    axes.set_ylabel("dB below the peak")
    axes.grid(alpha=0.3)
