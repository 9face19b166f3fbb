"""Floating-car data of SUMO, written with ``--fcd-output`` and ``--fcd-output.geo``, in XML, CSV and Parquet.

https://sumo.dlr.de/docs/Simulation/Output/FCDOutput.html and TabularOutputs.html. Persons and containers are left
out: persons are not tracked.
"""

import zlib
from typing import BinaryIO
from xml.parsers import expat

import numpy as np

from sidelook.formats.truth.arrow import Source, csv_rows, opened, parquet_rows
from sidelook.formats.truth.classes import class_of_type
from sidelook.formats.truth.errors import TruthError, TruthXmlError
from sidelook.formats.truth.gathering import Batch, Gatherer, ImportSettings
from sidelook.formats.truth.layouts import SUMO_LAYOUTS
from sidelook.formats.truth.table import gather
from sidelook.model.truth import TruthSamples
from sidelook.timescale import NANOSECONDS_PER_SECOND

_CHUNK = 256 * 1024
_LONGEST_TAG = 64 * 1024
_DEEPEST = 16
_ROWS = 65_536
_MOST_SECONDS = 1e8  # three years of simulation
_DEFAULTS = ImportSettings()


def read_fcd_parquet(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read floating-car data from SUMO's Parquet, with column headers ``tag`` (its default), ``plain`` or ``auto``.

    Parameters
    ----------
    source : of the file
    settings : how to read it; ``start`` is the time of the simulation's second 0, heights are taken as above the
        geoid

    Returns
    -------
    samples sorted by entity and time

    Raises
    ------
    TruthError : damaged, without a needed column, in metres instead of degrees, or too long
    """
    return gather(parquet_rows(source, SUMO_LAYOUTS, settings.most_samples), settings)


def read_fcd_csv(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read floating-car data from SUMO's CSV, also packed with gzip; see ``read_fcd_parquet``."""
    return gather(csv_rows(source, SUMO_LAYOUTS), settings)


def read_fcd_xml(source: Source, settings: ImportSettings = _DEFAULTS) -> TruthSamples:
    """Read floating-car data from SUMO's XML, also packed with gzip, piece by piece.

    Parameters
    ----------
    source : of the file
    settings : as for ``read_fcd_parquet``

    Returns
    -------
    samples sorted by entity and time

    Raises
    ------
    TruthXmlError : no well-formed floating-car data, cut off, in metres instead of degrees, or with declarations of
        types or entities, which SUMO does not write
    TruthError : damaged gzip, or too long
    """
    gatherer = Gatherer(settings)
    reader = _FcdXml(settings, gatherer)
    try:
        _parse(opened(source), reader)
    except (OSError, EOFError, zlib.error) as error:
        message = f"the packed data is damaged or cut off: {error}"
        raise TruthError(message) from error
    reader.flush()
    return gatherer.samples()


def _parse(stream: BinaryIO, reader: "_FcdXml") -> None:
    parser, fed = reader.parser, 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position only
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                reader.refuse(f"one element or text is longer than {_LONGEST_TAG} bytes")
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        message = f"the text is not well-formed XML: {expat.ErrorString(error.code)}"
        raise TruthXmlError(message, line=error.lineno) from error


class _FcdXml:
    """What to do at each element: collects vehicles and hands them on in batches."""

    def __init__(self, settings: ImportSettings, gatherer: Gatherer) -> None:
        self._settings, self._gatherer = settings, gatherer
        self._depth, self._second = 0, 0.0
        self._clear()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._declaration
        self.parser.EntityDeclHandler = self._declaration

    def refuse(self, message: str) -> None:
        raise TruthXmlError(message, line=self.parser.CurrentLineNumber)

    def flush(self) -> None:
        """Hand on what was collected."""
        if not self._names:
            return
        names, kinds = list(dict.fromkeys(self._names)), list(dict.fromkeys(self._kinds))
        number, kind = ({word: i for i, word in enumerate(words)} for words in (names, kinds))
        classes = np.array([class_of_type(word) for word in kinds], np.uint8)
        numbers = np.array(self._numbers).reshape(-1, 4)
        time = self._settings.start + np.rint(numbers[:, 0] * NANOSECONDS_PER_SECOND).astype(np.int64)
        longitude, latitude = np.radians(numbers[:, 1]), np.radians(numbers[:, 2])
        batch = Batch(
            name=np.array([number[word] for word in self._names], np.int32),
            names=names,
            time=time,
            latitude=latitude,
            longitude=longitude,
            height=self._settings.on_ellipsoid(latitude, longitude, numbers[:, 3]),
            target_class=classes[[kind[word] for word in self._kinds]],
            formation=np.full(len(time), -1, np.int32),
        )
        self._gatherer.add(batch)
        self._clear()

    def _clear(self) -> None:
        self._names: list[str] = []
        self._kinds: list[str] = []
        self._numbers: list[float] = []  # time, s; x, y, degrees; z, m; of one vehicle after another

    def _declaration(self, *_: object) -> None:
        self.refuse("declarations of types and entities are refused, floating-car data has none")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        if tag == "vehicle":
            self._vehicle(given)
        elif tag == "timestep":
            self._timestep(given)
        elif self._depth == 1 and tag != "fcd-export":
            self.refuse(f"the outermost element is {tag[:40]!r}, needed is fcd-export")
        elif self._depth > _DEEPEST:
            self.refuse(f"elements lie more than {_DEEPEST} deep")

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _timestep(self, given: dict[str, str]) -> None:
        try:
            self._second = seconds(given["time"])
        except (KeyError, ValueError):
            self.refuse(f"a timestep has the time {given.get('time', '')[:40]!r}, needed are seconds")

    def _vehicle(self, given: dict[str, str]) -> None:
        try:
            name, x, y = given["id"], float(given["x"]), float(given["y"])
            z = float(given.get("z", "nan"))
        except (KeyError, ValueError):
            self.refuse("a vehicle has no id, or an x, y or z that is no number")
        if not (abs(y) <= 90.0 and abs(x) <= 180.0 and abs(z) != np.inf):  # noqa: PLR2004 - degrees
            self.refuse(f"x = {x}, y = {y} are not degrees; run SUMO with --fcd-output.geo")
        self._names.append(name)
        self._kinds.append(given.get("type", ""))
        self._numbers += (self._second, x, y, z)
        if len(self._names) >= _ROWS:
            self.flush()


def seconds(text: str) -> float:
    """Read a time of SUMO, s: a number, or days, hours, minutes and seconds with colons between them.

    Raises
    ------
    ValueError : neither, or out of reach
    """
    total = 0.0
    for part, size in zip(reversed(text.split(":")), (1.0, 60.0, 3_600.0, 86_400.0), strict=False):
        total += float(part) * size
    if text.count(":") > 3 or not abs(total) < _MOST_SECONDS:  # noqa: PLR2004 - colons of d:h:m:s
        message = f"{text!r} is no time of a simulation"
        raise ValueError(message)
    return total
