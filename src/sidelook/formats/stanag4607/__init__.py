"""STANAG 4607 (GMTI): packets to columns and back, and from there to the dwells of the model and back."""

from sidelook.formats.stanag4607.assembler import DwellAssembler, decode_dwells
from sidelook.formats.stanag4607.context import SensorErrors
from sidelook.formats.stanag4607.encoder import encode
from sidelook.formats.stanag4607.errors import PacketError, UnwritableDwellsError
from sidelook.formats.stanag4607.presets import (
    JobNotes,
    MissionNotes,
    MotionErrors,
    Preset,
    ProcessingFlag,
    ProcessingStep,
    WriterSettings,
)
from sidelook.formats.stanag4607.reader import decode
from sidelook.formats.stanag4607.signatures import hrr_segment
from sidelook.formats.stanag4607.stream import SkippedBytes, StreamCounters, StreamDecoder
from sidelook.formats.stanag4607.tasking import encode_answers, encode_requests, read_requests
from sidelook.formats.stanag4607.wire import DwellGroup, Packets, Segment
from sidelook.formats.stanag4607.writer import DwellWriter, encode_dwells

__all__ = [
    "DwellAssembler",
    "DwellGroup",
    "DwellWriter",
    "JobNotes",
    "MissionNotes",
    "MotionErrors",
    "PacketError",
    "Packets",
    "Preset",
    "ProcessingFlag",
    "ProcessingStep",
    "Segment",
    "SensorErrors",
    "SkippedBytes",
    "StreamCounters",
    "StreamDecoder",
    "UnwritableDwellsError",
    "WriterSettings",
    "decode",
    "decode_dwells",
    "encode",
    "encode_answers",
    "encode_dwells",
    "encode_requests",
    "hrr_segment",
    "read_requests",
]
