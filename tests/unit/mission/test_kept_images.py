"""Images beside a recording are kept with its mission; what cannot be read is said and left out."""

from pathlib import Path

import numpy as np
import pytest
from structlog.testing import CapturingLogger

from sidelook.archive import Archive
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_writing import write_image
from sidelook.mission.kept_images import image_name, images_beside, keep_images
from sidelook.model.image import SarImage, centred_grid
from sidelook.model.origin import Classification, Origin
from sidelook.timescale import SystemClock, parse_utc

BEGIN = parse_utc("2026-05-04T06:30:00Z")


def draw(path: Path) -> Path:
    """Write an image of nothing in particular."""
    image = SarImage(
        pixels=np.ones((64, 48), np.float32),
        grid=centred_grid((64, 48), 2.0),
        frame=LocalFrame(latitude=0.2, longitude=-0.7),
        begin=BEGIN,
        end=None,
        centre_frequency=9.6e9,
        processing=("drawn",),
        origin=Origin(source="drawn", classification=Classification.UNCLASSIFIED, simulated=True),
    )
    write_image(image, path)
    return path


@pytest.mark.parametrize("stem", ["", "day-03-"])
def test_images_are_found_by_name(tmp_path: Path, stem: str) -> None:
    recording = tmp_path / f"{stem}recording.4607"
    mine = [tmp_path / image_name(stem, 2, number) for number in (1, 0, 10)]
    for path in (*mine, tmp_path / image_name("day-04-", 2, 0), tmp_path / f"{stem}coverage.png", tmp_path / "a.tif"):
        path.touch()
    assert images_beside(recording) == tuple(sorted(mine))
    assert images_beside(tmp_path / "flight.4607") == ()


def test_they_are_kept_with_the_mission(tmp_path: Path) -> None:
    good, bad = draw(tmp_path / image_name("", 2, 0)), tmp_path / image_name("", 2, 1)
    bad.write_bytes(good.read_bytes()[:300])
    with Archive.open(tmp_path / "archive", "write") as archive:
        writer = archive.begin_mission("flight", kind="recording", received=BEGIN)
        log = CapturingLogger()
        assert keep_images((good, bad), archive, writer.mission, SystemClock(), log) == 1  # type: ignore[arg-type]
        (image,) = archive.images()
        writer.end(BEGIN)
    assert (image.mission, image.name, image.begin, image.shape) == (writer.mission, good.name, BEGIN, (64, 48))
    assert image.origin.simulated
    assert image.origin.classification is Classification.UNCLASSIFIED
    assert [call.kwargs["file"] for call in log.calls if call.method_name == "warning"] == [bad.name]
