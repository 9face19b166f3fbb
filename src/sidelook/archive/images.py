"""Radar images of missions: a file each, written once, listed with where and when it was taken."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

import msgspec
import numpy as np

from sidelook.archive.box import Box
from sidelook.archive.catalog import Catalog, enter_segments
from sidelook.archive.durable import make_folder, writing_aside
from sidelook.archive.errors import NotKeptError, storage_errors
from sidelook.archive.records import KeptImage, Kind, Segment
from sidelook.archive.segments import ASIDE, digest_of

Write = Callable[[Path], None]
"""Told where to write the file of an image."""

GIVEN = ("number", "mission")  # by the archive; the rest is kept as one record


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageShelf:
    """Keeps and finds the images of an archive."""

    folder: Path
    catalog: Catalog

    def keep(self, image: KeptImage, received: int, write: Write) -> int:
        """Write the file of an image and list it, whole or not at all; gives its number. ``received`` : ns UTC."""
        self.catalog.mission(image.mission)
        path = image_path(image)
        with storage_errors(self.folder, "keeping an image"):
            make_folder(self.folder / ASIDE)
            with writing_aside(self.folder / path, self.folder / ASIDE) as aside:
                write(aside)
                size, digest = aside.stat().st_size, digest_of(aside)
        segment = replace(describe_image(image, path), size=size, digest=digest)
        segment = replace(segment, received_first=received, received_last=received)
        record = json.dumps({name: value for name, value in asdict(image).items() if name not in GIVEN})
        try:
            with self.catalog.transaction() as writer:
                enter_segments(writer, [segment])
                row = writer.execute("INSERT INTO images (path, record) VALUES (?, ?)", (path, record))
        except BaseException:
            (self.folder / path).unlink(missing_ok=True)
            raise
        return int(row.lastrowid or 0)

    def all(self) -> tuple[KeptImage, ...]:
        """List all images by the time they were taken; a catalog of before there were any, only read, has none."""
        if not self.catalog.query("SELECT 1 FROM sqlite_schema WHERE name = 'images'"):
            return ()
        rows = self.catalog.query(
            "SELECT image, mission, record FROM images JOIN segments USING (path) ORDER BY begin, image"
        )
        return tuple(read_record(*row) for row in rows)

    def open(self, number: int) -> BinaryIO:
        """Open the file of an image, or raise ``NotKeptError``."""
        paths = self.catalog.query("SELECT path FROM images WHERE image = ?", (number,)) if self.all() else []
        if not paths:
            message = f"no image {number} is kept: list them first"
            raise NotKeptError(message)
        with storage_errors(self.folder, "opening an image"):
            return Path(self.folder, str(paths[0][0])).open("rb")


def read_record(number: int, mission: int, record: str) -> KeptImage:
    """Read what the catalog keeps of an image."""
    return msgspec.convert(json.loads(record) | {"number": number, "mission": mission}, KeptImage)


def describe_image(image: KeptImage, path: str) -> Segment:
    """Describe the file of an image as the catalog lists files; receipt, size and digest are yet to be said."""
    latitude, longitude = np.array(image.corners).T
    return Segment(
        path=path,
        mission=image.mission,
        kind=Kind.IMAGES,
        begin=image.begin,
        end=image.end,
        received_first=0,
        received_last=0,
        rows=1,
        size=0,
        digest="",
        box=Box.around(longitude, latitude),
        classification=image.origin.classification,
        simulated=image.origin.simulated,
    )


def image_path(image: KeptImage) -> str:
    """Name the file of an image; no two get the same name."""
    day = datetime.fromtimestamp(image.begin // 10**9, UTC).strftime("d=%Y%m%d")
    return f"{Kind.IMAGES}/mission={image.mission:06d}/{day}/img-{image.begin:019d}-{token_hex(6)}.tif"
