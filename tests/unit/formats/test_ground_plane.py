"""Who took an image, in words that come back; and what an image resolves."""

import numpy as np
import pytest

from sidelook.formats.ground_plane import collector_of, platform_of, support_of, title_of
from sidelook.model.image import Aperture
from sidelook.model.origin import Origin


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("platform", ["", "Heron 3", "Unknown Pleasures"])
def test_a_collector_is_read_as_it_was_named(platform: str, *, simulated: bool) -> None:
    """However often it is written and read."""
    origin = Origin(source="a", platform=platform, simulated=simulated)
    assert platform_of(collector_of(origin)) == (platform, simulated)


@pytest.mark.parametrize(
    ("collector", "told"),
    [
        ("", ("", False)),
        (" Synthetic ", ("Synthetic", False)),
        ("simulated x", ("x", True)),
        ("SimulatedSAR-2", ("SimulatedSAR-2", True)),
    ],
)
def test_others_name_theirs_as_they_like(collector: str, told: tuple[str, bool]) -> None:
    assert platform_of(collector) == told


def test_what_is_simulated_says_so_first() -> None:
    assert title_of(Origin(source="a", simulated=True), "radar image") == "SIMULATED radar image"
    assert title_of(Origin(source="a"), "radar image") == "radar image"


def test_what_is_resolved_follows_from_band_and_aperture() -> None:
    """Textbook: 0.886 c / (2 B cos g) along the line of sight, 0.886 wavelength / (2 angle) across it."""
    angles = np.linspace(-0.01, 0.01, 201)
    grazing, band = 0.3, (9.5e9, 9.8e9)
    places = 50e3 * np.stack([np.cos(grazing) * np.sin(angles), -np.cos(grazing) * np.cos(angles), 0 * angles], axis=-1)
    places[:, 2] = 50e3 * np.sin(grazing)
    aperture = Aperture(time=np.linspace(0.0, 10.0, 201), places=places, band=band)
    along = support_of(aperture, np.zeros(3), np.array([0.0, 1.0, 0.0])).resolution
    across = support_of(aperture, np.zeros(3), np.array([1.0, 0.0, 0.0])).resolution
    assert along == pytest.approx(0.886 * 299792458 / (2 * 0.3e9 * np.cos(grazing)), rel=0.01)
    assert across == pytest.approx(0.886 * 299792458 / 9.65e9 / (2 * 0.02 * np.cos(grazing)), rel=0.02)
