"""Recordings on disk, read in blocks: a file, or a folder of files in order of name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sidelook.formats.stanag4607 import DwellAssembler, Packets, SkippedBytes, StreamDecoder
from sidelook.mission.opening import (
    NoRecordingError,
    NotARecordingError,
    file_size,
    open_recording,
    reading,
    refuse_without_packets,
)
from sidelook.mission.reporting import Advance, warn
from sidelook.model.plots import Dwells, concatenate_dwells

#: Endings of recordings that a folder is searched for.
SUFFIXES = frozenset({".4607", ".gmti", ".s4607"})

#: Bytes read at once: what bounds the memory, whatever the size of the file.
CHUNK = 256 * 1024


def recording_files(source: Path) -> tuple[Path, ...]:
    """Find the files of a recording.

    Parameters
    ----------
    source : a file of any name, or a folder whose files end in one of ``SUFFIXES``

    Returns
    -------
    at least one file, in order of name

    Raises
    ------
    NoRecordingError
        if there is none
    """
    with reading(source):
        if not source.is_dir():
            return (source,)
        files = sorted(path for path in source.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        message = f"{source} holds no *.4607 or *.gmti: name a STANAG 4607 recording, or a folder with some"
        raise NoRecordingError(message)
    return tuple(files)


def recording_size(source: Path) -> int:
    """Count the bytes of a recording, file or folder; NoRecordingError where there is none."""
    return sum(map(file_size, recording_files(source)))


class Sieve:
    """Tells which files of a source are recordings; what else lies in a folder does not spoil the rest.

    Parameters
    ----------
    source : a file, or a folder of files

    Attributes
    ----------
    files : to be read
    read : those that were recordings, so far
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        self.files = recording_files(source)
        self.read: list[Path] = []

    @contextmanager
    def trying(self, path: Path) -> Iterator[None]:
        """Pass a file of a folder over, with a sentence on the error stream, where it proves to be no recording."""
        try:
            yield
        except (NoRecordingError, NotARecordingError) as error:
            if len(self.files) == 1:
                raise
            warn(f"{error}; going on without it")
        else:
            self.read.append(path)

    def refuse_without_recordings(self) -> None:
        """Raise NotARecordingError where none of the files was a recording."""
        if not self.read:
            message = f"{self.source}: none of its {len(self.files)} files is a STANAG 4607 recording"
            raise NotARecordingError(message)


class RecordingReader:
    """Reads a recording once, in blocks; the memory it needs is that of one block.

    Parameters
    ----------
    source : a file, or a folder of files
    advance : told how many bytes more are done

    Attributes
    ----------
    files : to be read, in order; afterwards, those that were recordings
    skipped_octets : bytes so far that were in no sound packet or segment
    skipped : where, the last thousand places of each file
    undated : dwells left out so far because no mission segment dates them
    """

    def __init__(self, source: Path, *, advance: Advance | None = None) -> None:
        self._sieve = Sieve(source)
        self.files = self._sieve.files
        self.skipped_octets = 0
        self.skipped: list[tuple[Path, SkippedBytes]] = []
        self.undated = 0
        self._advance = advance

    def blocks(self) -> Iterator[Dwells]:
        """Give the dwells, with their plots, as they stand in the files.

        Yields
        ------
        blocks that may be empty

        Raises
        ------
        NoRecordingError, NotARecordingError
            if the file cannot be read or holds no packet; of a folder, if that is so with all its files
        """
        for _, dwells in self.batches():
            yield dwells

    def batches(self) -> Iterator[tuple[Packets, Dwells]]:
        """Give packets, and the dwells that can be assembled with them; errors are those of ``blocks``.

        Yields
        ------
        either may be empty
        """
        for path in self._sieve.files:
            with self._sieve.trying(path):
                yield from self._file(path)
        self._sieve.refuse_without_recordings()
        self.files = tuple(self._sieve.read)

    def _file(self, path: Path) -> Iterator[tuple[Packets, Dwells]]:
        decoder, assembler = StreamDecoder(), DwellAssembler(source=path.name)
        for chunk in _chunks(path):
            packets = decoder.feed(chunk)
            yield packets, assembler.assemble(packets)
            if self._advance:
                self._advance(len(chunk))
        packets = decoder.flush()
        yield packets, concatenate_dwells([assembler.assemble(packets), assembler.flush()])
        self._count(path, decoder, assembler)

    def _count(self, path: Path, decoder: StreamDecoder, assembler: DwellAssembler) -> None:
        refuse_without_packets(str(path), decoder.counters.packets)
        self.skipped_octets += decoder.counters.skipped_octets
        self.skipped += [(path, skip) for skip in decoder.skipped]
        self.undated += assembler.undated + assembler.dropped


def read_recording(source: Path | str) -> Dwells:
    """Read a whole recording into memory.

    Parameters
    ----------
    source : a STANAG 4607 file, or a folder of files

    Returns
    -------
    its dwells with their plots, in the order sent; what is damaged is skipped, what nothing dates is left out

    Raises
    ------
    NoRecordingError, NotARecordingError
        if there is nothing to read
    """
    return concatenate_dwells(list(RecordingReader(Path(source)).blocks()))


def _chunks(path: Path) -> Iterator[bytes]:
    with open_recording(path) as stream, reading(path):
        while chunk := stream.read(CHUNK):
            yield chunk
