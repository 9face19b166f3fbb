"""The files of one simulated mission, open while it is played."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from sidelook.formats.truth.names import names_to_csv
from sidelook.formats.truth.parquet import TruthParquetWriter
from sidelook.mission.image_writing import write_image
from sidelook.mission.kept_images import image_name
from sidelook.mission.requesting import AnswerBook
from sidelook.mission.simulated import Ledger
from sidelook.simulation.scenario.images import Camera
from sidelook.simulation.scenario.playing import Stretch
from sidelook.simulation.scenario.world import World


class MissionFiles:
    """Recording, truth, entities, schedule, images and coverage of one mission.

    Parameters
    ----------
    folder, stem : where they lie, and what their names begin with
    world : of the mission
    """

    def __init__(self, folder: Path, stem: str, world: World) -> None:
        self.folder = folder
        self.stem = stem
        self.ledger = Ledger(world)
        self._camera = Camera(world)
        self._open = ExitStack()
        (folder / f"{stem}entities.csv").write_bytes(names_to_csv(world.traffic.entities))
        self._recording = self._open.enter_context((folder / f"{stem}recording.4607").open("wb"))
        self._truth = TruthParquetWriter(self._open.enter_context((folder / f"{stem}truth.parquet").open("wb")))

    def __enter__(self) -> Self:
        """Be ready to take stretches."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the files; the truth that was taken is whole also where something went wrong."""
        self._truth.close()
        self._open.close()

    def take(self, packets: list[bytes], stretch: Stretch) -> None:
        """Write what a stretch gave."""
        self._recording.writelines(packets)
        self._truth.write(stretch.truth)
        self.ledger.note(stretch)
        for taken in self._camera.take(stretch):
            write_image(taken.image, self.folder / image_name(self.stem, taken.job, taken.number))

    def finish(self, book: AnswerBook) -> None:
        """Write what is known only when the mission is over, or broken off."""
        self.ledger.write(self.folder, self.stem)
        book.write(self.folder / f"{self.stem}answers.json")
