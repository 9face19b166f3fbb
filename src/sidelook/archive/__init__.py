"""What happened, kept and found again: raw bytes, plots, dwells and tracks by time, box, mission and track."""

from sidelook.archive.archive import Archive, note_question
from sidelook.archive.box import Box
from sidelook.archive.errors import (
    ArchiveDamagedError,
    ArchiveLockedError,
    NotKeptError,
    StorageFullError,
    StorageReadOnlyError,
)
from sidelook.archive.framing import RawRecord
from sidelook.archive.records import (
    Activity,
    AuditEntry,
    KeptImage,
    KeptTruth,
    Looks,
    MissionKind,
    MissionSummary,
    Purged,
    RetentionPolicy,
    Tail,
    TrackHistory,
    Window,
    WriterStatus,
)
from sidelook.archive.writer import MissionWriter

__all__ = [
    "Activity",
    "Archive",
    "ArchiveDamagedError",
    "ArchiveLockedError",
    "AuditEntry",
    "Box",
    "KeptImage",
    "KeptTruth",
    "Looks",
    "MissionKind",
    "MissionSummary",
    "MissionWriter",
    "NotKeptError",
    "Purged",
    "RawRecord",
    "RetentionPolicy",
    "StorageFullError",
    "StorageReadOnlyError",
    "Tail",
    "TrackHistory",
    "Window",
    "WriterStatus",
    "note_question",
]
